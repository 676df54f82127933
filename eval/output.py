"""A scored run -> the files beside it: `scores.json`, `scores.csv`, `report.html`; and the log of runs on test."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from eval.evaluation import Evaluation
from eval.report import report
from eval.runs import append, now
from eval.score import Scored
from eval.summary import ALL
from index.datatypes import Document, PolicyError

TEST_LOG = "test-runs.jsonl"
"""Beside the runs: one line for every scoring of a run on `test`, so that nobody forgets how often it was looked at."""
_COLUMNS = ("system", "category", "measure", "value", "low", "high", "questions")


def write_all(found: Evaluation, documents: Sequence[Document]) -> None:
    """Write all figures into the folder of the run; of `test` no single question.

    Raises PolicyError where they cannot be written.
    """
    if found.is_test:
        figures = {
            name: {measure: figure.value for measure, figure in summary.figures[ALL].items()}
            for name, summary in found.summaries.items()
        }
        append(
            found.folder.resolve().parent / TEST_LOG,
            {"scored": now(), "run": found.run.name, "figures": figures},
        )
    try:
        (found.folder / "scores.json").write_text(
            json.dumps(scores(found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        _write_csv(found.folder / "scores.csv", found)
        (found.folder / "report.html").write_text(report(found, documents), encoding="utf-8")
    except OSError as fault:
        raise PolicyError(f"写不了 {found.folder}({fault.strerror}),请检查磁盘和权限") from fault


def scores(found: Evaluation) -> dict[str, object]:
    """All figures as plain values, for JSON."""
    comparison = asdict(found.comparison) if found.comparison else None
    if comparison and found.is_test:
        comparison |= {name: len(comparison[name]) for name in ("won", "lost")}
    return {
        "run": asdict(found.run.header),
        "systems": {name: summary.as_dict() for name, summary in found.summaries.items()},
        "unasked": found.unasked,
        "stale": found.stale,
        "compared_with": found.compared_with,
        "comparison": comparison,
        "questions": {}
        if found.is_test
        else {name: list(map(_row, scored)) for name, scored in found.scored.items()},
    }


def _row(one: Scored) -> dict[str, object]:
    return {"id": one.question.id, "status": one.response.status, "cause": one.cause, **one.measures}


def _write_csv(path: Path, found: Evaluation) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # Excel needs the mark to read UTF-8
        csv.writer(file).writerows([_COLUMNS, *_figures(found)])


def _figures(found: Evaluation) -> Iterator[tuple[str | float, ...]]:
    """One row for each system, category and measure that applies there."""
    for name, summary in found.summaries.items():
        for category, figures in summary.figures.items():
            for measure, figure in figures.items():
                if figure.value is not None and figure.low is not None and figure.high is not None:
                    values = (round(value, 4) for value in (figure.value, figure.low, figure.high))
                    yield name, category, measure, *values, figure.questions
