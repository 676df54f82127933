"""Which clauses stay open when the next one opens."""

from collections.abc import Sequence

from index.clauses.marks import STRUCTURE, Mark
from index.datatypes import ClauseKind


def count_open(mark: Mark, above: Sequence[Mark]) -> int:
    """How many of the open clauses `above`, widest first, still hold the clause of `mark`.

    A clause ends those of its kind and all narrower structure; a paragraph ends the last 款 or the bullets.
    """
    kinds = [held.kind for held in above]
    if mark.kind is ClauseKind.PARAGRAPH:
        if ClauseKind.ARTICLE in kinds:
            return kinds.index(ClauseKind.ARTICLE) + 1
        return 0 if ClauseKind.BULLET in kinds else len(kinds)
    if mark.kind in kinds:
        return kinds.index(mark.kind)
    count = len(kinds)
    while mark.kind in STRUCTURE and count and not _holds(above[count - 1], mark):
        count -= 1
    return count


def _holds(wider: Mark, mark: Mark) -> bool:
    """A heading 一、 that fills its line stands above articles, as in judicial interpretations."""
    if wider.kind in STRUCTURE:
        return STRUCTURE.index(wider.kind) < STRUCTURE.index(mark.kind)
    return mark.kind is ClauseKind.ARTICLE and wider.alone and bool(wider.heading)
