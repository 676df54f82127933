"""Text of a document -> its clause tree, following the document's own structure.

The steps: find the table of contents and the headings it lists; cut the rest into lines and paragraphs; set aside
furniture; read the label each paragraph opens with; keep those whose numbers follow on; build the tree.
"""

import re
from dataclasses import replace

from index.clauses.contents import find_headings, read_contents
from index.clauses.digest import is_digest_line, read_digest_line
from index.clauses.furniture import read_furniture
from index.clauses.marks import Mark, read_mark, topic_end
from index.clauses.sequence import follow_on
from index.clauses.tree import as_paragraph, build_tree
from index.datatypes import Clause, ClauseKind, Furniture, FurnitureKind

__all__ = ["parse_clauses"]

_RUN_ON_LINE = 1500
"""A document with a longer line has lost its line breaks: a space after a full stop then ends a paragraph."""
_DASHES = "-\u2013\u2014 "
_PARAGRAPH_BREAK = re.compile(r"(?<=[。!?\uff01\uff1f])[ \u3000]+")


def parse_clauses(text: str) -> tuple[tuple[Clause, ...], tuple[Furniture, ...]]:
    """Clauses and furniture of `text`; their spans cover every character exactly once."""
    contents = read_contents(text)
    headings = find_headings(text, contents) if contents else []
    marks: list[Mark] = []
    furniture = [contents.furniture] if contents else []
    for start, end in _stretches(text, headings, furniture):
        found, aside = _read_stretch(text, start, end, trust_structure=not headings)
        marks += found
        furniture += aside
    marks = sorted([*marks, *headings], key=_reading_order)
    marks = _keep_following(marks)
    furniture = sorted(furniture, key=lambda piece: piece.start)
    ends = _own_ends(text, marks, furniture)
    return build_tree(marks, ends), tuple(furniture)


def _reading_order(mark: Mark) -> tuple[int, int, bool]:
    return mark.start, mark.heading_end, mark.kind is ClauseKind.PARAGRAPH


def _stretches(text: str, headings: list[Mark], furniture: list[Furniture]) -> list[tuple[int, int]]:
    """What lies between the headings already found and the table of contents, cut into lines and paragraphs."""
    taken = sorted([(h.start, h.heading_end) for h in headings] + [(f.start, f.end) for f in furniture])
    stretches: list[tuple[int, int]] = []
    run_on = max(map(len, text.split("\n"))) > _RUN_ON_LINE
    position = 0
    for start, end in [*taken, (len(text), len(text))]:
        stretches += _lines(text, position, start, run_on=run_on)
        position = max(position, end)
    return stretches


def _lines(text: str, start: int, end: int, *, run_on: bool) -> list[tuple[int, int]]:
    breaks = [found.end() for found in re.compile(r"\n").finditer(text, start, end)]
    if run_on:
        breaks += [found.end() for found in _PARAGRAPH_BREAK.finditer(text, start, end)]
    edges = sorted({start, end, *breaks})
    return list(zip(edges, edges[1:], strict=False))


def _read_stretch(
    text: str, start: int, end: int, *, trust_structure: bool
) -> tuple[list[Mark], list[Furniture]]:
    first = start + len(text[start:end]) - len(text[start:end].lstrip())
    at_edge = not text[:start].strip() or text.count("\n", 0, start) < 6 or not text[end:].strip()
    near_end = text.count("\n", end) <= 1
    kind = read_furniture(text[start:end], opening=at_edge or near_end)
    if kind:
        return [], [Furniture(kind, start, end)]
    if is_digest_line(text, start, end):
        return read_digest_line(text, start, end)
    marks: list[Mark] = []
    position = start
    while position < end:
        begin = first if position == start else position
        mark = read_mark(text, begin, end)
        if mark is None or (mark.kind in (ClauseKind.CHAPTER, ClauseKind.SECTION) and not trust_structure):
            topic = topic_end(text, begin, end)
            heading = text[begin:topic].rstrip("。").lstrip(_DASHES)
            marks.append(Mark(ClauseKind.PARAGRAPH, position, topic, heading=heading))
            break
        marks.append(replace(mark, start=position))
        rest = text[mark.heading_end : end]
        if not rest.strip() or not _ends_heading(text, mark):
            break
        position = mark.heading_end + len(rest) - len(rest.lstrip())
        marks[-1] = replace(marks[-1], heading_end=position)
    return marks, []


def _ends_heading(text: str, mark: Mark) -> bool:
    """Whether the heading stands by itself, so that what follows in the line is a paragraph of its own.

    A topic sentence (“12.推进完整社区建设。完善…”) does not: it is the first sentence of its clause.
    """
    if mark.kind is ClauseKind.ARTICLE:
        return True
    return bool(mark.heading) and text[mark.heading_end - 1] != "。"


def _keep_following(marks: list[Mark]) -> list[Mark]:
    verdicts = follow_on(marks)
    return [mark if kept else as_paragraph(mark) for mark, kept in zip(marks, verdicts, strict=True)]


def _own_ends(text: str, marks: list[Mark], furniture: list[Furniture]) -> list[int]:
    borders = sorted({*(mark.start for mark in marks), *(piece.start for piece in furniture), len(text)})
    ends: list[int] = []
    for index, mark in enumerate(marks):
        following = marks[index + 1].start if index + 1 < len(marks) else len(text)
        if following == mark.start:
            ends.append(mark.start)
        else:
            ends.append(next(border for border in borders if border > mark.start))
    return ends
