"""Pure measures. Each says which convention it follows and what it gives of nothing."""

import math
from collections.abc import Sequence

import numpy as np

from eval.facts import holds
from eval.questions import Span

COVERED = 80
"""Percent of the characters of an evidence quote that one passage must hold for it to count as found."""
RESAMPLES = 10_000


def covers(passage: Span, evidence: Span) -> bool:
    """Whether `passage`, alone, holds at least 80 % of the characters of `evidence`, wherever in it.

    Two passages that hold half each do not add up. Nothing covers an empty evidence.
    """
    shared = min(passage.end, evidence.end) - max(passage.start, evidence.start)
    length = evidence.end - evidence.start
    same = passage.document_id == evidence.document_id
    return same and shared > 0 and 100 * shared >= COVERED * length


def recall(passages: Sequence[Span], evidence: Sequence[Span], one_suffices: bool = False) -> float:
    """Share of `evidence` that some passage covers; with `one_suffices` 1 where any of it is covered, else 0.

    A fraction, not success: two quotes of which one is found give 0.5. No passages or no evidence give 0.
    """
    found = [any(covers(passage, quote) for passage in passages) for quote in evidence]
    if one_suffices:
        return float(any(found))
    return sum(found) / len(found) if found else 0.0


def within(passages: Sequence[Span], characters: int) -> tuple[Span, ...]:
    """The passages of the first `characters` characters, the last one cut there; all where they are fewer.

    Text that overlapping passages repeat counts each time, as it does for whoever reads it.
    """
    kept: list[Span] = []
    for passage in passages:
        if characters <= 0:
            break
        end = min(passage.end, passage.start + characters)
        kept.append(Span(passage.document_id, passage.start, end))
        characters -= end - passage.start
    return tuple(kept)


def reciprocal_rank(passages: Sequence[Span], evidence: Sequence[Span]) -> float:
    """1 / place of the first passage that covers any of `evidence`, also where several are asked for.

    0 where no passage does; cut `passages` to ten for MRR@10.
    """
    ranks = (rank for rank, passage in enumerate(passages, 1) if any(covers(passage, e) for e in evidence))
    return 1 / next(ranks, float("inf"))


def ndcg(passages: Sequence[Span], evidence: Sequence[Span], one_suffices: bool = False) -> float:
    """Normalised discounted cumulative gain of the first ten passages, by ir-measures (Järvelin & Kekäläinen 2002).

    Each evidence is one relevant item of gain 1, found at the first passage that covers it; a passage that covers
    none anew is an item that is not relevant. With `one_suffices` all evidence is one item. No evidence gives 0.
    """
    import ir_measures

    if not evidence:
        return 0.0
    left = {"evidence": evidence} if one_suffices else {f"evidence {n}": [e] for n, e in enumerate(evidence)}
    relevant = dict.fromkeys(left, 1)
    ranked: list[str] = []
    for place, passage in enumerate(passages[:10]):
        new = [item for item, quotes in left.items() if any(covers(passage, quote) for quote in quotes)]
        ranked += new or [f"passage {place}"]
        left = {item: quotes for item, quotes in left.items() if item not in new}
    run = {item: float(-place) for place, item in enumerate(ranked)} or {"none": 0.0}
    measure = ir_measures.nDCG @ 10
    return float(ir_measures.calc_aggregate([measure], {"q": relevant}, {"q": run})[measure])


def supported(citations: Sequence[Span], evidence: Sequence[Span]) -> float | None:
    """Citation precision: share of `citations` that cover an evidence, or lie in one by 80 % of their length.

    ALCE (Gao et al. 2023, arXiv:2305.14627) asks a model whether a citation supports its statement; here the gold
    quote decides. None of no citations: that nothing is cited is told by recall.
    """
    if not citations:
        return None
    good = [any(covers(one, quote) or covers(quote, one) for quote in evidence) for one in citations]
    return sum(good) / len(good)


def facts_told(text: str, facts: Sequence[Sequence[str]]) -> float | None:
    """Share of `facts` that `text` states in any one of their forms (see `holds`); None where none is asked for."""
    if not facts:
        return None
    return sum(any(holds(text, form) for form in forms) for forms in facts) / len(facts)


def nothing_forbidden(text: str, forbidden: Sequence[str]) -> float | None:
    """1 where `text` says nothing of what only a wrong answer says, else 0; None where nothing is forbidden."""
    return float(not any(holds(text, form) for form in forbidden)) if forbidden else None


def same_clause(cited: str, asked: str) -> bool:
    """Whether the clause `cited` is the one `asked` for, or stands in it: “第九章 第三节” in “第九章”.

    Citations of a numbered clause begin with those of the clauses above it, so that no digit may follow.
    """
    one, other = (text.replace(" ", "") for text in (cited, asked))
    return one.startswith(other) and not one[len(other) :][:1].isdigit()


def area_under_risk(judged: Sequence[tuple[float, bool]]) -> float | None:
    """Area under the risk–coverage curve (Geifman, Uziel & El-Yaniv 2019, arXiv:1805.08206): 0 is best, 1 worst.

    `judged`: (confidence, whether right) of each answer. The mean of the risks at every coverage; None of none.
    """
    curve = risk_by_coverage(judged)
    return mean([risk for _, risk in curve])


def risk_by_coverage(judged: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """(coverage, risk) with the surest 1, 2, … answers: risk is the share of them that is wrong.

    Answers of equal confidence enter together, as no threshold parts them: each takes the risk of all. A refusal is
    no answer and takes no part.
    """
    ranked = sorted(judged, key=lambda one: -one[0])
    wrong = 0
    curve: list[tuple[float, float]] = []
    at = 0
    while at < len(ranked):
        tied = [right for confidence, right in ranked[at:] if confidence == ranked[at][0]]
        wrong += sum(not right for right in tied)
        end = at + len(tied)
        curve += [((place + 1) / len(ranked), wrong / end) for place in range(at, end)]
        at = end
    return curve


def paired_p(differences: Sequence[float]) -> float:
    """Two-sided p of a paired sign-flip permutation test: chance of a mean as far from 0 were the signs random.

    10,000 seeded draws, the observed one counted (Phipson & Smyth 2010), so never 0. 1 of no difference at all.
    """
    moved = np.array([one for one in differences if one])
    if not moved.size:
        return 1.0
    signs = np.random.default_rng(0).choice((-1.0, 1.0), size=(RESAMPLES, moved.size))
    as_far = np.abs(signs @ moved) >= abs(moved.sum()) - 1e-12
    return float((as_far.sum() + 1) / (RESAMPLES + 1))


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean, each question counting once; None of no values."""
    return sum(values) / len(values) if values else None


def interval(groups: Sequence[Sequence[float]]) -> tuple[float, float] | None:
    """95 % percentile bootstrap interval of the mean of all values, groups drawn whole; None of no groups.

    A group holds questions on the same evidence: they are alike, and drawn one by one they would make the
    interval too narrow. The drawing is seeded: equal values give equal intervals.
    """
    if not groups:
        return None
    totals, counts = np.array([sum(group) for group in groups]), np.array([len(group) for group in groups])
    drawn = np.random.default_rng(0).integers(len(groups), size=(RESAMPLES, len(groups)))
    means = totals[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of `values` that at least `percent` % of them do not exceed (nearest rank); 0 of none."""
    ranked = sorted(values)
    return ranked[max(math.ceil(percent * len(ranked) / 100), 1) - 1] if ranked else 0.0
