"""A scored run as Markdown tables, for the terminal and for README."""

from collections.abc import Iterator

from eval.evaluation import Evaluation
from eval.questions import CATEGORIES
from eval.report import CATEGORY_MEASURES, SHOWN_MEASURES, TOTALS
from eval.score import MEASURES
from eval.summary import ALL
from eval.systems import system_name


def tables(found: Evaluation) -> str:
    """Systems side by side, the first one by category, its causes of failure, what changed, what was not scored."""
    parts = (_systems(found), _categories(found), _causes(found), _changes(found), _warnings(found))
    return "\n\n".join(text for part in parts if (text := "\n".join(part)))


def _systems(found: Evaluation) -> Iterator[str]:
    summaries = found.summaries.values()
    yield _row("指标", *map(system_name, found.summaries))
    yield "|---" * (len(found.summaries) + 1) + "|"
    for measure in SHOWN_MEASURES:
        figures = [one.figures[ALL][measure] for one in summaries]
        form = ".0f" if measure == "length" else ".3f"
        yield _row(MEASURES[measure], *(_written(figure.value, form) for figure in figures))
    for name, label in TOTALS.items():
        yield _row(label, *(_written(getattr(one, name)) for one in summaries))


def _categories(found: Evaluation) -> Iterator[str]:
    yield _row("类别", "题数", *(MEASURES[name] for name in CATEGORY_MEASURES), "答对 95% 区间")
    yield "|---" * (len(CATEGORY_MEASURES) + 3) + "|"
    for category, figures in found.summaries[found.first].figures.items():
        right = figures["right"]
        values = (_written(figures[name].value) for name in CATEGORY_MEASURES)
        span = f"{_written(right.low)}–{_written(right.high)}"
        yield _row({ALL: "全部", **CATEGORIES}[category], str(right.questions), *values, span)


def _causes(found: Evaluation) -> Iterator[str]:
    causes = found.summaries[found.first].causes
    yield "没答对的原因:" + ("、".join(f"{cause} {count}" for cause, count in causes.items()) or "无")


def _changes(found: Evaluation) -> Iterator[str]:
    if found.comparison is None:
        return
    yield f"与 {found.compared_with} 相比:新答对 {len(found.comparison.won)},变错 {len(found.comparison.lost)}"
    for change in found.comparison.changes:
        if change.category == ALL and change.before != change.after:
            moved = f"{change.before:.3f} → {change.after:.3f}"
            yield f"  {MEASURES[change.measure]} {moved}(p {change.chance})"


def _warnings(found: Evaluation) -> Iterator[str]:
    if found.unasked:
        yield f"注意:有 {found.unasked} 题没有问到(中途停下,或题目后来增改),以上只算问到的"
    if found.stale:
        yield f"注意:有 {found.stale} 个回答的题目已经改动或删去,没有计分"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _written(value: float | None, form: str = ".3f") -> str:
    return "–" if value is None else format(value, form)
