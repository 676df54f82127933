"""Find the weights of `assistant.rank` on the tuning questions: `python -m eval.ranker [--write]`.

A listwise softmax over the candidates of each question (ListNet, Cao et al. 2007) draws up the passages that hold the
evidence; weights of 0 and more, so that none reads as its contrary. Prints recall with the present weights, for
each penalty as found by cross-validation in five parts, no evidence in two of them, and on the dev questions, which
nothing is fitted to.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import PolicyAssistant, rank
from assistant.focus import read_focus
from assistant.outcome import Outcome
from assistant.question import read_question
from assistant.retrieve import row_weights
from assistant.terms import read_terms
from eval.metrics import covers, mean, recall
from eval.questions import TUNING, Question, Span, read_questions, read_split

PENALTIES = (0.0001, 0.0005, 0.002, 0.01)
"""Factors on the sum of the weights' squares that are tried."""
SAME = 0.01
"""Difference of recall@1 and recall@5 together that is none: of penalties alike the greatest is taken."""
FOLDS = 5
NAMES = (*rank.SEARCHED, *rank.READ)

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates of one question: their places, their measures (row by name), and which hold evidence."""

    question: Question
    spans: tuple[Span, ...]
    measures: Matrix
    right: NDArray[np.bool_]


def candidates_of(assistant: PolicyAssistant, question: Question) -> Candidates | None:
    """The candidates of a question that is searched for; None for one that names its clause, or sets sides apart."""
    retriever = assistant.retriever
    store = retriever.store
    read = read_question(question.alone)
    if isinstance(read, Outcome):
        return None
    focus = read_focus(read.text, store.documents())
    if isinstance(focus, Outcome) or focus.targets or focus.sides:
        return None
    terms = read_terms(focus.topic, store, retriever.lexicon)
    weight = row_weights(store, focus)
    found = rank.measure(read.text, focus.topic, terms, store, weight)
    spans = tuple(Span(chunk.document_id, chunk.start, chunk.end) for chunk in found.chunks)
    measures = np.stack([found.scores[name] * weight[found.rows] for name in NAMES], axis=1)
    right = np.array([any(covers(span, quote) for quote in question.evidence) for span in spans])
    return Candidates(question, spans, measures.astype(np.float64), right)


def fit(groups: Sequence[Candidates], penalty: float) -> Matrix:
    """Weights by name of `NAMES`."""
    from scipy.optimize import minimize

    known = [group for group in groups if group.right.any()]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = 0.0, np.zeros_like(weights)
        for group in known:
            scores = group.measures @ weights
            shares = np.exp(scores - scores.max())
            rightly = shares * group.right
            total -= float(np.log(rightly.sum() / shares.sum()))
            slope -= (rightly / rightly.sum() - shares / shares.sum()) @ group.measures
        size = len(known)
        return total / size + penalty * float(weights @ weights), slope / size + 2 * penalty * weights

    found: Matrix = minimize(
        loss, np.ones(len(NAMES)), jac=True, bounds=[(0, None)] * len(NAMES), method="L-BFGS-B"
    ).x
    return found


def recalls(groups: Sequence[Candidates], weights_of: Callable[[int], Matrix]) -> tuple[float, float]:
    """Mean recall@1 and recall@5; `weights_of` gives the weights for the question at a place."""
    found: dict[int, list[float]] = {1: [], 5: []}
    for place, group in enumerate(groups):
        order = np.argsort(-(group.measures @ weights_of(place)), kind="stable")
        spans = [group.spans[row] for row in order[:5]]
        for k, values in found.items():
            values.append(recall(spans[:k], group.question.evidence, group.question.one_suffices))
    return mean(found[1]) or 0.0, mean(found[5]) or 0.0


def folds(groups: Sequence[Candidates]) -> list[int]:
    """The part of each question, by its evidence: questions on the same evidence stand in the same part."""
    keys = {evidence: None for group in groups for evidence in [frozenset(group.question.evidence)]}
    order = np.random.default_rng(0).permutation(len(keys))
    part = {evidence: int(order[at]) % FOLDS for at, evidence in enumerate(keys)}
    return [part[frozenset(group.question.evidence)] for group in groups]


def cross_validate(groups: Sequence[Candidates], penalty: float) -> tuple[float, float]:
    """`recalls` of each question with weights found on the other parts."""
    parts = folds(groups)
    weights = [
        fit([group for group, own in zip(groups, parts, strict=True) if own != part], penalty)
        for part in range(FOLDS)
    ]
    return recalls(groups, lambda place: weights[parts[place]])


def main() -> int:
    """Measure, print, and where asked to write the weights of the best penalty."""
    parser = argparse.ArgumentParser(prog="python -m eval.ranker", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights to assistant/rank.toml")
    write = parser.parse_args().write
    assistant = PolicyAssistant(record=False)
    documents = assistant.documents()
    groups, dev = (
        [found for one in questions if one.evidence and (found := candidates_of(assistant, one))]
        for questions in (read_questions(TUNING, documents), read_split("dev", documents))
    )
    present = np.array([rank.weights().get(name, 0.0) for name in NAMES])
    sys.stdout.write(f"recall@1 and @5 of {len(groups)} tuning questions and of {len(dev)} dev questions\n")
    _print("present", _recalls_with(groups, present), _recalls_with(dev, present))
    reached = {penalty: cross_validate(groups, penalty) for penalty in PENALTIES}
    for penalty, cross_validated in reached.items():
        _print(f"{penalty:g}", cross_validated, _recalls_with(dev, fit(groups, penalty)))
    least = max(map(sum, reached.values())) - SAME
    best = max(penalty for penalty, found in reached.items() if sum(found) >= least)
    weights = dict(zip(NAMES, fit(groups, best).tolist(), strict=True))
    lines = "".join(f"{name} = {weight:.2f}\n" for name, weight in weights.items())
    sys.stdout.write(lines)
    if write:
        head = (
            "# What each measure of assistant/rank.py counts; only their proportions matter.\n"
            "# Written by `python -m eval.ranker --write`, from the questions of eval/tuning.jsonl.\n"
        )
        Path(rank.__file__).with_suffix(".toml").write_text(head + lines, encoding="utf-8")
    return 0


def _recalls_with(groups: Sequence[Candidates], weights: Matrix) -> tuple[float, float]:
    return recalls(groups, lambda _: weights)


def _print(name: str, tuned: tuple[float, float], dev: tuple[float, float]) -> None:
    columns = " ".join(f"{value:.3f}" for value in (*tuned, *dev))
    sys.stdout.write(f"{name:<8} {columns}\n")


if __name__ == "__main__":
    sys.exit(main())
