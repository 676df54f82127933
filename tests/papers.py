"""Two small documents and gold questions on them, for tests of the evaluation."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from eval.questions import Question, read_questions
from index.clauses import parse_clauses
from index.datatypes import Document, Level, Metadata

HOMES, RENT, SETTLE = "到2035年供给3万套", "每月补贴500元", "全面取消落户限制"
FILES = {
    "住房.txt": f"一、住房保障\n(一)保障性住房。{HOMES}。优先家庭。\n(二)租房补贴。{RENT}。\n",
    "户籍.txt": f"一、户籍\n(一)落户。{SETTLE}。\n",
}


def made(document_id: str, text: str, level: Level | None = None, issued: date | None = None) -> Document:
    """A document of this text."""
    clauses, furniture = parse_clauses(text)
    return Document(
        document_id, text, Metadata(f"{document_id}意见", level=level, issued=issued), clauses, furniture
    )


HOUSING = made("住房", FILES["住房.txt"], Level.CITY, date(2024, 5, 6))
RESIDENCE = made("户籍", FILES["户籍.txt"], Level.PROVINCE)
DOCUMENTS = {document.id: document for document in (HOUSING, RESIDENCE)}

ROW: dict[str, Any] = {
    "id": "q1",
    "category": "number",
    "turns": ["到2035年供给多少套"],
    "answerable": True,
    "evidence": [{"document": "住房", "quote": HOMES}],
    "facts": [["3万套", "三万套"]],
    "forbidden": ["2025年"],
    "clause": "一、(一)",
}
REFUSAL: dict[str, Any] = {
    "id": "n1",
    "category": "refusal",
    "turns": ["写首诗"],
    "answerable": False,
    "outcome": "off_topic",
    "evidence": [],
    "facts": [],
    "forbidden": [],
}


def changed(row: Mapping[str, Any], **values: object) -> dict[str, Any]:
    """`row` with other values, and without the keys whose value is None."""
    return {key: value for key, value in {**row, **values}.items() if value is not None}


def write_lines(path: Path, *rows: object) -> Path:
    """`path` with a line of JSON for each row."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def gold(path: Path, *rows: object) -> tuple[Question, ...]:
    """The questions of these rows."""
    return read_questions(write_lines(path, *rows), DOCUMENTS.values())
