"""Least figures that a run must reach: a TOML table of measures, for all questions and for categories."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from eval.questions import CATEGORIES
from eval.score import MEASURES
from eval.summary import ALL, Summary
from index.datatypes import PolicyError

_TOTALS = ("refusal_precision", "refusal_recall")


def read_floors(path: Path) -> dict[str, dict[str, float]]:
    """`{category: {measure: least}}`; the table `[all]` speaks of all questions and may name refusals too.

    Raises PolicyError where the file cannot be read or names what is not measured.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise PolicyError(f"读不了下限 {path}({fault}),请检查路径和 TOML 写法") from fault
    for category, floors in table.items():
        if category not in (ALL, *CATEGORIES) or not isinstance(floors, dict):
            raise PolicyError(f"{path.name} 里没有“{category}”这一类,可用:{'、'.join((ALL, *CATEGORIES))}")
        known = (*MEASURES, *(_TOTALS if category == ALL else ()))
        for measure, least in floors.items():
            if measure not in known or not isinstance(least, int | float):
                raise PolicyError(
                    f"{path.name} 的 [{category}] 里“{measure} = {least}”不对,可用:{'、'.join(known)}"
                )
    return table


def below(summary: Summary, floors: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What falls short, one Chinese phrase each; a floor on what was not measured falls short too."""
    short = []
    for category, least in floors.items():
        for measure, floor in least.items():
            reached = _reached(summary, category, measure)
            if reached is None or reached < floor:
                got = "没有测到" if reached is None else f"{reached:.3f}"
                short.append(f"{category} {measure}:{got},应不低于 {floor}")
    return short


def _reached(summary: Summary, category: str, measure: str) -> float | None:
    if measure in _TOTALS:
        total: float | None = getattr(summary, measure)
        return total
    figures = summary.figures.get(category, {})
    return figures[measure].value if measure in figures else None
