"""A scored run -> `report.html`: one file that opens anywhere, with no network and no script."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined, Template

from eval.questions import CATEGORIES, Span
from eval.score import MEASURES, READ, Scored
from eval.summary import ALL
from index.datatypes import Document

if TYPE_CHECKING:
    from eval.run import Evaluation

HEADLINES = {
    "right": "答案完整、没有错误说法；该拒答的也以应有的方式拒答",
    "recall@5": "答案所在的条款出现在检索到的前五段里",
    "citation_recall": "应引的依据有多少真的逐字引用了",
    "citation_precision": "引用的条款有多少正是依据",
    "all_facts": "题目要的数字、年份、事项全都说到",
    "verbatim": "引文与文件逐字一致，错一个字也算不一致",
}
"""The measures at the top, and what they mean to a reader."""
SHOWN_MEASURES = (
    "right", "recall@5", "recall@1500字", "recall@4500字", "MRR@10", "nDCG@10", "citation_recall", "citation_precision",
    "clause", "document", "verbatim", "facts", "all_facts", "forbidden", "length",
)  # fmt: skip
"""Rows of the table that sets systems side by side."""
CATEGORY_MEASURES = ("right", "recall@5", "citation_recall", "all_facts")
BINS = 20
"""Bars of the histogram of times."""


def write_report(path: Path, evaluation: "Evaluation", documents: Mapping[str, Document]) -> None:
    """Write the report of `evaluation`; single questions are shown only where the gold is not `test`."""
    first = next(iter(evaluation.scored))
    path.write_text(
        _template().render(
            evaluation=evaluation,
            header=evaluation.run.header,
            first=first,
            summary=evaluation.summaries[first],
            headlines=HEADLINES,
            measures=MEASURES,
            shown=SHOWN_MEASURES,
            category_measures=CATEGORY_MEASURES,
            categories={ALL: "全部", **CATEGORIES},
            systems=system_names(evaluation),
            histogram=histogram([one.response.seconds for one in evaluation.scored[first]]),
            overall=ALL,
            failures=[] if evaluation.is_test else [
                _failure(one, documents) for one in evaluation.scored[first] if not one.right
            ],
        ),
        encoding="utf-8",
    )  # fmt: skip


def system_names(evaluation: "Evaluation") -> dict[str, str]:
    """What the systems of a run are called in tables."""
    from eval.run import BGE, SYSTEMS

    return {
        name: SYSTEMS[name.removesuffix(BGE)] + ("（BGE）" if name.endswith(BGE) else "")
        for name in evaluation.summaries
    }


def histogram(seconds: Sequence[float]) -> list[tuple[float, float, int]]:
    """(from, to, how many) over the range of `seconds`, in `BINS` equal steps; none of no times."""
    if not seconds:
        return []
    low, high = min(seconds), max(seconds)
    step = (high - low) / BINS or 1.0
    counts = [0] * BINS
    for value in seconds:
        counts[min(int((value - low) / step), BINS - 1)] += 1
    return [(low + step * at, low + step * (at + 1), count) for at, count in enumerate(counts)]


def _failure(one: Scored, documents: Mapping[str, Document]) -> dict[str, object]:
    """What a reader needs to see why a question failed."""
    question, response = one.question, one.response
    return {
        "id": question.id,
        "category": CATEGORIES[question.category],
        "turns": question.turns,
        "cause": one.cause,
        "expected": [_shown(span, documents) for span in question.evidence],
        "due": question.outcome,
        "facts": [" / ".join(forms) for forms in question.facts],
        "status": response.status,
        "text": response.text,
        "fault": response.fault,
        "retrieved": [_shown(span, documents) for span in response.passages[: READ // 2]],
    }


def _shown(span: Span, documents: Mapping[str, Document]) -> dict[str, str]:
    document = documents[span.document_id]
    clause = document.innermost(span.start, span.end)
    return {
        "place": f"{document.metadata.name} {clause.citation if clause else ''}",
        "text": document.text[span.start : span.end],
    }


def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["share"] = lambda value: "–" if value is None else f"{value:.3f}"
    return environment.from_string(files("eval").joinpath("report.html").read_text(encoding="utf-8"))
