"""What a response is worth: every measure of one question, and where it went wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.metrics import (
    facts_told,
    mean,
    ndcg,
    nothing_forbidden,
    recall,
    reciprocal_rank,
    same_clause,
    supported,
    within,
)
from eval.questions import Question, Span
from eval.systems import Cited, Response
from index.datatypes import Document

BUDGETS = (1500, 4500)
"""Characters of passages at which retrieval is compared: about what a short and a long prompt take."""
_MARKER = re.compile(r"\[\d+\]")
READ = 10
"""Passages within which evidence counts as retrieved when a failure is explained."""

MEASURES = {
    "right": "答对",
    "answered": "作答",
    "outcome": "结局正确",
    "recall@1": "recall@1",
    "recall@5": "recall@5",
    "recall@10": "recall@10",
    "recall@1500字": "recall@1500字",
    "recall@4500字": "recall@4500字",
    "MRR@10": "MRR@10",
    "nDCG@10": "nDCG@10",
    "citation_recall": "依据引全",
    "citation_precision": "引用切题",
    "clause": "条款正确",
    "document": "文件正确",
    "level": "层级正确",
    "verbatim": "逐字一致",
    "facts": "事实齐全率",
    "all_facts": "事实全对",
    "forbidden": "无错误说法",
    "length": "答案字数",
}
"""Measures of one question, and how they are called in tables. Each is None where it does not apply."""

CRASHED, NOT_PARSED, NOT_RETRIEVED = "出错", "未解析到", "未检索到"
REFUSED, NOT_USED, WRONG = "误拒", "检索到未用", "答错"
ANSWERED_ANYWAY, OTHER_OUTCOME = "该拒而答", "拒答理由不对"
CAUSES = {
    CRASHED: "系统出了故障，没有给出回答",
    NOT_PARSED: "答案所在的文字没有归入任何条款，例如落在目录、标题里",
    NOT_RETRIEVED: f"答案所在的原文没有全部进入检索到的前 {READ} 段",
    REFUSED: "原文已经检索到，却当作答不了",
    NOT_USED: "原文已经检索到，答案引用的却是别处或不全",
    WRONG: "引用了依据，但该说的没说全，或带出了错误说法、别的条款",
    ANSWERED_ANYWAY: "文件答不了或不该答的问题，却给了答案",
    OTHER_OUTCOME: "拒答了，但给的理由或去处不对",
}
"""Likely causes of a failure, the earliest step first, and what they mean."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A question, the response to it, its measures, and the likely cause where it is not right."""

    question: Question
    response: Response
    measures: dict[str, float | None]
    cause: str | None

    @property
    def right(self) -> bool:
        """Whether the response is the one due."""
        return self.cause is None


def score(question: Question, response: Response, documents: Mapping[str, Document]) -> Scored:
    """All measures of one response.

    Right is: for a question that the documents answer, an answer that tells all facts (where the gold names none,
    cites all evidence), says nothing forbidden and, where a clause is asked for by name, cites it; for any other
    question, exactly the outcome due.
    """
    measures = dict.fromkeys(MEASURES, None) | {"answered": float(response.answered)}
    if question.answerable:
        measures |= _retrieval(question, response.passages) | _answer(question, response, documents)
        told = [measures[name] for name in ("all_facts", "forbidden", "clause")]
        if measures["all_facts"] is None:
            told.append(measures["citation_recall"])
        right = response.answered and all(one in (None, 1.0) for one in told)
    else:
        right = response.status == question.outcome
        measures["outcome"] = float(right)
    measures["right"] = float(right and not response.fault)
    cause = None if measures["right"] else _cause(question, response, documents)
    return Scored(question, response, measures, cause)


def _retrieval(question: Question, found: Sequence[Span]) -> dict[str, float | None]:
    evidence, any_one = question.evidence, question.one_suffices
    if not evidence:
        return {}
    return {
        **{f"recall@{k}": recall(found[:k], evidence, any_one) for k in (1, 5, 10)},
        **{f"recall@{size}字": recall(within(found, size), evidence, any_one) for size in BUDGETS},
        "MRR@10": reciprocal_rank(found[:10], evidence),
        "nDCG@10": ndcg(found, evidence, any_one),
    }


def _answer(
    question: Question, response: Response, documents: Mapping[str, Document]
) -> dict[str, float | None]:
    """Measures of the answer; what is not answered tells no fact and cites nothing."""
    text, citations = (response.text, response.citations) if response.answered else ("", ())
    spans = [one.span for one in citations]
    homes = set(question.documents)
    levels = {documents[home].metadata.level for home in homes}
    said = _MARKER.sub(" ", "\n".join((text, *response.notices)))
    facts = facts_told(said if response.answered else "", question.facts)
    measures: dict[str, float | None] = {
        "facts": facts,
        "all_facts": None if facts is None else float(facts == 1),
        "document": mean([float(span.document_id in homes) for span in spans]),
        "level": mean([float(documents[span.document_id].metadata.level in levels) for span in spans]),
        "verbatim": mean([float(_is_verbatim(one, documents)) for one in citations]),
    }
    if question.evidence:
        measures["citation_recall"] = recall(spans, question.evidence, question.one_suffices)
        measures["citation_precision"] = supported(spans, question.evidence)
    if question.clause:
        named = [one for one in citations if same_clause(one.clause, question.clause)]
        measures["clause"] = float(any(one.span.document_id in homes for one in named))
    if response.answered:
        measures["forbidden"] = nothing_forbidden(text, question.forbidden)
        measures["length"] = float(len(text))
    return measures


def _is_verbatim(cited: Cited, documents: Mapping[str, Document]) -> bool:
    span = cited.span
    return documents[span.document_id].text[span.start : span.end] == cited.quote != ""


def _cause(question: Question, response: Response, documents: Mapping[str, Document]) -> str:
    if response.fault:
        return CRASHED
    if not question.answerable:
        return ANSWERED_ANYWAY if response.answered else OTHER_OUTCOME
    if not all(_is_parsed(quote, documents[quote.document_id]) for quote in question.evidence):
        return NOT_PARSED

    def misses(found: Sequence[Span]) -> bool:
        return bool(question.evidence) and recall(found, question.evidence, question.one_suffices) < 1

    if misses(response.passages[:READ]):
        return NOT_RETRIEVED
    if not response.answered:
        return REFUSED
    return NOT_USED if misses([one.span for one in response.citations]) else WRONG


def _is_parsed(quote: Span, document: Document) -> bool:
    """Whether all of the quote is text of clauses, and none of it furniture of the page."""
    return not any(piece.start < quote.end and quote.start < piece.end for piece in document.furniture)
