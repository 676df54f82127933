"""Questions as people ask them, told by passage: those that it answers are searched with it; those on its matter that
no document answers teach which questions to refuse. A file beside the documents."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.datatypes import Chunk, ChunkQuestion, Document, PolicyError
from index.searchable import normalise

QUESTIONS = "questions.jsonl"
"""Name of the file: one object a line, `document` (its id), `quote` (words with which the passage begins, standing once
in the document), `questions` that it answers, `unanswered` ones; one of these two may be left out."""

_SHORTEST_QUOTE = 12


@dataclass(frozen=True, slots=True)
class PassageQuestions:
    """Questions that the passage which begins with `quote` answers, and questions near to it that are `unanswered`;
    `line` is where they stand in the file."""

    line: int
    quote: str
    questions: tuple[str, ...]
    unanswered: tuple[str, ...] = ()


def read_questions(folder: Path) -> dict[str, tuple[PassageQuestions, ...]]:
    """The questions kept in `folder`, by document id; none where it has no such file.

    Raises PolicyError naming the line where one is not as it should be.
    """
    path = folder / QUESTIONS
    if not path.exists():
        return {}
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as fault:
        raise PolicyError(f"{QUESTIONS} 无法读取({fault.strerror}),请检查文件权限") from fault
    except UnicodeDecodeError as fault:
        raise PolicyError(f"{QUESTIONS} 不是 UTF-8 编码,请另存为 UTF-8") from fault
    found: dict[str, list[PassageQuestions]] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            document_id, entry = _entry(line, number)
            found.setdefault(document_id, []).append(entry)
    return {document_id: tuple(entries) for document_id, entries in found.items()}


def place_questions(
    entries: Sequence[PassageQuestions], document: Document, chunks: Sequence[Chunk]
) -> list[ChunkQuestion]:
    """The questions of a document with the chunks that they are told of; without those of `stale_lines`."""
    return [
        ChunkQuestion(f"{chunk.id}?{entry.line}.{number}", document.id, chunk.id, text, answered)
        for entry in entries
        if (chunk := _quoted(entry.quote, document, chunks))
        for number, (text, answered) in enumerate(_told(entry), start=1)
    ]


def stale_lines(
    entries: Sequence[PassageQuestions], document: Document, chunks: Sequence[Chunk]
) -> list[int]:
    """The lines whose quote the document does not hold once, and in a chunk."""
    return [entry.line for entry in entries if _quoted(entry.quote, document, chunks) is None]


def append_questions(folder: Path, document_id: str, quote: str, questions: Sequence[str]) -> None:
    """Add what one passage answers to the questions kept in `folder`; it is on disk when this returns.

    Raises PolicyError where nothing can be written there.
    """
    row = {"document": document_id, "quote": quote, "questions": list(questions)}
    try:
        with (folder / QUESTIONS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise PolicyError(f"写不了 {folder / QUESTIONS}({fault.strerror}),请检查权限和磁盘") from fault


def shortest_quote(document: Document, chunk: Chunk) -> str | None:
    """The words with which a chunk begins, as many as it takes for them to stand once in the document; None where even
    all of it recurs."""
    text = document.text[chunk.start : chunk.end]
    for length in range(_SHORTEST_QUOTE, len(text) + 1):
        if document.text.count(text[:length]) == 1:
            return text[:length]
    return None


def as_listed(question: str) -> str:
    """An unanswered question as it is kept and looked up: `normalise`d, without the mark it ends in."""
    return normalise(question).rstrip("?。!. ")


def _told(entry: PassageQuestions) -> list[tuple[str, bool]]:
    """Each question as it is kept, and whether it is answered."""
    answered = [(normalise(question), True) for question in entry.questions]
    return answered + [(as_listed(question), False) for question in entry.unanswered]


def _quoted(quote: str, document: Document, chunks: Sequence[Chunk]) -> Chunk | None:
    """The chunk in which the one quote of these words begins."""
    if document.text.count(quote) != 1:
        return None
    at = document.text.index(quote)
    return next((one for one in chunks if one.start <= at < one.end), None)


def _entry(line: str, number: int) -> tuple[str, PassageQuestions]:
    try:
        row = json.loads(line)
        document_id, quote = row.pop("document"), row.pop("quote")
        questions, unanswered = row.pop("questions", []), row.pop("unanswered", [])
        texts = [document_id, quote, *questions, *unanswered]
        listed = isinstance(questions, list) and isinstance(unanswered, list) and (questions or unanswered)
        if row or not listed or not all(isinstance(text, str) and text.strip() for text in texts):
            raise ValueError("应为 document、quote 和不空的 questions 或 unanswered")
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise PolicyError(
            f"{QUESTIONS} 第 {number} 行不对({fault}),"
            '应为 {"document": 文件编号, "quote": 段落开头的原文, "questions": [答得出的问题, ...], '
            '"unanswered": [各文件都答不出的问题, ...]}(后两样可缺一样),请改正或删去这一行'
        ) from fault
    return document_id, PassageQuestions(number, quote, tuple(questions), tuple(unanswered))
