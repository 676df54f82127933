"""Two runs on the same questions: what got better, what got worse, and whether that may be chance."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics import paired_p
from eval.score import MEASURES, Scored
from eval.summary import by_category


@dataclass(frozen=True, slots=True)
class Change:
    """One measure before and after, over the questions that have it in both runs; `p`: see `metrics.paired_p`."""

    measure: str
    category: str
    before: float
    after: float
    p: float
    questions: int

    @property
    def chance(self) -> str:
        """`p` as one writes it: "= 0.065", "< 0.001"."""
        return f"= {self.p:.3f}" if self.p >= 0.001 else "< 0.001"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Changes of every measure, over all questions and by category; ids of questions that came right, or wrong."""

    changes: tuple[Change, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]
    unpaired: int
    """Questions that only one of the runs has."""


def compare(before: Sequence[Scored], after: Sequence[Scored]) -> Comparison:
    """The changes from one run of a system to another, paired by question id."""
    earlier = {one.question.id: one for one in before}
    paired = [one for one in after if one.question.id in earlier]
    changes = []
    for category, group in by_category(paired):
        for measure in MEASURES:
            pairs = [
                (was, now)
                for one in group
                if (was := earlier[one.question.id].measures[measure]) is not None
                and (now := one.measures[measure]) is not None
            ]
            if pairs:
                old, new = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
                p = paired_p([now - was for was, now in pairs])
                changes.append(Change(measure, category, old, new, p, len(pairs)))
    return Comparison(
        changes=tuple(changes),
        won=tuple(one.question.id for one in paired if one.right and not earlier[one.question.id].right),
        lost=tuple(one.question.id for one in paired if not one.right and earlier[one.question.id].right),
        unpaired=len(before) + len(after) - 2 * len(paired),
    )
