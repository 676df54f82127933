"""Gold questions, each checked against the documents it speaks of, and written as rows of JSON Lines."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from assistant.datatypes import Status
from eval.facts import catalogue_text, holds
from index.datatypes import Document, PolicyError

GOLD = files("eval").joinpath("gold")
TUNING = files("eval").joinpath("tuning.jsonl")
"""Questions, apart from the gold ones and their wording, on which weights and thresholds are fitted."""
SPLITS = ("dev", "test")
"""Failures are read and things are tuned on `dev`; of `test` only totals are shown."""
CATEGORIES = {
    "number": "数字",
    "fact": "事实",
    "hukou": "户籍",
    "housing": "住房",
    "colloquial": "口语",
    "list": "列举",
    "compare": "对比",
    "clause": "条款",
    "section": "章节",
    "rewritten": "改写文本",
    "multiturn": "多轮",
    "provenance": "来源",
    "validity": "效力",
    "premise": "前提有误",
    "refusal": "应拒答",
}
"""What is asked, and how it is called in tables."""
REFUSALS: dict[str, str] = {
    Status.WHICH_DOCUMENT: "问是哪份文件",
    Status.NO_SUCH_CLAUSE: "没有这一条",
    Status.DOCUMENT_NOT_HELD: "未收录该文件",
    Status.NOT_IN_CORPUS: "文件没有写",
    Status.ANOTHER_PLACE: "别的地方",
    Status.NEEDS_OFFICE: "须问主管部门",
    Status.ASKED_TO_ACT: "不代办",
    Status.OPINION: "不评论",
    Status.PERSONAL_DATA: "不查个人信息",
    Status.OFF_TOPIC: "与政策无关",
    Status.ABOUT_ASSISTANT: "介绍自己",
    Status.DISTRESS: "转求助热线",
    Status.UNCLEAR: "请说清楚",
    Status.TOO_LONG: "问题太长",
}
"""How a question that the documents do not answer may end, and how that is called in tables."""
KEYS: dict[str, type] = {
    "id": str,
    "category": str,
    "turns": list,
    "answerable": bool,
    "outcome": str,
    "evidence": list,
    "facts": list,
    "forbidden": list,
    "clause": str,
    "one_suffices": bool,
    "standalone": str,
}
"""Keys of a row. Those of `OPTIONAL` may be absent."""
OPTIONAL = {"outcome", "clause", "one_suffices", "standalone"}

_CHOICES = {"category": tuple(CATEGORIES), "outcome": tuple(REFUSALS)}
_MAY_BE_EMPTY = {"evidence", "facts", "forbidden"}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document, in characters of its text."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what a right answer to it is.

    `turns`: what the user says, the last of which is scored. `outcome`: how it should end where it cannot be
    answered. `evidence`: what the answer should quote; any one of it where `one_suffices`. `catalogued`: documents of
    which the answer should say what their catalogue entry says. `facts`: what the answer must say, each in any one of
    its forms. `forbidden`: what only a wrong answer says. `clause`: the citation of the clause asked for, written by
    hand. `standalone`: the last of several turns as one would ask it alone.
    """

    id: str
    category: str
    turns: tuple[str, ...]
    outcome: Status | None = None
    evidence: tuple[Span, ...] = ()
    catalogued: tuple[str, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    clause: str | None = None
    one_suffices: bool = False
    standalone: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether the documents hold the answer."""
        return self.outcome is None

    @property
    def alone(self) -> str:
        """The last turn as one would ask it alone."""
        return self.standalone or self.turns[-1]

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids of the documents that the answer stands in."""
        return tuple(dict.fromkeys([span.document_id for span in self.evidence] + [*self.catalogued]))


def read_split(split: str, documents: Iterable[Document]) -> tuple[Question, ...]:
    """The shipped questions of "dev" or "test"."""
    return read_questions(GOLD / f"{split}.jsonl", documents)


def read_questions(path: Traversable | Path, documents: Iterable[Document]) -> tuple[Question, ...]:
    """The questions of a file of JSON Lines, in its order.

    Raises PolicyError naming file, line and fault: no JSON, a key unknown, missing or of a wrong value, an id that
    recurs, a document not among `documents`, a quote that does not stand in its document exactly once, a fact that
    stands in none of the quotes; and where the file cannot be read or holds no question.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise PolicyError(f"读不了评测题 {path.name}({fault}),请检查路径,并存为 UTF-8") from fault
    rows = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    return check_questions(path.name, [(f"第 {n} 行", _parsed(line)) for n, line in rows], documents)


def check_questions(
    source: str, rows: Iterable[tuple[str, object]], documents: Iterable[Document]
) -> tuple[Question, ...]:
    """The questions that `rows` hold, each row with the words that tell its place in `source`; as `read_questions`."""
    by_id = {document.id: document for document in documents}
    found: dict[str, Question] = {}
    for place, row in rows:
        try:
            if isinstance(row, ValueError):
                raise row
            question = _question(checked(row), by_id)
            if found.setdefault(question.id, question) is not question:
                raise ValueError(f"编号 {question.id} 重复")
        except ValueError as fault:
            raise PolicyError(
                f"{source} {place}:{fault},请改正后重试;评测题说的须是现用索引里的文件"
            ) from fault
    if not found:
        raise PolicyError(f"{source} 里一道评测题也没有,请补上题目,或换一个文件")
    return tuple(found.values())


def checked(row: object) -> dict[str, Any]:
    """`row` where it is an object of these keys and types, none empty that may not be; else a ValueError."""
    if not isinstance(row, dict):
        raise ValueError(f"{row!r} 不是 JSON 对象")
    if unknown := sorted(row.keys() - KEYS.keys()):
        raise ValueError(f"不认识的键 {'、'.join(map(str, unknown))}")
    if missing := [key for key in KEYS if key not in row and key not in OPTIONAL]:
        raise ValueError(f"缺少键 {'、'.join(missing)}")
    for key, value in row.items():
        allowed = isinstance(value, KEYS[key]) and (value not in ("", []) or key in _MAY_BE_EMPTY)
        if not allowed or value not in _CHOICES.get(key, (value,)):
            raise ValueError(f"{key} 的值 {value!r} 不对")
    return row


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return ValueError("不是 JSON")


def _question(row: dict[str, Any], documents: Mapping[str, Document]) -> Question:
    if row["answerable"] == ("outcome" in row):
        raise ValueError("能回答的题不写 outcome,不能回答的要写")
    if row["answerable"] != bool(row["evidence"]):
        raise ValueError("能回答的题要有 evidence,不能回答的没有")
    entries = [_strings(entry, {"document", "quote"}, {"document"}) for entry in row["evidence"]]
    quotes = [entry for entry in entries if "quote" in entry]
    catalogued = tuple(entry["document"] for entry in entries if "quote" not in entry)
    if catalogued and not (quotes or row["facts"]):
        raise ValueError("evidence 没有引文时,要写 facts")
    question = Question(
        id=row["id"],
        category=row["category"],
        turns=_texts("turns", row["turns"]),
        outcome=Status(row["outcome"]) if "outcome" in row else None,
        evidence=tuple(_locate(documents, **entry) for entry in quotes),
        catalogued=catalogued,
        facts=tuple(_texts("facts", forms) for forms in row["facts"]),
        forbidden=_texts("forbidden", row["forbidden"]),
        clause=row.get("clause"),
        one_suffices=row.get("one_suffices", False),
        standalone=row.get("standalone"),
    )
    said = [entry["quote"] for entry in quotes]
    said += [catalogue_text(_known(documents, one).metadata) for one in catalogued]
    if question.answerable:
        for forms in question.facts:
            if not any(holds(text, form) for text in said for form in forms):
                raise ValueError(f"事实“{'|'.join(forms)}”不在任何一条引文里")
    return question


def _texts(key: str, values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise ValueError(f"{key} 的值 {values!r} 不对")
    return tuple(values)


def _strings(entry: object, allowed: set[str], needed: set[str]) -> dict[str, str]:
    if not isinstance(entry, dict) or not needed <= entry.keys() <= allowed:
        raise ValueError(f"evidence 的值 {entry!r} 不对")
    _texts("evidence", list(entry.values()))
    return entry


def _known(documents: Mapping[str, Document], document: str) -> Document:
    if document not in documents:
        raise ValueError(f"没有文件 {document}")
    return documents[document]


def _locate(documents: Mapping[str, Document], document: str, quote: str) -> Span:
    text = _known(documents, document).text
    if (count := text.count(quote)) != 1:
        raise ValueError(f"引文“{quote}”在文件 {document} 里有 {count} 处,应恰好一处")
    start = text.index(quote)
    return Span(document, start, start + len(quote))
