"""The first screen: what this is, what it covers, what it cannot do, and questions to begin with."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from assistant.page.badges import Badge, badges
from assistant.page.markup import render
from index.datatypes import Document


@dataclass(frozen=True, slots=True)
class Card:
    """A document as the first screen shows it."""

    document: Document
    badges: tuple[Badge, ...]
    dated: str


@cache
def examples() -> dict[str, tuple[str, ...]]:
    """Questions by theme, as `examples.toml` lists them."""
    written = tomllib.loads(files("assistant.page").joinpath("examples.toml").read_text("utf-8"))
    return {theme: tuple(questions) for theme, questions in written.items()}


def welcome(documents: Sequence[Document], today: date, closed: str = "") -> str:
    """HTML of the first screen over these documents. `closed`: what the page says in place of answers, if it does."""
    cards = [Card(document, badges(document, today), _dated(document)) for document in documents]
    return render("welcome", cards=cards, examples=examples(), closed=closed)


def _dated(document: Document) -> str:
    metadata = document.metadata
    found = [f"{metadata.issued} 印发"] if metadata.issued else ["印发日期：原文未载"]
    if metadata.valid_from and metadata.valid_until:
        found.append(f"{metadata.valid_from.year}–{metadata.valid_until.year} 年")
    return "，".join(found)
