"""The answering flow: a list of steps, each of which adds to what is known of the question or ends it."""

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from datetime import date

from assistant import gate
from assistant.about import read_about, whole_asked
from assistant.audience import advice, in_full, widen
from assistant.card import card_line
from assistant.compare import SHOWN_PASSAGES, compare
from assistant.conversation.choices import choices
from assistant.conversation.followup import condense as understand
from assistant.conversation.memory import Understood
from assistant.datatypes import Answer, Audience, Passage, Status
from assistant.divide import divide
from assistant.events import Event, PassagesFound
from assistant.extract import compose, extract
from assistant.focus import covered, read_focus
from assistant.intents import read_intent
from assistant.kinds import kinds_asked, kinds_held
from assistant.lookup import show_targets
from assistant.notices import notices
from assistant.outcome import Outcome
from assistant.places import Place, PlaceKind
from assistant.premise import contradicting, stated_figures, without_figures
from assistant.question import read_question
from assistant.refusal import POINTS_TO_NEAREST, refuse
from assistant.replies import connective
from assistant.retrieve import EXACT, PolicyRetriever, as_passage
from assistant.sentences import Sentence
from assistant.sides import compares
from assistant.tell import tell
from assistant.terms import read_terms
from assistant.turn import READ_PASSAGES, Turn, held, measure, sentences_of
from assistant.written.rewrite import rewrite
from assistant.written.write import Writer

YIELDING = {
    Status.OPINION: 0.62,
    Status.NEEDS_OFFICE: 0.6,
    Status.OFF_TOPIC: 0.78,
    Status.ANOTHER_PLACE: 0.6,
}
"""Outcomes read from words alone that yield where a passage is known to answer nearly the same question, and how near
that has to be (cosine): “以后弄成啥样” asks for a forecast, and for what is planned. Of other places only countries
yield: “日本亲家来旅游能免签多久” is about those at home."""

OWN_WORDS_HELD = 0.25
"""Share of a follow-up's own words that a passage has to hold to answer it joined to what was talked of."""


def read(turn: Turn) -> Turn | Outcome:
    """Clean the question; refuse what is empty or too long."""
    question = read_question(turn.asked)
    return question if isinstance(question, Outcome) else replace(turn, question=question)


def condense(turn: Turn) -> Turn | Outcome:
    """Make a question that goes on from the conversation into one that stands alone: by rules, or by the chat model."""

    def content(text: str) -> tuple[str, ...]:
        return tuple(term.text for term in read_terms(text, turn.store, turn.retriever.lexicon))

    def answered(question: str, words: str = "") -> float:
        return _answered(turn, question, words)

    found = understand(turn.question.text, turn.history, turn.known, content, answered)
    if turn.writer and turn.history and (text := rewrite(turn.question.text, turn.history, turn.writer)):
        found = replace(found, text=text) if found else Understood(text, text)
    if found is None:
        return replace(turn, understood=Understood(turn.question.text, turn.question.text))
    question = read_question(found.text)
    return question if isinstance(question, Outcome) else replace(turn, question=question, understood=found)


def set_aside(turn: Turn) -> Turn | Outcome:
    """Set aside what the question asks about a document itself, where it also asks what that says."""
    divided = divide(turn.question.text, turn.known)
    question = read_question(divided.content) if divided else None
    if divided is None or question is None or isinstance(question, Outcome):
        return turn
    understood = Understood(question.text, question.text)
    return replace(turn, question=question, understood=understood, beside=divided.documents)


def screen(turn: Turn) -> Turn | Outcome:
    """Tell questions to the assistant from questions about the documents."""
    intent = read_intent(turn.question.text)
    early = intent and intent not in (*POINTS_TO_NEAREST, *YIELDING)
    return Outcome(intent) if intent and early else replace(turn, intent=intent)


def aim(turn: Turn) -> Turn | Outcome:
    """Find the documents, clauses and places that the question names, and the terms of what is left of it."""
    focus = read_focus(turn.question.text, tuple(turn.documents.values()))
    if isinstance(focus, Outcome):
        return focus
    return replace(turn, focus=focus, terms=read_terms(focus.topic, turn.store, turn.retriever.lexicon))


def describe(turn: Turn) -> Turn | Outcome:
    """Tell of a document itself what is asked of it; where all of it is asked for, have it shown."""
    if turn.focus is None:
        return turn
    if whole := whole_asked(turn.focus, turn.known):
        return replace(turn, focus=replace(turn.focus, targets=whole))
    return read_about(turn.question.text, turn.focus, turn.known, turn.today) or turn


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
    if turn.intent and _yields(turn, turn.intent):
        turn = replace(turn, intent=None)
    if not turn.terms and not turn.intent:
        return Outcome(Status.UNCLEAR)
    elsewhere = _elsewhere(turn)
    mentioned = any(p.name in passage.text for p in elsewhere for passage in turn.passages[:3])
    abroad = all(place.kind is PlaceKind.COUNTRY for place in elsewhere)
    answered = mentioned or (abroad and _yields(turn, Status.ANOTHER_PLACE))
    if elsewhere and len(elsewhere) == len(turn.places) and (turn.intent or not answered):
        return Outcome(Status.ANOTHER_PLACE, {"place": "、".join(p.name for p in elsewhere)})
    return Outcome(turn.intent) if turn.intent else turn


def answer(turn: Turn) -> Turn | Outcome:
    """Choose the sentences that answer, or find that there are none."""
    if turn.draft:
        return turn
    if turn.focus and turn.focus.sides and (compared := compare(turn, turn.focus)):
        return compared if isinstance(compared, Outcome) else replace(compared, material=compared.passages)
    passages = _of_named_clauses(turn.passages) or turn.passages
    sentences = sentences_of(turn, passages, turn.terms)
    if contradictions := _contradictions(turn):
        quotes = extract(contradictions, turn.documents)
        return replace(turn, draft=compose(quotes, turn.documents, connective("premise")), confidence=1.0)
    features = measure(turn, sentences, passages)
    if not gate.answers(features):
        return Outcome(Status.NOT_IN_CORPUS, confidence=features.confidence)
    draft = compose(extract(_of_closest(turn, sentences), turn.documents), turn.documents)
    return replace(turn, draft=draft, material=passages[:READ_PASSAGES], confidence=features.confidence)


def verify(turn: Turn) -> Generator[Event, None, Turn | Outcome]:
    """Tell the draft, each quote checked against its document, and make the answer of what was told."""
    yield PassagesFound(turn.passages)
    official = turn.audience is Audience.OFFICIAL
    if official and turn.draft:
        turn = replace(turn, draft=widen(turn.draft, turn.documents))
    told = yield from tell(turn, turn.writer)
    if not turn.draft or not told.citations:
        return Outcome(Status.NOT_IN_CORPUS)
    besides = advice(turn.audience, told.citations, turn.documents, turn.places) if turn.audience else ()
    offered = choices(turn, told.citations)
    note = (connective("choices", regions="、".join(offered)),) if offered else ()
    apart = _elsewhere(turn) if compares(turn.question.text) else []
    absent = (connective("absent", places="、".join(place.name for place in apart)),) if apart else ()
    beside = tuple(card_line(turn.documents[id_], turn.known, turn.today) for id_ in turn.beside)
    answer = Answer(
        question=turn.question.shown,
        status=turn.draft.status,
        text=told.text,
        citations=in_full(told.citations, turn.documents) if official else told.citations,
        notices=(
            *beside,
            *told.notices,
            *absent,
            *notices(told.citations, turn.documents, turn.places, turn.today),
            *note,
            *besides,
        ),
        passages=turn.passages,
        label=told.label,
        choices=offered,
        confidence=turn.confidence,
    )
    return replace(turn, answer=answer)


Step = Callable[[Turn], Turn | Outcome | Generator[Event, None, Turn | Outcome]]
"""Adds to what is known of a turn, or ends it with an outcome; one that tells the answer gives its events meanwhile."""

STAGES: dict[str, tuple[Step, ...]] = {
    "understand": (read,),
    "condense": (condense, set_aside, screen, aim),
    "retrieve": (describe, look_up, retrieve),
    "compose": (turn_away, answer),
    "verify": (verify,),
}
"""All of it, in order; a conversation runs the same stages as the nodes of a graph."""


def begin(
    asked: str,
    retriever: PolicyRetriever,
    today: date,
    writer: Writer | None = None,
    audience: Audience | None = None,
) -> Turn:
    """A question of which nothing is known yet. `writer`: what may tell the answer in its own words."""
    documents = {document.id: document for document in retriever.documents}
    return Turn(asked, retriever, documents, today, writer=writer, audience=audience)


def run(turn: Turn) -> Iterator[Event]:
    """Every step in order on a turn just begun; the last event is the answer."""
    for steps in STAGES.values():
        turn = yield from walk(turn, steps)
    yield conclude(turn)


def walk(turn: Turn, steps: Sequence[Step]) -> Generator[Event, None, Turn]:
    """The turn after these steps, none of which is taken once there is an answer."""
    for step in steps:
        if turn.answer:
            break
        result = step(turn)
        if isinstance(result, Generator):
            result = yield from result
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


def _answered(turn: Turn, text: str, words: str) -> float:
    """How surely the question `text` is answered; 0 where the best passage does not hold enough of the `words`."""
    question = read_question(text)
    if isinstance(question, Outcome):
        return 0.0
    retriever = turn.retriever.model_copy(update={"reranker": None})  # too slow for what is only tried
    tried = aim(replace(turn, retriever=retriever, question=question))
    if isinstance(tried, Outcome):
        return 0.0
    tried = retrieve(tried)
    own = read_terms(words, turn.store, turn.retriever.lexicon)
    if words and (not tried.passages or held(tried, tried.passages[0], own) < OWN_WORDS_HELD):
        return 0.0
    return measure(tried, sentences_of(tried, tried.passages, tried.terms), tried.passages).confidence


def _yields(turn: Turn, outcome: Status) -> bool:
    """Whether the passages answer what the words alone would turn away; an amount or a time that is asked for has to
    stand there, and is an office's to tell where the words ask for what offices tell."""
    if gate.nearest_asked(turn.passages) < YIELDING.get(outcome, math.inf):
        return False
    wanted = kinds_asked(turn.question.text)
    office = outcome is Status.NEEDS_OFFICE
    return not wanted or (not office and kinds_held(wanted, turn.passages[0].text) == 1)


def _elsewhere(turn: Turn) -> list[Place]:
    """The places named of which no document is."""
    return [place for place in turn.places if not covered(place, turn.known)]


def _contradictions(turn: Turn) -> list[Sentence]:
    if not stated_figures(turn.question.text) or turn.focus is None:
        return []
    terms = read_terms(without_figures(turn.focus.topic), turn.store, turn.retriever.lexicon)
    return contradicting(turn.question.text, sentences_of(turn, turn.passages, terms), turn.documents)


def _of_closest(turn: Turn, sentences: list[Sentence]) -> list[Sentence]:
    """The sentences of documents as close to the place or document named as that of the best one."""
    weights = dict(turn.focus.weights) if turn.focus else {}
    least = weights.get(sentences[0].document_id, 0.0) if sentences else 0.0
    return [sentence for sentence in sentences if weights.get(sentence.document_id, 0.0) >= least]


def _of_named_clauses(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    return tuple(passage for passage in passages if EXACT in dict(passage.why))
