"""Further documents in the same text, as the measures attached to a notice: each is set under its title."""

from collections.abc import Sequence
from dataclasses import replace

from index.clauses.furniture import is_title
from index.clauses.marks import STRUCTURE, Mark
from index.datatypes import ClauseKind


def open_annexes(text: str, marks: Sequence[Mark]) -> list[Mark]:
    """The marks, the line of a title after which a count begins anew turned into a theme."""
    counted: set[ClauseKind] = set()
    opened: list[Mark] = []
    borders = [*(mark.start for mark in marks[1:]), len(text)]
    for mark, border, following in zip(marks, borders, _next_numbered(marks), strict=False):
        if mark.kind in STRUCTURE or mark.kind is ClauseKind.HEADING:
            counted.add(mark.kind)
        elif mark.kind is ClauseKind.PARAGRAPH and not mark.continues and following:
            end = text.find("\n", mark.start) + 1 or len(text)
            if _begins_anew(following, counted) and end <= border and is_title(text, mark.start, end):
                heading = text[mark.start : end].strip()
                mark = replace(mark, kind=ClauseKind.THEME, heading_end=end, heading=heading, alone=True)
        opened.append(mark)
    return opened


def _begins_anew(mark: Mark, counted: set[ClauseKind]) -> bool:
    """Whether `mark` counts from 1 again, or counts articles behind a notice that counted 一、 二、."""
    behind_notice = ClauseKind.HEADING in counted and mark.kind in STRUCTURE
    return mark.number == 1 and (mark.kind in counted or behind_notice)


def _next_numbered(marks: Sequence[Mark]) -> list[Mark | None]:
    """For each mark the numbered one that follows."""
    following: list[Mark | None] = []
    numbered: Mark | None = None
    for mark in reversed(marks):
        following.append(numbered)
        numbered = mark if mark.number is not None else numbered
    return following[::-1]
