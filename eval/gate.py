"""What the gate of `assistant.gate` keeps and lets pass: `python -m eval.gate [--others FILE]`.

The tuning questions, and more that no document answers, as they come to the gate: past what the words alone tell, no
look-ups, no comparisons. For each value of a constant, the others as they are: the share of answerable questions kept
and of the others refused, of those that come so far.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from assistant import PolicyAssistant, gate, pipeline
from assistant.outcome import Outcome
from assistant.turn import Turn, measure, sentences_of
from eval.questions import TUNING, read_questions

STEPS = (
    pipeline.read,
    pipeline.screen,
    pipeline.aim,
    pipeline.describe,
    pipeline.retrieve,
    pipeline.turn_away,
)
TRIED = {
    "THRESHOLD": (2.8, 3.0, 3.2, 3.4),
    "ASKED": (0.48, 0.5, 0.52, 0.54, 0.56),
    "HELD": (0.0, 0.25, 0.35, 0.45),
    "MISSING": (0.0, 3.0, 6.0, 9.0),
    "MATTER": (0.0, 1.0, 1.5, 2.0, 2.25, 2.5, 9.0),
    "VERDICT": (0.0, 0.4, 0.8, 1.2),
    "EVEN": (0.5, 0.75, 1.0, 1.25, 1.5),
    "SUREST": (1.5, 2.0, 2.5, 3.0, 9.0),
    "NEARER": (0.0, 5.0, 8.0, 12.0, 16.0),
}
"""Values of each constant that are shown."""


def features_of(assistant: PolicyAssistant, question: str) -> gate.Features | None:
    """Features of a plain question; None for look-ups, comparisons and what ends before the gate."""
    documents = {document.id: document for document in assistant.documents()}
    turn = Turn(question, assistant.retriever, documents, date.today())
    for step in STEPS:
        result = step(turn)
        if isinstance(result, Outcome):
            return None
        turn = result
    if turn.focus is None or turn.focus.targets or turn.focus.sides or not turn.terms:
        return None
    return measure(turn, sentences_of(turn, turn.passages, turn.terms), turn.passages)


def share_answered(features: Sequence[gate.Features]) -> float:
    """Share of them that the gate answers, with its constants as they are at the moment."""
    return sum(map(gate.answers, features)) / len(features) if features else 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.gate", description=__doc__)
    parser.add_argument("--others", type=Path, help="a text file of questions outside the corpus, one a line")
    more = parser.parse_args().others
    assistant = PolicyAssistant(record=False)
    tuning = read_questions(TUNING, assistant.documents())
    sets = {
        "answerable": [one.alone for one in tuning if one.answerable],
        "others": [one.alone for one in tuning if not one.answerable],
        "outside": more.read_text(encoding="utf-8").splitlines() if more else [],
    }
    measured = {
        name: [f for question in questions if (f := features_of(assistant, question))]
        for name, questions in sets.items()
    }
    counts = ", ".join(f"{len(found)} {name}" for name, found in measured.items())
    sys.stdout.write(f"{counts}\n{'':<16}  kept  refused  refused outside\n")
    for name, values in TRIED.items():
        present = getattr(gate, name)
        for value in values:
            setattr(gate, name, value)
            kept, *passed = (share_answered(found) for found in measured.values())
            mark = "*" if value == present else " "
            refused = "  ".join(f"{1 - share:7.3f}" for share in passed)
            sys.stdout.write(f"{name:<10} {value:>5g}{mark} {kept:.3f}  {refused}\n")
        setattr(gate, name, present)


if __name__ == "__main__":
    main()
