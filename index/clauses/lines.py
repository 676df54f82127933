"""Text -> its lines and paragraphs, wherever a clause may open."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

_RUN_ON_LINE = 1500
"""A document with a longer line has lost its line breaks: a space after a sentence then ends a paragraph."""
_SHORTEST_WRAPPED = 20
"""A shorter line was not broken because it was full."""
_ENDINGS = "。!?;:\uff01\uff1f\uff1b\uff1a”’\"')\uff09】]》>|*"
_NEWLINE = re.compile(r"\n")
_PARAGRAPH = re.compile(r"(?<=[。!?:\uff01\uff1f\uff1a])[ \u3000]+")
_LIST_ITEM = re.compile(r"(?<=[:;。\uff1a\uff1b])[ \u3000]*(?=[(\uff08][一二三四五六七八九十]{1,3}[)\uff09])")


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a paragraph within one; `inline` where it may only be a list item within a paragraph."""

    start: int
    end: int
    inline: bool = False


def cut_lines(text: str, taken: Iterable[tuple[int, int]]) -> Iterator[Line]:
    """Lines of what `taken`, in reading order, leaves of `text`."""
    run_on = max(map(len, text.split("\n"))) > _RUN_ON_LINE
    position = 0
    for start, end in [*taken, (len(text), len(text))]:
        yield from _cut(text, position, start, run_on=run_on)
        position = max(position, end)


def _cut(text: str, start: int, end: int, *, run_on: bool) -> Iterator[Line]:
    newlines = (found.start() for found in _NEWLINE.finditer(text, start, end))
    breaks = {newline + 1 for newline in newlines if not _is_between_rows(text, newline)}
    if run_on:
        breaks |= {found.end() for found in _PARAGRAPH.finditer(text, start, end)}
    inline = {found.end() for found in _LIST_ITEM.finditer(text, start, end)} - breaks - {start, end}
    edges = sorted({start, end} | breaks | inline)
    for first, last in pairwise(edges):
        yield Line(first, last, inline=first in inline)


def _is_between_rows(text: str, newline: int) -> bool:
    """Whether the rows of one table, which stays together, meet there."""
    return text.startswith("|", newline + 1) and text.startswith("|", text.rfind("\n", 0, newline) + 1)


def ends_midway(text: str, line: Line) -> bool:
    """Whether the line was broken in the middle of a sentence because it was full."""
    words = text[line.start : line.end].strip()
    return text[line.end - 1] == "\n" and len(words) >= _SHORTEST_WRAPPED and words[-1] not in _ENDINGS
