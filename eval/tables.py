"""A scored run as Markdown tables, for the terminal and for README."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eval.questions import CATEGORIES
from eval.report import CATEGORY_MEASURES, SHOWN_MEASURES, system_names
from eval.score import MEASURES
from eval.summary import ALL

if TYPE_CHECKING:
    from eval.run import Evaluation


def tables(found: "Evaluation") -> str:
    """Systems side by side, the first one by category, its causes of failure, and what changed."""
    return "\n".join([*_systems(found), "", *_categories(found), "", *_causes(found), *_changes(found)])


def _systems(found: "Evaluation") -> Iterator[str]:
    summaries = found.summaries.values()
    yield _row("指标", *system_names(found).values())
    yield "|---" * (len(found.summaries) + 1) + "|"
    for measure in SHOWN_MEASURES:
        figures = [one.figures[ALL][measure] for one in summaries]
        form = ".0f" if measure == "length" else ".3f"
        yield _row(MEASURES[measure], *(_written(figure.value, form) for figure in figures))
    for name, label in (
        ("refusal_recall", "应拒的拒了"),
        ("refusal_precision", "拒答中该拒的"),
        ("false_refusals", "误拒"),
        ("risk_area", "风险–覆盖面积"),
        ("seconds_median", "每问用时中位(秒)"),
        ("seconds_p95", "每问用时 95%(秒)"),
    ):
        yield _row(label, *(_written(getattr(one, name), ".3f") for one in summaries))


def _categories(found: "Evaluation") -> Iterator[str]:
    summary = next(iter(found.summaries.values()))
    yield _row("类别", "题数", *(MEASURES[name] for name in CATEGORY_MEASURES), "答对 95% 区间")
    yield "|---" * (len(CATEGORY_MEASURES) + 3) + "|"
    for category, figures in summary.figures.items():
        right = figures["right"]
        values = (_written(figures[name].value, ".3f") for name in CATEGORY_MEASURES)
        span = f"{_written(right.low, '.3f')}–{_written(right.high, '.3f')}"
        yield _row({ALL: "全部", **CATEGORIES}[category], str(right.questions), *values, span)


def _causes(found: "Evaluation") -> Iterator[str]:
    causes = next(iter(found.summaries.values())).causes
    yield "没答对的原因:" + ("、".join(f"{cause} {count}" for cause, count in causes.items()) or "无")


def _changes(found: "Evaluation") -> Iterator[str]:
    if found.comparison is None:
        return
    overall = [c for c in found.comparison.changes if c.category == ALL and c.before != c.after]
    yield f"与 {found.compared_with} 相比:新答对 {len(found.comparison.won)},变错 {len(found.comparison.lost)}"
    for change in overall:
        moved = f"{change.before:.3f} → {change.after:.3f}"
        yield f"  {MEASURES[change.measure]} {moved}(p = {change.p:.3f})"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _written(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
