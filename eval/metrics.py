"""Pure measures. Each says which convention it follows and what it gives of nothing."""

import math
import random
from collections.abc import Sequence

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
    draw = random.Random(0)
    totals = [(sum(group), len(group)) for group in groups]
    means = []
    for _ in range(RESAMPLES):
        drawn = draw.choices(totals, k=len(totals))
        means.append(sum(total for total, _ in drawn) / sum(count for _, count in drawn))
    means.sort()
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of `values` that at least `percent` % of them do not exceed (nearest rank); 0 of none."""
    ranked = sorted(values)
    return ranked[max(math.ceil(percent * len(ranked) / 100), 1) - 1] if ranked else 0.0
