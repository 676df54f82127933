"""What all parts of the page share: the assistant, what is kept, the limits, the switch, the day."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from assistant.assistant import PolicyAssistant
from assistant.page.limits import OpenQuestions, RateLimit
from assistant.page.presence import Presence
from assistant.page.switch import Switch
from assistant.page.watch import Watch
from assistant.records import Complaints, Conversations, Records, chosen_complaints, chosen_requests
from assistant.settings import settings
from index.datatypes import Document

AT_ONCE, AT_ONCE_WRITTEN = 3, 32
"""Questions that are answered at the same time. Extracting is work for one processor, so that more would only make all
slow; a chat model is waited for."""
_OPEN_QUESTIONS = 2
"""Questions of a visitor that are answered at the same time, in two tabs."""
_READS = 240
"""Clauses, documents and lists a visitor may open a minute."""
_COMPLAINTS = 3
"""Complaints a visitor may make a minute."""
_ALL_COMPLAINTS = 30
"""Complaints all visitors together may make a minute: a token costs nothing."""
_WRONG_TOKENS = 30
"""Wrong passwords of staff that are looked at a minute, from one address."""


@dataclass(frozen=True)
class Desk:
    """Made once for a server."""

    assistant: PolicyAssistant
    records: Records
    conversations: Conversations
    complaints: Complaints
    watch: Watch
    switch: Switch = field(default_factory=Switch.chosen)
    asking: RateLimit = field(default_factory=lambda: RateLimit(settings().page_questions, "提问"))
    asking_from: RateLimit = field(
        default_factory=lambda: RateLimit(settings().page_questions_by_address, "提问")
    )
    reading: RateLimit = field(default_factory=lambda: RateLimit(_READS))
    complaining: RateLimit = field(default_factory=lambda: RateLimit(_COMPLAINTS, "提交"))
    all_complaining: RateLimit = field(default_factory=lambda: RateLimit(_ALL_COMPLAINTS, "提交"))
    wrong_tokens: RateLimit = field(default_factory=lambda: RateLimit(_WRONG_TOKENS))
    presence: Presence = field(default_factory=Presence)
    open: OpenQuestions = field(default_factory=lambda: OpenQuestions(_OPEN_QUESTIONS))
    suggesting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """What to ask next takes ten times the work of an answer: one at a time, so that answers come first."""

    @classmethod
    def over(cls, assistant: PolicyAssistant, records: Records) -> "Desk":
        """The desk of a server that keeps what it keeps beside `records`."""
        conversations = Conversations(records.file)
        return cls(
            assistant, records, conversations, chosen_complaints(records), Watch(chosen_requests(records))
        )

    @property
    def at_once(self) -> int:
        """Questions that are answered at the same time; the others wait for their turn."""
        return AT_ONCE_WRITTEN if settings().llm_model else AT_ONCE

    @property
    def today(self) -> date:
        """The day on which validity is judged."""
        return date.today()

    def documents(self) -> Mapping[str, Document]:
        """The documents of the store as it is now, by id."""
        return {document.id: document for document in self.assistant.documents()}
