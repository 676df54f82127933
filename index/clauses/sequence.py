"""Numbers must follow on: a label whose number does not is running text, not a heading.

“依照第四条规定” wrapped to a line start opens no clause, because 第四条 is not the next number there or because the
true 第四条 comes later and is set off by a space.
"""

from collections.abc import Sequence

from index.clauses.marks import STRUCTURE, Mark
from index.datatypes import ClauseKind

_WIDEST_GAP = 5
_UNCOUNTED = (ClauseKind.THEME, ClauseKind.BULLET, ClauseKind.PARAGRAPH)


def follow_on(marks: Sequence[Mark]) -> list[bool]:
    """For each mark in reading order, whether it opens a clause; unnumbered marks always do."""
    last: dict[ClauseKind, tuple[int, int]] = {}
    open_kinds: list[ClauseKind] = []
    verdicts: list[bool] = []
    for index, mark in enumerate(marks):
        accepted = mark.kind in _UNCOUNTED or _follows(mark, last, open_kinds, marks[index + 1 :])
        verdicts.append(accepted)
        if accepted and mark.kind not in (ClauseKind.PARAGRAPH, ClauseKind.BULLET):
            _enter(mark, last, open_kinds)
        elif accepted and mark.kind is ClauseKind.PARAGRAPH and ClauseKind.ARTICLE in open_kinds:
            del open_kinds[open_kinds.index(ClauseKind.ARTICLE) + 1 :]
    return verdicts


def _enter(mark: Mark, last: dict[ClauseKind, tuple[int, int]], open_kinds: list[ClauseKind]) -> None:
    if mark.kind in open_kinds:
        del open_kinds[open_kinds.index(mark.kind) :]
    elif mark.kind in STRUCTURE:
        wider = STRUCTURE[: STRUCTURE.index(mark.kind)]
        while open_kinds and open_kinds[-1] not in wider:
            open_kinds.pop()
    if mark.kind in STRUCTURE:
        for narrower in STRUCTURE[STRUCTURE.index(mark.kind) + 1 : -1]:
            last.pop(narrower, None)
    open_kinds.append(mark.kind)
    if mark.number is not None:
        last[mark.kind] = (mark.number, mark.suffix)


def _follows(
    mark: Mark, last: dict[ClauseKind, tuple[int, int]], open_kinds: list[ClauseKind], rest: Sequence[Mark]
) -> bool:
    number = mark.number or 0
    previous, suffix = last.get(mark.kind, (0, 0))
    later = [other for other in rest if other.kind is mark.kind][: _WIDEST_GAP + 3]
    if mark.suffix:
        return number == previous and mark.suffix == suffix + 1
    if not mark.spaced and _set_off_later(mark, later):
        return False
    if number == previous + 1:
        return True
    if number == 1:
        return mark.kind not in open_kinds or bool(later and later[0].number == 2)
    successors = [other.number for other in later[:2]]
    near = mark.kind not in last or previous < number <= previous + _WIDEST_GAP
    return near and successors == [number + 1, number + 2]


def _set_off_later(mark: Mark, later: Sequence[Mark]) -> bool:
    for other in later:
        if other.number == mark.number:
            return other.spaced
        if other.number == (mark.number or 0) + 1:
            return False
    return False
