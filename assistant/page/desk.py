"""What all parts of the page share: the assistant, the records, the limits, the day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from assistant.assistant import PolicyAssistant
from assistant.page.limits import OpenQuestions, RateLimit
from assistant.records import Conversations, Records
from assistant.settings import settings
from index.datatypes import Document

_OPEN_QUESTIONS = 2
"""Questions of a visitor that are answered at the same time, in two tabs."""
_READS = 240
"""Clauses, documents and lists a visitor may open a minute."""


@dataclass(frozen=True)
class Desk:
    """Made once for a server. `closed` is what it says in place of answers, where it gives none."""

    assistant: PolicyAssistant
    records: Records
    conversations: Conversations
    asking: RateLimit = field(default_factory=lambda: RateLimit(settings().page_questions))
    asking_from: RateLimit = field(default_factory=lambda: RateLimit(settings().page_questions_by_address))
    reading: RateLimit = field(default_factory=lambda: RateLimit(_READS))
    open: OpenQuestions = field(default_factory=lambda: OpenQuestions(_OPEN_QUESTIONS))

    closed: str = field(default_factory=lambda: settings().page_closed)

    @property
    def today(self) -> date:
        """The day on which validity is judged."""
        return date.today()

    def documents(self) -> Mapping[str, Document]:
        """The documents of the store as it is now, by id."""
        return {document.id: document for document in self.assistant.documents()}
