"""What is known of a question so far: the value that the steps of answering hand on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant import gate
from assistant.conversation.memory import Exchange, Understood
from assistant.datatypes import Answer, Audience, Draft, Passage, Status
from assistant.focus import Focus
from assistant.missing import missing
from assistant.places import Place
from assistant.question import Question
from assistant.retrieve import PolicyRetriever
from assistant.sentences import Sentence, score_sentences
from assistant.terms import Term, coverage, total_weight
from index import verifier
from index.datatypes import Document
from index.searchable import normalise, searched_text
from index.store import Store

if TYPE_CHECKING:
    from assistant.written.write import Writer

UNREAD = Question("", "")
READ_PASSAGES = 8
"""Best passages whose sentences are read for the answer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is known of a question so far.

    `question` is what is answered: what was typed, or where that goes on from the `history` of the conversation,
    how it was `understood`; less what it asks about documents themselves, whose ids are `beside`. `writer`, where
    there is one, may tell the draft in its own words to the `audience`. `left` tells whether nobody waits for the
    answer any more. `answer` ends it.
    """

    asked: str
    retriever: PolicyRetriever
    documents: dict[str, Document]
    today: date
    history: tuple[Exchange, ...] = ()
    writer: "Writer | None" = None
    audience: Audience | None = None
    left: Callable[[], bool] | None = None
    question: Question = UNREAD
    understood: Understood | None = None
    beside: tuple[str, ...] = ()
    focus: Focus | None = None
    terms: tuple[Term, ...] = ()
    intent: Status | None = None
    passages: tuple[Passage, ...] = ()
    material: tuple[Passage, ...] = ()
    """What a chat model may write the answer from; nothing where the answer is to be the document's own words."""
    draft: Draft | None = None
    confidence: float = 0.0
    answer: Answer | None = None

    @property
    def store(self) -> Store:
        """The store that is asked."""
        return self.retriever.store

    @property
    def known(self) -> tuple[Document, ...]:
        """The documents that may be answered from."""
        return tuple(self.documents.values())

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that the question names."""
        return self.focus.places if self.focus else ()


def sentences_of(turn: Turn, passages: tuple[Passage, ...], terms: tuple[Term, ...]) -> list[Sentence]:
    """Sentences of the best passages, best first."""
    return score_sentences(turn.question.text, terms, passages[:READ_PASSAGES], turn.documents)


def measure(turn: Turn, sentences: list[Sentence], passages: tuple[Passage, ...]) -> gate.Features:
    """What the gate judges by."""
    if not sentences or not passages:
        return gate.Features(0.0, 0.0, 0.0)
    best, weight = sentences[0], total_weight(turn.terms)
    document = turn.documents[best.document_id]
    above = searched_text(document, document.by_id[best.clause_id], "")
    sentence = normalise(document.text[best.start : best.end])
    told, *asked = _texts_of(turn, passages[0])
    topic = turn.focus.topic if turn.focus else turn.question.text
    nearer = turn.store.nearer_answered(topic) if asked else None
    return gate.Features(
        context=best.in_context,
        cosine=dict(passages[0].why).get("vectors", gate.UNMEASURED),
        mass=min(best.in_context * weight / gate.FULL_MASS, 1.0),
        asked=gate.nearest_asked(passages),
        held=coverage(turn.terms, " ".join((told, *asked))),
        missing=missing(
            turn.question.text, sentence, f"{above} {normalise(best.passage.text)}", _with_dates(document)
        ),
        verdict=verifier.built_in().odds(turn.question.text, told, asked) if nearer is not None else None,
        nearer=nearer or 0.0,
        listed=bool(asked) and turn.store.lists_unanswered(turn.question.text),
        named=bool(turn.focus and (turn.focus.reference.documents or turn.focus.targets)),
    )


def _with_dates(document: Document) -> str:
    """Its text with its dates; nothing where these are not known, for a question may name it by its year."""
    known = document.metadata
    if known.issued is None and known.valid_from is None:
        return ""
    return f"{known.issued} {known.valid_from} {known.valid_until} {document.text}"


def held(turn: Turn, passage: Passage, terms: tuple[Term, ...]) -> float:
    """Share of the terms' weight that the passage and the questions it answers hold."""
    return coverage(terms, " ".join(_texts_of(turn, passage)))


def _texts_of(turn: Turn, passage: Passage) -> tuple[str, ...]:
    """The passage, then the questions that it answers, as they are searched."""
    chunk = turn.store.chunks_between(passage.document_id, passage.start, passage.end)[0]
    return chunk.searched, *turn.store.questions_of([chunk.id]).get(chunk.id, ())
