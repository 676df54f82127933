"""A scored run -> the text of `report.html`: one page that opens anywhere, with no network and no script."""

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from eval.compare import Change
from eval.evaluation import Evaluation
from eval.metrics import covers, percentile
from eval.questions import CATEGORIES, REFUSALS, Question, Span
from eval.score import CAUSES, MEASURES, Scored
from eval.summary import ALL, Summary
from eval.systems import system_name
from index.datatypes import Document

HEADLINES = {
    "right": ("答对", "该说的都说到，没有错误说法；该拒答的以应有的方式拒答"),
    "recall@5": ("找到依据", "答案所在的原文出现在检索到的前五段里"),
    "citation_recall": ("依据引全", "该引的原文有多少真的引用了"),
    "citation_precision": ("引用切题", "引用的原文有多少正是依据"),
    "all_facts": ("事实说全", "题目要的数字、年份、事项全都说到"),
    "verbatim": ("逐字一致", "引文与文件逐字相同，错一个字也不算"),
}
"""The measures at the top: their names there and what they mean to a reader."""
SHOWN_MEASURES = (
    "right", "recall@5", "recall@1500字", "recall@4500字", "MRR@10", "nDCG@10", "citation_recall", "citation_precision",
    "clause", "document", "level", "verbatim", "facts", "all_facts", "forbidden", "length",
)  # fmt: skip
"""Rows of the table that sets systems side by side."""
TOTALS = {
    "refusal_recall": "应拒的拒了",
    "refusal_precision": "拒答中该拒的",
    "false_refusals": "误拒",
    "risk_area": "风险–覆盖面积",
    "seconds_median": "每问用时中位（秒）",
    "seconds_p95": "每问用时 95%（秒）",
}
"""Further rows: figures of a whole summary."""
PLOTTED_MEASURES = ("right", "recall@1500字", "citation_recall", "all_facts", "forbidden")
"""What is drawn for systems side by side."""
CATEGORY_MEASURES = ("right", "recall@5", "citation_recall", "all_facts")
BINS = 20
"""Bars of the histogram of times."""
RETRIEVED = 5
"""Passages shown of a question that failed."""
_ANSWERS = {"answered": "回答", "outline": "回答（列条目）", "about_document": "回答（文件信息）"}
_SHARES = ("MRR@10", "nDCG@10", "length")
"""Measures that are not told in percent."""


def report(found: Evaluation, documents: Sequence[Document]) -> str:
    """The page; single questions are shown only where the gold is not `test`."""
    summary = found.summaries[found.first]
    scored = found.scored[found.first]
    by_id = {document.id: document for document in documents}
    failures = {} if found.is_test else _failures(scored, by_id)
    page: str = _template().render(
        found=found,
        header=found.run.header,
        summary=summary,
        overall=summary.figures[ALL],
        headlines=HEADLINES,
        measures=MEASURES,
        shown=SHOWN_MEASURES,
        totals=TOTALS,
        plotted=PLOTTED_MEASURES,
        category_measures=CATEGORY_MEASURES,
        categories={ALL: "全部", **CATEGORIES},
        causes=CAUSES,
        outcomes=outcome_rows(summary),
        histogram=histogram([one.response.seconds for one in scored]),
        failures=failures,
        failed=sum(map(len, failures.values())),
        turned=[] if found.is_test else _turned(found),
        changes=_changes(found),
    )
    return page


def outcome_rows(summary: Summary) -> list[tuple[str, int, int, list[tuple[str, int]]]]:
    """(outcome due, questions, as due, what came instead and how often) for every outcome due."""
    rows = []
    for due in dict.fromkeys(due for due, _, _ in summary.outcomes):
        given = {status: count for one, status, count in summary.outcomes if one == due}
        total = sum(given.values())
        met = sum(given.pop(status, 0) for status in (due, *(_ANSWERS if due == "answered" else ())))
        others = sorted(given.items(), key=lambda one: -one[1])
        rows.append((outcome_name(due), total, met, [(outcome_name(name), count) for name, count in others]))
    return sorted(rows, key=lambda row: -row[1])


def outcome_name(status: str) -> str:
    """What a status is called in the report."""
    return {**_ANSWERS, **REFUSALS, "error": "出错"}.get(status, status)


def histogram(seconds: Sequence[float]) -> list[tuple[float, int]]:
    """(from, how many) in `BINS` equal steps to twice the 95th percentile; the last holds all that is longer.

    None of no times.
    """
    if not seconds:
        return []
    step = 2 * percentile(seconds, 95) / BINS or 1.0
    counts = Counter(min(int(value / step), BINS - 1) for value in seconds)
    return [(step * at, counts[at]) for at in range(BINS)]


def written(value: float | None, measure: str) -> str:
    """A figure as the page tells it: shares in percent, ranks as 0.123, lengths as whole numbers, none as a dash."""
    if value is None:
        return "–"
    if measure == "length":
        return f"{value:.0f}"
    if measure in _SHARES or (measure in TOTALS and not measure.startswith(("refusal", "false"))):
        return f"{value:.3f}"
    return f"{100 * value:.1f}%"


def _failures(
    scored: Sequence[Scored], documents: Mapping[str, Document]
) -> dict[str, list[dict[str, object]]]:
    """What failed, by its cause, the earliest step first."""
    failed = {cause: [_failure(one, documents) for one in scored if one.cause == cause] for cause in CAUSES}
    return {cause: found for cause, found in failed.items() if found}


def _failure(one: Scored, documents: Mapping[str, Document]) -> dict[str, object]:
    """What a reader needs to see why a question failed."""
    question, response = one.question, one.response
    return {
        "id": question.id,
        "category": CATEGORIES[question.category],
        "turns": question.turns,
        "cause": one.cause,
        "expected": [_shown(span, documents) for span in question.evidence],
        "catalogued": [documents[name].metadata.name for name in question.catalogued],
        "due": outcome_name(question.outcome or "answered"),
        "facts": [" / ".join(forms) for forms in question.facts],
        "clause": question.clause,
        "status": outcome_name(response.status),
        "text": response.fault or response.text,
        "retrieved": [
            {**_shown(span, documents), "fits": any(covers(span, quote) for quote in question.evidence)}
            for span in response.passages[:RETRIEVED]
        ],
    }


def _shown(span: Span, documents: Mapping[str, Document]) -> dict[str, object]:
    document = documents[span.document_id]
    clause = document.innermost(span.start, span.end)
    return {
        "place": f"{document.metadata.name} {clause.citation if clause else ''}",
        "text": document.text[span.start : span.end],
    }


def _changes(found: Evaluation) -> list[Change]:
    """What has changed: of all questions every measure, of categories how many are right."""
    changes = found.comparison.changes if found.comparison else ()
    shown = [one for one in changes if one.category == ALL or one.measure == "right"]
    return [one for one in shown if one.before != one.after]


def _turned(found: Evaluation) -> list[tuple[str, list[Question]]]:
    """The questions that came right, and those that came wrong."""
    if not found.comparison:
        return []
    asked = {one.question.id: one.question for one in found.scored[found.first]}
    turned = (("新答对", found.comparison.won), ("变错", found.comparison.lost))
    return [(name, [asked[one] for one in ids]) for name, ids in turned]


def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"written": written, "system_name": system_name}
    return environment.from_string(files("eval").joinpath("report.html").read_text(encoding="utf-8"))
