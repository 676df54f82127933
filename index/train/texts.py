"""What the embedder learns from: articles of laws, news, and lay questions with the articles that answer them."""

import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

UNSEEN = ("地方法规-重庆", "地方法规-北京")
"""Folders of laws that are never trained on."""
LOCAL = "地方法规"
WRITTEN = Path(__file__).with_name("lay_questions.jsonl")
"""Lay questions that were written for this project, article by article, one law a line."""
_ARTICLE = re.compile(r"^(第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?)\s*")
_SKIPPED = re.compile(r"^(?:日期|类别)[：:]|^<!--")


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a law: where it stands, and what it says without its number."""

    file: str
    title: str
    heading: str
    number: str
    text: str

    @property
    def searched(self) -> str:
        """Title, heading and text, as an index would have them."""
        return f"{self.title} {self.heading} {self.text}"


@dataclass(frozen=True, slots=True)
class Question:
    """A lay question and its gold articles as (file, number)."""

    text: str
    gold: frozenset[tuple[str, str]]


def read_laws(folder: Path, *, local: bool | None = None, unseen: bool = False) -> list[Article]:
    """Articles of the laws in `folder`: all, the national (`local` False) or the local ones; or the unseen ones."""
    found: list[Article] = []
    for path in sorted(folder.glob("*/*.md")):
        kind = path.parent.name
        if (kind in UNSEEN) == unseen and local in (None, kind.startswith(LOCAL)):
            found += _articles(path)
    return found


def read_news(archive: Path) -> Iterator[str]:
    """The news articles in an xz file, one a line, without their date."""
    with lzma.open(archive, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.partition("正文：")[2].strip() or line.strip()


def read_questions(path: Path) -> list[Question]:
    """The questions in a JSONL file of the STARD layout."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Question(row["question"], frozenset((g["file"], g["article"]) for g in row["gold"])) for row in rows
    ]


def read_written(path: Path = WRITTEN) -> list[Question]:
    """The questions in a JSONL file of laws, each {"file": ..., "questions": {number of an article: [...]}}."""
    laws = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Question(text, frozenset([(law["file"], number)]))
        for law in laws
        for number, texts in law["questions"].items()
        for text in texts
    ]


def _articles(path: Path) -> Iterator[Article]:
    title = heading = number = ""
    lines: list[str] = []
    file = f"{path.parent.name}/{path.name}"

    def done() -> Iterator[Article]:
        if number:
            yield Article(file, title, heading, number, "\n".join(lines))

    for line in filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines())):
        if line.startswith("#"):
            yield from done()
            number, lines = "", []
            name = re.sub(r"\s+", "", line.lstrip("#"))
            title, heading = (title, re.sub(r"^第.{1,4}[章节编]", "", name)) if title else (name, "")
        elif begun := _ARTICLE.match(line):
            yield from done()
            number, lines = begun[1], [line[begun.end() :]]
        elif number and not _SKIPPED.match(line):
            lines.append(line)
    yield from done()
