"""The layout of a media digest: themes and bullets run together in a line, a page mark behind each bullet.

“优化人居环境 - 改善城市居住条件,… [7] - 抓好“飞线”治理,… [7] 推进绿色低碳发展 - 推动绿色生产,… [9]”
"""

import re

from index.clauses.marks import Mark
from index.datatypes import ClauseKind, Furniture, FurnitureKind

_BULLET = re.compile(r"(?:(?<=\s)|^)[-\u2022\u00b7]\s+", re.MULTILINE)
_PAGE_MARK = re.compile(r"\s*\[[0-9]{1,3}(?:[-,][0-9]{1,3})*\]\s*")
_FEWEST_BULLETS = 5


def is_digest_line(text: str, start: int, end: int) -> bool:
    """Whether the line runs themes and bullets together."""
    bullets = len(_BULLET.findall(text[start:end]))
    return bullets >= _FEWEST_BULLETS and len(_PAGE_MARK.findall(text[start:end])) >= bullets


def read_digest_line(text: str, start: int, end: int) -> tuple[list[Mark], list[Furniture]]:
    """Marks of themes and bullets in `text[start:end]`, and the page marks as furniture."""
    furniture = [
        Furniture(FurnitureKind.PAGE_MARK, start + found.start(), start + found.end())
        for found in _PAGE_MARK.finditer(text[start:end])
    ]
    marks: list[Mark] = []
    number = 0
    position = start
    for piece in (*furniture, Furniture(FurnitureKind.BLANK, end, end)):
        stretch = text[position : piece.start]
        bullet = _BULLET.search(stretch)
        theme = stretch[: bullet.start()] if bullet else stretch
        if theme.strip():
            number = 0
            theme_end = position + len(theme)
            marks.append(Mark(ClauseKind.THEME, position, theme_end, heading=theme.strip()))
        if bullet:
            number += 1
            opened = position + bullet.start()
            marks.append(Mark(ClauseKind.BULLET, opened, position + bullet.end(), str(number), number))
        position = piece.end
    return marks, furniture
