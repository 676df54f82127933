"""Lines -> marks of clauses, and furniture."""

import re
from collections.abc import Iterable
from dataclasses import replace

from index.clauses.digest import is_digest_line, read_digest_line
from index.clauses.furniture import read_furniture
from index.clauses.lines import Line, ends_midway
from index.clauses.marks import Mark, read_mark, topic_end
from index.datatypes import ClauseKind, Furniture, FurnitureKind

_TOP = re.compile(r"\s*(?:.*\n?){6}")
"""The lines at the top where a title is looked for; at the bottom the last two."""
_GAPS = {FurnitureKind.PAGE_MARK, FurnitureKind.BLANK}
"""What may stand within a paragraph."""
_SPACE = re.compile(r"\s*")
_DASHES = "-\u2013\u2014 "


def read_lines(
    text: str, lines: Iterable[Line], *, trust_structure: bool
) -> tuple[list[Mark], list[Furniture]]:
    """Marks and furniture of `lines`; chapters and sections are read only where `trust_structure`."""
    marks: list[Mark] = []
    furniture: list[Furniture] = []
    top, bottom = _edges(text)
    begun = midway = False
    between: set[FurnitureKind] = set()
    for line in lines:
        if is_digest_line(text, line.start, line.end):
            found, aside = read_digest_line(text, line.start, line.end)
            marks += found
            furniture += aside
            midway = False
            continue
        begin = _begin(text, line)
        mark = read_mark(text, begin, line.end)
        kind = read_furniture(
            text[line.start : line.end],
            opening=(line.start < top and not begun) or line.start >= bottom,
            labelled=mark is not None,
            below=furniture[-1].kind if furniture and furniture[-1].end == line.start else None,
        )
        if kind:
            furniture.append(Furniture(kind, line.start, line.end))
            between.add(kind)
            continue
        found = _read_marks(text, line, mark, trust_structure=trust_structure)
        is_table = text.startswith("|", begin) and bool(marks)
        continues = line.inline or is_table or (midway and between <= _GAPS)
        begun = begun or mark is not None
        marks += [replace(found[0], continues=continues), *found[1:]]
        midway = ends_midway(text, line) and bool(text[found[-1].heading_end : line.end].strip())
        between.clear()
    return marks, furniture


def _edges(text: str) -> tuple[int, int]:
    top = _TOP.match(text)
    body = text.rstrip()
    return top.end() if top else 0, body.rfind("\n", 0, max(body.rfind("\n"), 0)) + 1


def _begin(text: str, line: Line) -> int:
    words = _SPACE.match(text, line.start, line.end)
    return words.end() if words else line.start


def _read_marks(text: str, line: Line, mark: Mark | None, *, trust_structure: bool) -> list[Mark]:
    """The marks of a line that opens with `mark`: perhaps further headings, perhaps a paragraph."""
    marks: list[Mark] = []
    position, begin = line.start, _begin(text, line)
    while mark and (trust_structure or mark.kind not in (ClauseKind.CHAPTER, ClauseKind.SECTION)):
        rest = _begin(text, Line(mark.heading_end, line.end))
        if rest == line.end or not _ends_heading(text, mark):
            return [*marks, replace(mark, start=position)]
        marks.append(replace(mark, start=position, heading_end=rest))
        position = begin = rest
        mark = read_mark(text, begin, line.end)
    topic = topic_end(text, begin, line.end)
    heading = text[begin:topic].rstrip("。").lstrip(_DASHES)
    return [*marks, Mark(ClauseKind.PARAGRAPH, position, topic, heading=heading)]


def _ends_heading(text: str, mark: Mark) -> bool:
    """Whether the heading stands by itself, so that what follows in the line is a paragraph of its own.

    A topic sentence (“12.推进完整社区建设。完善…”) does not: it is the first sentence of its clause.
    """
    if mark.kind is ClauseKind.ARTICLE:
        return True
    return bool(mark.heading) and text[mark.heading_end - 1] != "。"
