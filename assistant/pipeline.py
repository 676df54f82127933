"""The answering flow: a list of steps, each of which adds to what is known of the question or ends it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from assistant import gate
from assistant.compare import SHOWN_PASSAGES, compare
from assistant.datatypes import Answer, Passage, Status
from assistant.events import Event, PassagesFound
from assistant.extract import compose, extract
from assistant.focus import covered, read_focus
from assistant.intents import read_intent
from assistant.lookup import show_targets
from assistant.notices import notices
from assistant.outcome import Outcome
from assistant.premise import contradicting, stated_figures, without_figures
from assistant.question import read_question
from assistant.refusal import POINTS_TO_NEAREST, refuse
from assistant.replies import connective
from assistant.retrieve import EXACT, PolicyRetriever, as_passage
from assistant.sentences import Sentence
from assistant.tell import tell
from assistant.terms import read_terms
from assistant.turn import READ_PASSAGES, Turn, measure, sentences_of
from assistant.written.write import Writer


def read(turn: Turn) -> Turn | Outcome:
    """Clean the question; refuse what is empty or too long."""
    question = read_question(turn.asked)
    return question if isinstance(question, Outcome) else replace(turn, question=question)


def screen(turn: Turn) -> Turn | Outcome:
    """Tell questions to the assistant from questions about the documents."""
    intent = read_intent(turn.question.text)
    early = intent and intent not in POINTS_TO_NEAREST
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


def turn_away(turn: Turn) -> Turn | Outcome:
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
        compared = compare(turn, turn.focus)
        return compared if isinstance(compared, Outcome) else replace(compared, material=compared.passages)
    passages = _of_named_clauses(turn.passages) or turn.passages
    sentences = sentences_of(turn, passages, turn.terms)
    contradiction = _contradiction(turn)
    if contradiction:
        quotes = extract([contradiction], turn.documents)
        return replace(turn, draft=compose(quotes, turn.documents, connective("premise")))
    if not gate.answers(measure(turn, sentences, passages)):
        return Outcome(Status.NOT_IN_CORPUS)
    draft = compose(extract(sentences, turn.documents), turn.documents)
    return replace(turn, draft=draft, material=passages[:READ_PASSAGES])


STEPS: tuple[Callable[[Turn], Turn | Outcome], ...] = (
    read,
    screen,
    aim,
    look_up,
    retrieve,
    turn_away,
    answer,
)


def stream(
    asked: str, retriever: PolicyRetriever, today: date, writer: Writer | None = None
) -> Iterator[Event]:
    """One question answered: every step in order, then the draft told, each quote checked against its document.

    The last event is the answer. Where there is a `writer`, the answer is in its words if it can be.
    """
    documents = {document.id: document for document in retriever.store.documents()}
    turn = Turn(asked, retriever, documents)
    for step in STEPS:
        result = step(turn)
        if isinstance(result, Outcome):
            yield refuse(turn, result)
            return
        turn = result
    yield PassagesFound(turn.passages)
    told = yield from tell(turn, writer)
    if not told.citations:
        yield refuse(turn, Outcome(Status.NOT_IN_CORPUS))
        return
    yield Answer(
        question=turn.question.shown,
        status=turn.draft.status if turn.draft else Status.ERROR,
        text=told.text,
        citations=told.citations,
        notices=(*told.notices, *notices(told.citations, documents, turn.places, today)),
        passages=turn.passages,
        label=told.label,
    )


def _contradiction(turn: Turn) -> Sentence | None:
    if not stated_figures(turn.question.text) or turn.focus is None:
        return None
    terms = read_terms(without_figures(turn.focus.topic), turn.store, turn.retriever.lexicon)
    return contradicting(turn.question.text, sentences_of(turn, turn.passages, terms), turn.documents)


def _of_named_clauses(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    return tuple(passage for passage in passages if EXACT in dict(passage.why))
