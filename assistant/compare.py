"""A comparison: each side is searched for and answered by its own documents."""

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

SHOWN_PASSAGES = 10
"""Passages kept in the answer's record, all sides together."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the documents of a side hold on one topic, and what the gate judges that by."""

    passages: tuple[Passage, ...]
    sentences: list[Sentence]
    features: gate.Features


def compare(turn: Turn, focus: Focus) -> Turn | Outcome | None:
    """The turn with a draft that sets the sides one under the other, or that none of them is in the corpus; nothing
    where the sides are of the same documents, and these do not tell them apart."""
    found = [_read_side(turn, focus, side) for side in focus.sides]
    confidence = max(reading.features.confidence for reading in found)
    shown = gate.sides_answer([reading.features for reading in found])
    sides = [
        (side.name, extract_side(reading.sentences, turn.documents) if show else ())
        for side, show, reading in zip(focus.sides, shown, found, strict=True)
    ]
    if len({side.documents for side in focus.sides}) == 1 and not _told_apart([quotes for _, quotes in sides]):
        return None
    if not any(shown):
        return Outcome(Status.NOT_IN_CORPUS, confidence=confidence)
    each = SHOWN_PASSAGES // len(found)
    passages = tuple(passage for reading in found for passage in reading.passages[:each])
    draft = compose_sides(sides, turn.documents)
    return replace(turn, draft=draft, passages=passages, confidence=confidence)


def _read_side(turn: Turn, focus: Focus, side: Side) -> _Reading:
    """The side read for each of its topics, the one that it answers best."""
    readings = [_read(turn, replace(focus, topic=topic), side) for topic in side.topics or (focus.topic,)]
    return max(readings, key=lambda reading: reading.features.confidence)


def _read(turn: Turn, focus: Focus, side: Side) -> _Reading:
    turn = replace(turn, focus=focus, terms=read_terms(focus.topic, turn.store, turn.retriever.lexicon))
    found = turn.retriever.invoke(turn.question.shown, focus=focus, k=SHOWN_PASSAGES, within=side.documents)
    passages = tuple(map(as_passage, found))
    sentences = sentences_of(turn, passages, turn.terms)
    features = replace(measure(turn, sentences, passages), missing=0.0)  # one side may give what another does not
    return _Reading(passages, sentences, features)


def _told_apart(sides: list[tuple[Quote, ...]]) -> bool:
    """Whether every side has an answer, and no two the same."""
    return all(sides) and len(set(sides)) == len(sides)
