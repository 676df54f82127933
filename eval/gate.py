"""Fit the line of `assistant.gate` on the dev questions: `python -m eval.gate [--others FILE]`.

Answerable dev questions against those of `dev` to be refused, as if no intent had been read: what the gate must refuse
when the words alone do not tell. Prints weights of the line, and for each threshold of the present
confidence what is kept and what passes.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import PolicyAssistant, gate, pipeline
from assistant.outcome import Outcome
from assistant.turn import Turn, measure, sentences_of
from eval.questions import read_split

STEPS = (pipeline.read, pipeline.aim, pipeline.retrieve)
RIDGE = 0.01
"""Penalty on the weights' squares: there are few questions."""


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


def fit(answerable: Sequence[gate.Features], others: Sequence[gate.Features]) -> NDArray[np.float64]:
    """Weights of context, cosine, mass and the constant: logistic regression, both classes weighing the same."""
    from scipy.optimize import minimize

    rows = np.array([[f.context, f.cosine, f.mass, 1.0] for f in (*answerable, *others)])
    label = np.array([1.0] * len(answerable) + [0.0] * len(others))
    share = np.where(label == 1, 1 / len(answerable), 1 / len(others))

    def loss(weights: NDArray[np.float64]) -> float:
        line = rows @ weights
        return float(
            (share * (np.logaddexp(0, line) - label * line)).sum() + RIDGE * (weights[:-1] ** 2).sum()
        )

    found: NDArray[np.float64] = minimize(loss, np.zeros(4)).x
    return found


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--others", type=Path, help="a text file of more questions outside the corpus, one a line"
    )
    more = parser.parse_args().others
    assistant = PolicyAssistant(record=False)
    gold = [one for one in read_split("dev", assistant.documents()) if len(one.turns) == 1]
    answerable = [one.turns[0] for one in gold if one.answerable]
    others = [one.turns[0] for one in gold if not one.answerable]
    others += more.read_text(encoding="utf-8").splitlines() if more else []
    measured = {
        name: [f for question in questions if (f := features_of(assistant, question))]
        for name, questions in (("answerable", answerable), ("others", others))
    }
    weights = fit(measured["answerable"], measured["others"])
    names = ("context", "cosine", "mass", "constant")
    line = ", ".join(f"{name} {weight:.2f}" for name, weight in zip(names, weights, strict=True))
    sys.stdout.write(f"{line}\nthreshold  answerable kept  others passed\n")
    for threshold in np.arange(0.2, 0.85, 0.05):
        kept, passed = (
            np.mean([f.confidence >= threshold for f in features]) for features in measured.values()
        )
        sys.stdout.write(f"{threshold:9.2f}  {kept:15.3f}  {passed:13.3f}\n")


if __name__ == "__main__":
    main()
