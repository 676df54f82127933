"""Text of a document -> its clause tree, following the document's own structure.

The steps: find the table of contents and the headings it lists; cut the rest into lines and paragraphs; set
aside furniture; read the label each opens with; keep those whose numbers follow on; build the tree.
"""

from bisect import bisect_right

from index.clauses.annexes import open_annexes
from index.clauses.contents import find_headings, read_contents
from index.clauses.lines import cut_lines
from index.clauses.marks import Mark
from index.clauses.read import read_lines
from index.clauses.sequence import continue_lists, follow_on
from index.clauses.tree import build_tree
from index.datatypes import Clause, ClauseKind, Furniture

__all__ = ["parse_clauses"]


def parse_clauses(text: str) -> tuple[tuple[Clause, ...], tuple[Furniture, ...]]:
    """Clauses and furniture of `text`; their spans cover every character exactly once."""
    contents = read_contents(text)
    headings = find_headings(text, contents) if contents else []
    furniture = [contents.furniture] if contents else []
    taken = sorted([(h.start, h.heading_end) for h in headings] + [(f.start, f.end) for f in furniture])
    marks, aside = read_lines(text, cut_lines(text, taken), trust_structure=not headings)
    marks = open_annexes(text, sorted([*marks, *headings], key=_reading_order))
    furniture = sorted([*furniture, *aside], key=lambda piece: piece.start)
    marks = _join_lines(continue_lists(follow_on(marks)), furniture)
    return build_tree(text, marks, _own_ends(text, marks, furniture)), tuple(furniture)


def _reading_order(mark: Mark) -> tuple[int, int, bool]:
    return mark.start, mark.heading_end, mark.kind is ClauseKind.PARAGRAPH


def _join_lines(marks: list[Mark], furniture: list[Furniture]) -> list[Mark]:
    """The marks without those of text that goes on right from the line before and belongs to its clause."""
    set_off = {piece.end for piece in furniture}
    return [
        mark
        for mark in marks
        if mark.start in set_off or not (mark.continues and mark.kind is ClauseKind.PARAGRAPH)
    ]


def _own_ends(text: str, marks: list[Mark], furniture: list[Furniture]) -> list[int]:
    set_aside = {piece.start for piece in furniture}
    borders = sorted({*(mark.start for mark in marks), *set_aside, len(text)})
    ends: list[int] = []
    for index, mark in enumerate(marks):
        following = marks[index + 1].start if index + 1 < len(marks) else len(text)
        if following == mark.start or mark.start in set_aside:
            ends.append(mark.start)
        else:
            ends.append(borders[bisect_right(borders, mark.start)])
    return ends
