"""What a response is worth: every measure of one question, and where it went wrong."""

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
from eval.systems import Response
from index.datatypes import Document

BUDGETS = (1500, 4500)
"""Characters of passages at which retrieval is compared: about what a short and a long prompt take."""
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
"""Likely causes of a failure, the earliest step first."""


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
    """Measures of the answer; a refusal tells no fact and cites nothing."""
    cited = [one.span for one in response.citations] if response.answered else []
    said = "\n".join([response.text, *response.notices]) if response.answered else ""
    facts = facts_told(said, question.facts)
    levels = {documents[one].metadata.level for one in question.documents}
    measures: dict[str, float | None] = {
        "facts": facts,
        "all_facts": None if facts is None else float(facts == 1),
    }
    if question.evidence:
        measures["citation_recall"] = recall(cited, question.evidence, question.one_suffices)
        measures["citation_precision"] = supported(cited, question.evidence)
    if question.clause:
        homes = set(question.documents)
        measures["clause"] = float(
            any(
                same_clause(one.clause, question.clause) and one.span.document_id in homes
                for one in response.citations
            )
        )
    if cited:
        measures |= {
            "document": mean([float(one.document_id in question.documents) for one in cited]),
            "level": mean([float(documents[one.document_id].metadata.level in levels) for one in cited]),
            "verbatim": mean(
                [float(_is_verbatim(one.span, one.quote, documents)) for one in response.citations]
            ),
            "forbidden": nothing_forbidden(response.text, question.forbidden),
            "length": float(len(response.text)),
        }
    return measures


def _is_verbatim(span: Span, quote: str, documents: Mapping[str, Document]) -> bool:
    return documents[span.document_id].text[span.start : span.end] == quote != ""


def _cause(question: Question, response: Response, documents: Mapping[str, Document]) -> str:
    if response.fault:
        return CRASHED
    if not question.answerable:
        return ANSWERED_ANYWAY if response.answered else OTHER_OUTCOME
    if not all(_is_parsed(quote, documents[quote.document_id]) for quote in question.evidence):
        return NOT_PARSED
    if question.evidence and recall(response.passages[:READ], question.evidence, question.one_suffices) == 0:
        return NOT_RETRIEVED
    if not response.answered:
        return REFUSED
    cited = recall([one.span for one in response.citations], question.evidence, question.one_suffices)
    return NOT_USED if cited < 1 else WRONG


def _is_parsed(quote: Span, document: Document) -> bool:
    """Whether the quote is text of clauses, and none of it is furniture of the page."""
    return not any(piece.start < quote.end and quote.start < piece.end for piece in document.furniture)
