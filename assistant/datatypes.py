"""Values that pass between the steps of answering: all frozen, all plain."""

from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """How a question ended. Each but the first two has one fixed reply in `prompts/replies.toml`."""

    ANSWERED = "answered"
    OUTLINE = "outline"
    ABOUT_DOCUMENT = "about_document"
    WHICH_DOCUMENT = "which_document"
    NO_SUCH_CLAUSE = "no_such_clause"
    DOCUMENT_NOT_HELD = "document_not_held"
    NOT_IN_CORPUS = "not_in_corpus"
    ANOTHER_PLACE = "another_place"
    NEEDS_OFFICE = "needs_office"
    ASKED_TO_ACT = "asked_to_act"
    OPINION = "opinion"
    PERSONAL_DATA = "personal_data"
    OFF_TOPIC = "off_topic"
    ABOUT_ASSISTANT = "about_assistant"
    DISTRESS = "distress"
    UNCLEAR = "unclear"
    TOO_LONG = "too_long"
    ERROR = "error"

    @property
    def answers(self) -> bool:
        """Whether the question was answered: from clauses, or of a document itself from what is known of it."""
        return self in (Status.ANSWERED, Status.OUTLINE, Status.ABOUT_DOCUMENT)


class Audience(StrEnum):
    """Who asks: a citizen wants it short, terms explained and where to go; an official whole clauses, cited in full."""

    CITIZEN = "citizen"
    OFFICIAL = "official"


class Label(StrEnum):
    """What an answer is made of, as it is to be told wherever the answer is shown or exported."""

    EXTRACT = "原文摘录"
    GENERATED = "由人工智能生成\uff0c仅供参考"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a clause found for a question. `text` is `document.text[start:end]`."""

    text: str
    document_id: str
    document_title: str
    clause: str
    clause_id: str
    heading: str
    start: int
    end: int
    score: float
    why: tuple[tuple[str, float], ...] = ()
    """What found it, and how strongly: exact look-up, words, bigrams, vectors, coverage; each 0 to 1."""


FOUND_BY = {
    "exact": "编号或标题",
    "words": "词",
    "bigrams": "字对",
    "vectors": "语义",
    "coverage": "覆盖",
    "asked_words": "相关提问的词",
    "asked_bigrams": "相关提问的字对",
    "asked_vectors": "相关提问的语义",
    "kind": "所问的数字、时间等",
    "reranker": "重排",
}
"""The measures of `Passage.why` as people are told them."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a document that the answer wants to show, not yet checked."""

    document_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that is not the document's own, and the quotes it rests on."""

    text: str
    quotes: tuple[Quote, ...]


Part = Quote | Statement | str
"""A piece of a draft: what is quoted, what rests on quotes, or fixed words between them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the answer would say, in reading order; unchecked."""

    parts: tuple[Part, ...]
    status: Status = Status.ANSWERED


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that was found in its document: `document.text[start:end] == quote`, always."""

    number: int
    document_id: str
    document_title: str
    clause: str
    clause_id: str
    heading: str
    quote: str
    start: int
    end: int
    form: str
    """The citation as one writes it in a paper: title, clause, heading, kind of source where it is not official."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question. `text` carries markers [1] [2], one per citation, in order."""

    question: str
    status: Status
    text: str
    citations: tuple[Citation, ...] = ()
    notices: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    nearest: Citation | None = None
    """In a refusal, the clause that comes closest, where one is near."""
    label: Label | None = None
    """What the text is made of; None for a fixed reply."""
    standalone: str | None = None
    """How a question that went on from a conversation was understood, as a question of its own."""
    choices: tuple[str, ...] = ()
    """Regions or documents of which one would decide the answer, where the question names none; the next turn may be
    one."""
    confidence: float = 0.0
    """How sure it is that the documents hold the answer, 0 to 1: `assistant.gate` answers from .5 on; 1 where a clause
    named was looked up, 0 where a question was turned away before any passage was judged."""
    id: str | None = field(default=None, compare=False)
    """Names the record of this answer (`assistant.records`); random, None where it was not recorded."""
    seconds: float = field(default=0.0, compare=False)

    @property
    def answered(self) -> bool:
        """False where the corpus does not hold it; `text` then says so, and what to do."""
        return self.status.answers
