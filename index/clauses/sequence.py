"""Numbers must follow on: a label whose number does not is running text, not a heading.

“依照第四条 规定” broken behind 依照 opens no clause, because 第四条 is not the next number there or because
the true 第四条 comes later.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from index.clauses.marks import STRUCTURE, Mark
from index.clauses.nesting import count_open
from index.datatypes import ClauseKind

_WIDEST_GAP = 5
_LOOK_AHEAD = 8
_UNCOUNTED = (ClauseKind.THEME, ClauseKind.BULLET, ClauseKind.PARAGRAPH)


def follow_on(marks: Sequence[Mark]) -> list[Mark]:
    """The marks in reading order, those whose number does not follow on turned into paragraphs."""
    last: dict[ClauseKind, tuple[int, int]] = {}
    above: list[Mark] = []
    kept: list[Mark] = []
    rejected_to = -1
    for mark, later in zip(marks, _later_of_kind(marks), strict=True):
        if mark.kind is ClauseKind.PARAGRAPH and mark.start == rejected_to:
            continue
        if mark.kind not in _UNCOUNTED and not _follows(mark, last, {held.kind for held in above}, later):
            rejected_to = mark.heading_end
            mark = _as_paragraph(mark)
        kept.append(mark)
        del above[count_open(mark, above) :]
        if mark.kind in (ClauseKind.PARAGRAPH, ClauseKind.BULLET):
            continue
        above.append(mark)
        if mark.number is not None:
            last[mark.kind] = (mark.number, mark.suffix)
    return kept


def _as_paragraph(mark: Mark) -> Mark:
    """The mark of a paragraph that merely begins like a numbered clause."""
    return replace(
        mark, kind=ClauseKind.PARAGRAPH, heading_end=mark.start, label="", number=None, suffix=0, heading=""
    )


def _later_of_kind(marks: Sequence[Mark]) -> list[list[Mark]]:
    """For each mark the next few of its kind."""
    seen: defaultdict[ClauseKind, list[Mark]] = defaultdict(list)
    later: list[list[Mark]] = []
    for mark in reversed(marks):
        later.append(seen[mark.kind])
        seen[mark.kind] = [mark, *seen[mark.kind][: _LOOK_AHEAD - 1]]
    return later[::-1]


def _follows(
    mark: Mark, last: dict[ClauseKind, tuple[int, int]], above: set[ClauseKind], later: Sequence[Mark]
) -> bool:
    number = mark.number or 0
    later = [other for other in later if not other.suffix]
    previous, suffix = last.get(mark.kind, (0, 0))
    begins = mark.kind not in above
    near = number <= previous + _WIDEST_GAP
    if mark.suffix:
        return number == previous and mark.suffix > suffix
    if mark.kind in STRUCTURE:
        if mark.kind is not ClauseKind.ARTICLE and (mark.firm or (mark.alone and mark.spaced and near)):
            return begins or number > previous
        if (not mark.spaced or mark.continues) and _set_off_later(mark, later):
            return False
    elif begins and number != previous + 1:
        previous = 0  # a further list counts anew
    upcoming = [other.number for other in later[:2]]
    if number == previous + 1:
        return True
    if number == 1:
        return begins or upcoming[:1] == [2]
    if number <= previous or not (begins or near):
        return False
    if upcoming == [number + 1, number + 2]:
        return True
    doubtful = mark.continues or (mark.kind is ClauseKind.ARTICLE and not mark.spaced)
    return not doubtful and (not upcoming or upcoming[0] in (number + 1, 1))


def _set_off_later(mark: Mark, later: Sequence[Mark]) -> bool:
    """Whether the same number comes again before the count goes on, this time set off by a space."""
    for other in later:
        if other.number == mark.number:
            return other.spaced and not other.continues
        if other.number in (1, (mark.number or 0) + 1):
            return False
    return False


def continue_lists(marks: Sequence[Mark]) -> list[Mark]:
    """The marks, a paragraph between two items of one list of an article said to continue the former item."""
    upcoming: list[Mark | None] = [None]
    for mark in reversed(marks):
        upcoming.append(upcoming[-1] if mark.kind is ClauseKind.PARAGRAPH else mark)
    items: dict[ClauseKind, int] = {}
    in_article = False
    continued: list[Mark] = []
    for mark, following in zip(marks, upcoming[-2::-1], strict=True):
        if mark.kind in STRUCTURE:
            in_article = mark.kind is ClauseKind.ARTICLE
            items.clear()
        elif mark.number is not None:
            items[mark.kind] = mark.number
        elif in_article and mark.kind is ClauseKind.PARAGRAPH and following:
            goes_on = (following.number or 0) > items.get(following.kind, following.number or 0)
            mark = replace(mark, continues=mark.continues or goes_on)
        continued.append(mark)
    return continued
