"""The gold questions of `eval/gold`, each checked against the documents it speaks of."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from assistant.datatypes import Status
from index.datatypes import Document, PolicyError

GOLD = files("eval").joinpath("gold")
SPLITS = ("dev", "test")
"""Whatever is tuned is tuned on dev; of test only totals are looked at."""
STYLES = ("official", "spoken")

_CHOICES = {"split": SPLITS, "style": STYLES, "outcome": tuple(Status)}
_COMMON = {"id": str, "split": str, "question": str}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document, in characters of its text."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RetrievalQuestion:
    """A question and where its answer stands. `one_suffices`: any one of the evidence answers it alone."""

    id: str
    split: str
    style: str
    topic: str
    question: str
    evidence: tuple[Span, ...]
    one_suffices: bool = False


@dataclass(frozen=True, slots=True)
class LookupQuestion:
    """A question that names a clause: where the clause stands with all below it, and a quote from it."""

    id: str
    split: str
    question: str
    clause: Span
    evidence: Span


@dataclass(frozen=True, slots=True)
class RefusalQuestion:
    """A question that the documents cannot answer, and how it should end."""

    id: str
    split: str
    question: str
    outcome: Status


_Question = TypeVar("_Question", RetrievalQuestion, LookupQuestion, RefusalQuestion)


def read_retrieval(
    documents: Iterable[Document], path: Traversable = GOLD / "retrieval.jsonl"
) -> tuple[RetrievalQuestion, ...]:
    """The questions of `path`, one JSON object a line.

    Raises PolicyError naming file and line where a key is unknown, missing or of a wrong value, an id recurs,
    a document is not among `documents`, or a quote does not stand in its document exactly once.
    """
    by_id = {document.id: document for document in documents}

    def make(row: dict[str, Any]) -> RetrievalQuestion:
        quotes = [_checked(found, {"document": str, "quote": str}) for found in row["evidence"]]
        return RetrievalQuestion(
            id=row["id"],
            split=row["split"],
            style=row["style"],
            topic=row["topic"],
            question=row["question"],
            evidence=tuple(_locate(by_id, **quote) for quote in quotes),
            one_suffices=row.get("any", False),
        )

    return _read(path, {**_COMMON, "style": str, "topic": str, "evidence": list, "any": bool}, make)


def read_lookup(
    documents: Iterable[Document], path: Traversable = GOLD / "lookup.jsonl"
) -> tuple[LookupQuestion, ...]:
    """The questions of `path`, as `read_retrieval`; the quote must stand in the clause cited."""
    by_id = {document.id: document for document in documents}

    def make(row: dict[str, Any]) -> LookupQuestion:
        evidence = _locate(by_id, row["document"], row["quote"])
        clause = _named_clause(by_id[row["document"]], row["clause"], evidence)
        return LookupQuestion(row["id"], row["split"], row["question"], clause, evidence)

    return _read(path, {**_COMMON, "document": str, "clause": str, "quote": str}, make)


def read_refusal(path: Traversable = GOLD / "refusal.jsonl") -> tuple[RefusalQuestion, ...]:
    """The questions of `path`, as `read_retrieval`."""

    def make(row: dict[str, Any]) -> RefusalQuestion:
        return RefusalQuestion(row["id"], row["split"], row["question"], Status(row["outcome"]))

    return _read(path, {**_COMMON, "outcome": str}, make)


def _read(
    path: Traversable, keys: Mapping[str, type], make: Callable[[dict[str, Any]], _Question]
) -> tuple[_Question, ...]:
    found: dict[str, _Question] = {}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                question = make(_checked(_parsed(line), keys, optional={"any"}))
                if found.setdefault(question.id, question) is not question:
                    raise ValueError(f"编号 {question.id} 重复")
            except ValueError as fault:
                raise PolicyError(
                    f"{path.name} 第 {number} 行:{fault},请改正这一行,或换用随附文件的索引"
                ) from fault
    return tuple(found.values())


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as fault:
        raise ValueError("不是 JSON") from fault


def _checked(row: object, keys: Mapping[str, type], optional: Iterable[str] = ()) -> dict[str, Any]:
    """`row` where it is an object with these keys, each of its type, none empty; else a ValueError."""
    if not isinstance(row, dict):
        raise ValueError(f"{row!r} 不是 JSON 对象")
    if unknown := sorted(row.keys() - keys.keys()):
        raise ValueError(f"不认识的键 {'、'.join(unknown)}")
    if missing := sorted(keys.keys() - row.keys() - set(optional)):
        raise ValueError(f"缺少键 {'、'.join(missing)}")
    for key, value in row.items():
        allowed = isinstance(value, keys[key]) and value not in ("", [])
        if not allowed or value not in _CHOICES.get(key, (value,)):
            raise ValueError(f"{key} 的值 {value!r} 不对")
    return row


def _locate(documents: Mapping[str, Document], document: str, quote: str) -> Span:
    if document not in documents:
        raise ValueError(f"没有文件 {document}")
    text = documents[document].text
    if (count := text.count(quote)) != 1:
        raise ValueError(f"引文“{quote}”在文件 {document} 里有 {count} 处,应恰好一处")
    start = text.index(quote)
    return Span(document, start, start + len(quote))


def _named_clause(document: Document, citation: str, quote: Span) -> Span:
    """The extent of the outermost clause cited so that holds `quote`; its paragraphs are cited alike."""
    named = (document.extent(clause) for clause in document.clauses if clause.citation == citation)
    for start, end in named:
        if start <= quote.start and quote.end <= end:
            return Span(document.id, start, end)
    raise ValueError(f"引文不在文件 {document.id} 的条款 {citation} 里")
