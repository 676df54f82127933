"""The answering flow: a list of steps, each of which adds to what is known of the question or ends it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from assistant import gate
from assistant.cite import cite
from assistant.compare import SHOWN_PASSAGES, compare
from assistant.conversation.choices import choices
from assistant.conversation.followup import condense as understand
from assistant.conversation.memory import Understood
from assistant.datatypes import Answer, Draft, Passage, Status
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
from assistant.terms import read_terms
from assistant.turn import Turn, measure, sentences_of


def read(turn: Turn) -> Turn | Outcome:
    """Clean the question; refuse what is empty or too long."""
    question = read_question(turn.asked)
    return question if isinstance(question, Outcome) else replace(turn, question=question)


def condense(turn: Turn) -> Turn | Outcome:
    """Make a question that goes on from the conversation into one that stands alone."""

    def content(text: str) -> tuple[str, ...]:
        return tuple(term.text for term in read_terms(text, turn.store, turn.retriever.lexicon))

    found = understand(turn.question.text, turn.history, tuple(turn.documents.values()), content)
    if found is None:
        return replace(turn, understood=Understood(turn.question.text, turn.question.text))
    question = read_question(found.text)
    return question if isinstance(question, Outcome) else replace(turn, question=question, understood=found)


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
    return replace(turn, draft=show_targets(focus.targets), confidence=1.0)


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
        return compare(turn, turn.focus)
    passages = _of_named_clauses(turn.passages) or turn.passages
    sentences = sentences_of(turn, passages, turn.terms)
    contradiction = _contradiction(turn)
    if contradiction:
        quotes = extract([contradiction], turn.documents)
        return replace(turn, draft=compose(quotes, turn.documents, connective("premise")), confidence=1.0)
    features = measure(turn, sentences, passages)
    if not gate.answers(features):
        return Outcome(Status.NOT_IN_CORPUS, confidence=features.confidence)
    draft = compose(extract(sentences, turn.documents), turn.documents)
    return replace(turn, draft=draft, confidence=features.confidence)


def verify(turn: Turn) -> Turn | Outcome:
    """Check every quote of the draft against its document, and make the answer of those that stand there."""
    text, citations = cite(turn.draft or Draft(()), turn.documents)
    if not turn.draft or not citations:
        return Outcome(Status.NOT_IN_CORPUS)
    offered = choices(turn, citations)
    told = (connective("choices", regions="、".join(offered)),) if offered else ()
    answer = Answer(
        question=turn.question.shown,
        status=turn.draft.status,
        text=text,
        citations=citations,
        notices=(*notices(citations, turn.documents, turn.places, turn.today), *told),
        passages=turn.passages,
        choices=offered,
        confidence=turn.confidence,
    )
    return replace(turn, answer=answer)


Step = Callable[[Turn], Turn | Outcome]

STAGES: dict[str, tuple[Step, ...]] = {
    "understand": (read,),
    "condense": (condense, screen, aim),
    "retrieve": (look_up, retrieve),
    "compose": (turn_away, answer),
    "verify": (verify,),
}
"""All of it, in order; a conversation runs the same stages as the nodes of a graph."""


def run(turn: Turn) -> Answer:
    """The answer of a turn just begun: every step in order."""
    for steps in STAGES.values():
        turn = walk(turn, steps)
    return conclude(turn)


def begin(asked: str, retriever: PolicyRetriever, today: date) -> Turn:
    """A question of which nothing is known yet."""
    return Turn(asked, retriever, {document.id: document for document in retriever.store.documents()}, today)


def walk(turn: Turn, steps: Sequence[Step]) -> Turn:
    """The turn after these steps, none of which is taken once there is an answer."""
    for step in steps:
        if turn.answer:
            break
        result = step(turn)
        turn = replace(turn, answer=refuse(turn, result)) if isinstance(result, Outcome) else result
    return turn


def conclude(turn: Turn) -> Answer:
    """The answer of a turn that went through all stages, with what was typed and how it was understood."""
    if turn.answer is None:
        raise ValueError("the stages are not through")
    typed = read_question(turn.asked)
    if isinstance(typed, Outcome) or typed == turn.question:
        return turn.answer
    return replace(turn.answer, question=typed.shown, standalone=turn.question.shown)


def _contradiction(turn: Turn) -> Sentence | None:
    if not stated_figures(turn.question.text) or turn.focus is None:
        return None
    terms = read_terms(without_figures(turn.focus.topic), turn.store, turn.retriever.lexicon)
    return contradicting(turn.question.text, sentences_of(turn, turn.passages, terms), turn.documents)


def _of_named_clauses(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    return tuple(passage for passage in passages if EXACT in dict(passage.why))
