"""A comparison: each side is searched for and answered by its own documents."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant import gate
from assistant.datatypes import Passage, Quote, Status
from assistant.extract import compose_sides, extract_side
from assistant.focus import Focus
from assistant.outcome import Outcome
from assistant.retrieve import as_passage
from assistant.sentences import Sentence
from assistant.sides import Side
from assistant.terms import read_terms
from assistant.turn import Turn, measure, sentences_of
from index.searchable import normalise

SHOWN_PASSAGES = 10
"""Passages kept in the answer's record, all sides together."""
READ_FOR_NAME = 40
"""Best passages among which those that hold the name a side is about are looked for."""
AS_MUCH = 0.7
"""Share of what the best side holds of the question that a side which is not named has to hold to be shown."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the documents of a side hold on one topic, and what the gate judges that by."""

    passages: tuple[Passage, ...]
    sentences: list[Sentence]
    features: gate.Features


def compare(turn: Turn, focus: Focus) -> Turn | Outcome | None:
    """The turn with a draft that sets the sides one under the other, or that none of them is in the corpus; nothing
    where the sides are of the same documents, and these tell of them together or do not tell them apart."""
    inside = len({side.documents for side in focus.sides}) == 1
    if inside and _told_together(turn, focus):
        return None
    found = [_read_side(turn, focus, side) for side in focus.sides]
    needed = 1 if focus.sides[0].named else len(found)
    if inside and sum(gate.answers(reading.features) for reading in found) < needed:
        return None
    judged = [
        replace(reading.features, missing=0.0) for reading in found
    ]  # one side may give what another does not
    confidence = max(features.confidence for features in judged)
    shown = gate.sides_answer(judged)
    most = max(reading.features.context for reading in found)
    sides = [
        (side.name, _quotes(turn, side, focus.sides, reading.sentences) if show else ())
        for side, show, reading in zip(focus.sides, shown, found, strict=True)
        if side.named or (show and reading.features.context >= AS_MUCH * most)
    ]
    if inside and len({quotes for _, quotes in sides if quotes}) < len(focus.sides):
        return None
    if not any(shown):
        return Outcome(Status.NOT_IN_CORPUS, confidence=confidence)
    each = SHOWN_PASSAGES // len(found)
    passages = tuple(passage for reading in found for passage in reading.passages[:each])
    draft = compose_sides(sides, turn.documents)
    return replace(turn, draft=draft, passages=passages, confidence=confidence)


def _told_together(turn: Turn, focus: Focus) -> bool:
    """Whether one sentence, the best for the whole question, gives what is asked of all that the sides are about."""
    reading = _read(turn, focus, Side("", focus.sides[0].documents))
    best = "".join(turn.documents[one.document_id].text[one.start : one.end] for one in reading.sentences[:1])
    named = all(side.about and side.about in normalise(best) for side in focus.sides)
    return named and not reading.features.missing


def _read_side(turn: Turn, focus: Focus, side: Side) -> _Reading:
    """The side read for each of its topics, the one that it answers best."""
    readings = [_read(turn, replace(focus, topic=topic), side) for topic in side.topics or (focus.topic,)]
    return max(readings, key=lambda reading: replace(reading.features, missing=0.0).confidence)


def _read(turn: Turn, focus: Focus, side: Side) -> _Reading:
    turn = replace(turn, focus=focus, terms=read_terms(focus.topic, turn.store, turn.retriever.lexicon))
    found = turn.retriever.invoke(turn.question.shown, focus=focus, k=READ_FOR_NAME, within=side.documents)
    passages = tuple(map(as_passage, found))
    passages = (_naming(side, passages) or passages)[:SHOWN_PASSAGES]
    sentences = sentences_of(turn, passages, turn.terms)
    features = measure(turn, sentences, passages)
    return _Reading(passages, sentences, replace(features, verdict=None))  # a topic is no question


def _naming(side: Side, passages: Iterable[Passage]) -> tuple[Passage, ...]:
    return tuple(p for p in passages if side.about in normalise(f"{p.heading} {p.text}"))


def _quotes(turn: Turn, side: Side, sides: tuple[Side, ...], sentences: list[Sentence]) -> tuple[Quote, ...]:
    """What a side is answered with; where that stands beside another thing that is compared, as in an overview, also
    what is said of this one alone."""
    others = [other for other in sides if other.about and other.about != side.about]
    quotes = extract_side(sentences, turn.documents)
    beside = {passage for other in others for passage in _naming(other, (s.passage for s in sentences))}
    alone = [sentence for sentence in sentences if sentence.passage not in beside]
    if alone and sentences[0].passage in beside:
        quotes = tuple(dict.fromkeys((*quotes, *extract_side(alone, turn.documents))))
    return quotes
