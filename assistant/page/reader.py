"""The reader: a whole document, its clause tree beside its text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistant.page.badges import badges
from assistant.page.markup import render
from index.datatypes import Clause, ClauseKind, Document, FurnitureKind

_UNNAMED = {ClauseKind.PARAGRAPH, ClauseKind.BULLET}
_OPENING = 18
"""Characters by which a clause without label and heading is called in the tree."""
_FAINT = {FurnitureKind.PAGE_MARK, FurnitureKind.LINK_LINE, FurnitureKind.CONTENTS, FurnitureKind.BLANK}


@dataclass(frozen=True, slots=True)
class Node:
    """A clause in the tree."""

    clause: Clause
    name: str
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text, in up to three parts of which the middle one is marked. `clause` is None for furniture."""

    clause: Clause | None
    faint: bool
    heading: str
    before: str
    marked: str
    after: str


def reader(document: Document, today: date, start: int = 0, end: int = 0) -> str:
    """HTML of the whole `document`, the characters `start:end` marked."""
    return render(
        "reader",
        document=document,
        badges=badges(document, today),
        tree=tuple(_node(document, clause) for clause in document.children()),
        pieces=tuple(pieces(document, start, end)),
    )


def pieces(document: Document, start: int, end: int) -> Iterator[Piece]:
    """All characters of the document, once and in order, clause by clause."""
    spans: list[tuple[int, int, int, Clause | None, bool]]
    spans = [(c.start, c.heading_end, c.end, c, False) for c in document.clauses]
    spans += [(f.start, f.start, f.end, None, f.kind in _FAINT) for f in document.furniture]
    text = document.text
    for first, heading_end, last, clause, faint in sorted(spans, key=lambda span: span[:3]):
        if first == last:
            continue
        body = max(first, heading_end)
        left, right = (min(max(at, body), last) for at in (start, end))
        yield Piece(clause, faint, text[first:body], text[body:left], text[left:right], text[right:last])


def _node(document: Document, clause: Clause) -> Node:
    name = " ".join(filter(None, [clause.label.strip(), clause.heading.strip()]))
    if clause.kind in _UNNAMED or not name:
        opening = document.text[clause.opening : clause.end].strip()
        name = opening[:_OPENING] + ("…" if len(opening) > _OPENING else "")
    return Node(clause, name, tuple(_node(document, child) for child in document.children(clause)))
