"""Scores of single questions -> figures: means by category with intervals, refusals, outcomes, times."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from eval.metrics import area_under_risk, interval, mean, percentile, risk_by_coverage
from eval.questions import CATEGORIES
from eval.score import MEASURES, Scored

ALL = "all"
"""Stands for every category in tables."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over `questions` questions with its 95 % bootstrap interval; None where it applies to none."""

    value: float | None
    low: float | None
    high: float | None
    questions: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What one system reached on a set of questions.

    `figures[category][measure]`. `refusal_precision`: share of its refusals that were due; `refusal_recall`: share of
    the refusals due that it gave, for whichever reason; `false_refusals`: share of the answerable questions that it
    refused; each None where there is none to share. A crash is no refusal. `outcomes`:
    (outcome due, outcome given) and how often. `causes`: likely causes of failure and how often.
    """

    questions: int
    figures: dict[str, dict[str, Figure]]
    refusal_precision: float | None
    refusal_recall: float | None
    false_refusals: float | None
    risk_area: float | None
    risk_curve: list[tuple[float, float]]
    outcomes: list[tuple[str, str, int]]
    causes: dict[str, int]
    seconds_median: float
    seconds_p95: float

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return asdict(self)


def summarise(scored: Sequence[Scored]) -> Summary:
    """The figures of one system."""
    refused = [one for one in scored if one.response.refused]
    due = [one for one in scored if not one.question.answerable]
    answerable = [one for one in scored if one.question.answerable]
    judged = [(one.response.confidence, one.right) for one in scored if one.response.answered]
    outcomes = Counter((one.question.outcome or "answered", one.response.status) for one in scored)
    seconds = [one.response.seconds for one in scored]
    return Summary(
        questions=len(scored),
        figures={
            category: {name: figure(group, name) for name in MEASURES}
            for category, group in by_category(scored)
        },
        refusal_precision=_share(refused, lambda one: not one.question.answerable),
        refusal_recall=_share(due, lambda one: one.response.refused),
        false_refusals=_share(answerable, lambda one: one.response.refused),
        risk_area=area_under_risk(judged),
        risk_curve=risk_by_coverage(judged),
        outcomes=[(str(a), str(b), count) for (a, b), count in sorted(outcomes.items())],
        causes=dict(Counter(one.cause for one in scored if one.cause).most_common()),
        seconds_median=percentile(seconds, 50),
        seconds_p95=percentile(seconds, 95),
    )


def by_category(scored: Sequence[Scored]) -> list[tuple[str, list[Scored]]]:
    """All questions, then those of each category that has any, in the order of `CATEGORIES`."""
    groups = ((name, [one for one in scored if one.question.category == name]) for name in CATEGORIES)
    return [(ALL, list(scored)), *((name, group) for name, group in groups if group)]


def figure(scored: Iterable[Scored], measure: str) -> Figure:
    """The mean of one measure; questions on the same evidence are drawn together for the interval."""
    groups: dict[object, list[float]] = defaultdict(list)
    for one in scored:
        value = one.measures[measure]
        if value is not None:
            groups[frozenset(one.question.evidence) or one.question.id].append(value)
    values = [value for group in groups.values() for value in group]
    low, high = interval(list(groups.values())) or (None, None)
    return Figure(mean(values), low, high, len(values))


def _share(scored: Sequence[Scored], holds: Callable[[Scored], bool]) -> float | None:
    return mean([float(holds(one)) for one in scored])
