"""A comparison: each side is searched for and answered by its own documents."""

from dataclasses import replace

from assistant import gate
from assistant.datatypes import Passage, Status
from assistant.extract import compose_sides, extract_side
from assistant.focus import Focus, Side
from assistant.outcome import Outcome
from assistant.retrieve import as_passage
from assistant.sentences import Sentence
from assistant.turn import Turn, measure, sentences_of

SHOWN_PASSAGES = 10
"""Passages kept in the answer's record, all sides together."""


def compare(turn: Turn, focus: Focus) -> Turn | Outcome:
    """The turn with a draft that sets the sides one under the other, or that none of them is in the corpus."""
    found = [_read_side(turn, side) for side in focus.sides]
    measured = [
        replace(measure(turn, sentences, passages), missing=0.0)  # one side may give what another does not
        for passages, sentences in found
    ]
    confidence = max(features.confidence for features in measured)
    shown = gate.sides_answer(measured)
    if not any(shown):
        return Outcome(Status.NOT_IN_CORPUS, confidence=confidence)
    sides = [
        (side.name, extract_side(sentences, turn.documents) if show else ())
        for side, show, (_, sentences) in zip(focus.sides, shown, found, strict=True)
    ]
    each = SHOWN_PASSAGES // len(found)
    passages = tuple(passage for own, _ in found for passage in own[:each])
    draft = compose_sides(sides, turn.documents)
    return replace(turn, draft=draft, passages=passages, confidence=confidence)


def _read_side(turn: Turn, side: Side) -> tuple[tuple[Passage, ...], list[Sentence]]:
    found = turn.retriever.invoke(
        turn.question.shown, focus=turn.focus, k=SHOWN_PASSAGES, within=side.documents
    )
    passages = tuple(map(as_passage, found))
    return passages, sentences_of(turn, passages, turn.terms)
