"""The answering flow: a list of steps, each of which adds to what is known of the question or ends it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from assistant import gate
from assistant.cite import cite, verify
from assistant.datatypes import Answer, Citation, Draft, Passage, Quote, Status
from assistant.extract import compose, compose_sides, extract, extract_side
from assistant.focus import Focus, Side, covered, read_focus
from assistant.intents import read_intent
from assistant.lookup import show_targets
from assistant.notices import notices
from assistant.outcome import Outcome
from assistant.places import Place, within
from assistant.premise import contradicting, stated_figures, without_figures
from assistant.question import Question, read_question
from assistant.replies import connective, reply
from assistant.retrieve import EXACT, PolicyRetriever, as_passage
from assistant.sentences import Sentence, score_sentences
from assistant.terms import Term, read_terms, total_weight
from index.datatypes import Document
from index.store import Store

READ_PASSAGES = 8
"""Best passages whose sentences are read for the answer."""
SHOWN_PASSAGES = 10
_POINTS_TO_NEAREST = {Status.NOT_IN_CORPUS, Status.NEEDS_OFFICE, Status.ASKED_TO_ACT, Status.OPINION}


@dataclass(frozen=True, slots=True)
class Turn:
    """What is known of a question so far."""

    asked: str
    retriever: PolicyRetriever
    documents: dict[str, Document]
    question: Question = Question("", "")
    focus: Focus | None = None
    terms: tuple[Term, ...] = ()
    intent: Status | None = None
    passages: tuple[Passage, ...] = ()
    draft: Draft | None = None

    @property
    def store(self) -> Store:
        return self.retriever.store

    @property
    def places(self) -> tuple[Place, ...]:
        return self.focus.places if self.focus else ()


def read(turn: Turn) -> Turn | Outcome:
    """Clean the question; refuse what is empty or too long."""
    question = read_question(turn.asked)
    return question if isinstance(question, Outcome) else replace(turn, question=question)


def screen(turn: Turn) -> Turn | Outcome:
    """Tell questions to the assistant from questions about the documents."""
    intent = read_intent(turn.question.text)
    early = intent and intent not in _POINTS_TO_NEAREST
    return Outcome(intent) if intent and early else replace(turn, intent=intent)


def aim(turn: Turn) -> Turn | Outcome:
    """Find the documents, clauses and places that the question names, and the terms of what is left of it."""
    focus = read_focus(turn.question.text, tuple(turn.documents.values()))
    if isinstance(focus, Outcome):
        return focus
    return replace(turn, focus=focus, terms=read_terms(focus.topic, turn.store, turn.retriever.lexicon))


def look_up(turn: Turn) -> Turn:
    """Show a clause named by number or heading as it stands."""
    focus = turn.focus
    if focus is None or not focus.targets or not all(target.whole for target in focus.targets):
        return turn
    return replace(turn, draft=show_targets(focus.targets))


def retrieve(turn: Turn) -> Turn:
    """Search for passages, through the LangChain retriever; in the documents named, where some are."""
    named = turn.focus.reference.documents if turn.focus else ()
    found = turn.retriever.invoke(
        turn.question.shown, focus=turn.focus, k=SHOWN_PASSAGES, within=named or None
    )
    return replace(turn, passages=tuple(map(as_passage, found)))


def refuse(turn: Turn) -> Turn | Outcome:
    """End what no document can answer: other places, and what asks for an office, an act or an opinion."""
    if turn.draft:
        return turn
    if not turn.terms and not turn.intent:
        return Outcome(Status.UNCLEAR)
    elsewhere = [p for p in turn.places if not covered(p, tuple(turn.documents.values()))]
    mentioned = any(p.name in passage.text for p in elsewhere for passage in turn.passages[:3])
    if elsewhere and len(elsewhere) == len(turn.places) and (turn.intent or not mentioned):
        return Outcome(Status.ANOTHER_PLACE, {"place": "、".join(p.name for p in elsewhere)})
    return Outcome(turn.intent) if turn.intent else turn


def answer(turn: Turn) -> Turn | Outcome:
    """Choose the sentences that answer, or find that there are none."""
    if turn.draft:
        return turn
    if turn.focus and turn.focus.sides:
        return _compare(turn, turn.focus)
    passages = _of_named_clauses(turn.passages) or turn.passages
    sentences = _sentences(turn, passages, turn.terms)
    contradiction = _contradiction(turn)
    if contradiction:
        quotes = extract([contradiction], turn.documents)
        return replace(turn, draft=compose(quotes, turn.documents, connective("premise")))
    if not gate.answers(_measure(turn, sentences, passages)):
        return Outcome(Status.NOT_IN_CORPUS)
    return replace(turn, draft=compose(extract(sentences, turn.documents), turn.documents))


STEPS: tuple[Callable[[Turn], Turn | Outcome], ...] = (read, screen, aim, look_up, retrieve, refuse, answer)


def run(asked: str, retriever: PolicyRetriever, today: date) -> Answer:
    """The answer to one question: every step in order, then every quote checked against its document."""
    documents = {document.id: document for document in retriever.store.documents()}
    turn = Turn(asked, retriever, documents)
    for step in STEPS:
        result = step(turn)
        if isinstance(result, Outcome):
            return _end(turn, result)
        turn = result
    text, citations = cite(turn.draft or Draft(()), documents)
    if not citations:
        return _end(turn, Outcome(Status.NOT_IN_CORPUS))
    return Answer(
        question=turn.question.shown,
        status=turn.draft.status if turn.draft else Status.ERROR,
        text=text,
        citations=citations,
        notices=notices(citations, documents, turn.places, today),
        passages=turn.passages,
    )


def _of_named_clauses(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    return tuple(passage for passage in passages if EXACT in dict(passage.why))


def _sentences(turn: Turn, passages: tuple[Passage, ...], terms: tuple[Term, ...]) -> list[Sentence]:
    return score_sentences(turn.question.text, terms, passages[:READ_PASSAGES], turn.documents)


def _measure(turn: Turn, sentences: list[Sentence], passages: tuple[Passage, ...]) -> gate.Features:
    named = bool(turn.focus and (turn.focus.reference.documents or turn.focus.targets))
    return gate.measure(sentences, passages, total_weight(turn.terms), named=named)


def _contradiction(turn: Turn) -> Sentence | None:
    if not stated_figures(turn.question.text) or turn.focus is None:
        return None
    terms = read_terms(without_figures(turn.focus.topic), turn.store, turn.retriever.lexicon)
    return contradicting(turn.question.text, _sentences(turn, turn.passages, terms), turn.documents)


def _compare(turn: Turn, focus: Focus) -> Turn | Outcome:
    found = [_read_side(turn, side) for side in focus.sides]
    shown = gate.sides_answer([_measure(turn, sentences, passages) for passages, sentences in found])
    if not any(shown):
        return Outcome(Status.NOT_IN_CORPUS)
    sides = [
        (side.name, extract_side(sentences, turn.documents) if show else ())
        for side, show, (_, sentences) in zip(focus.sides, shown, found, strict=True)
    ]
    each = SHOWN_PASSAGES // len(found)
    passages = tuple(passage for own, _ in found for passage in own[:each])
    return replace(turn, draft=compose_sides(sides, turn.documents), passages=passages)


def _read_side(turn: Turn, side: Side) -> tuple[tuple[Passage, ...], list[Sentence]]:
    found = turn.retriever.invoke(
        turn.question.shown, focus=turn.focus, k=SHOWN_PASSAGES, within=side.documents
    )
    passages = tuple(map(as_passage, found))
    return passages, _sentences(turn, passages, turn.terms)


def _end(turn: Turn, outcome: Outcome) -> Answer:
    """The fixed reply of an outcome, with the nearest clause where one is near, and whom to ask."""
    if outcome.status in _POINTS_TO_NEAREST and not turn.passages and turn.question.text:
        turn = retrieve(turn)
    nearest = _nearest(turn) if outcome.status in _POINTS_TO_NEAREST else None
    variables = {
        "documents": "、".join(document.metadata.name for document in turn.documents.values()),
        "nearest": connective("nearest", citation=nearest.form) if nearest else "",
        "where": connective("where", office=_office(turn.places)),
        **outcome.variables,
    }
    return Answer(
        question=turn.question.shown,
        status=outcome.status,
        text=reply(outcome.status, **variables),
        passages=turn.passages,
        nearest=nearest,
    )


def _nearest(turn: Turn) -> Citation | None:
    if not gate.is_near(turn.passages):
        return None
    best = turn.passages[0]
    return verify(Quote(best.document_id, best.start, best.end, best.text), turn.documents[best.document_id], 0)


def _office(places: tuple[Place, ...]) -> str:
    if not places:
        return connective("office", place=connective("anywhere"))
    place = places[0]
    return connective("office_liaoning" if within(place, "辽宁") else "office", place=place.name)
