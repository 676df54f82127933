"""How clauses are cited: "第九章 第三节", "二、(三)12", "(九)", "第七十二条第一款第(三)项"."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.clauses.marks import STRUCTURE, Mark
from index.datatypes import ClauseKind
from index.numerals import chinese_numeral

OPENING = "引言"
"""How unnumbered text before the first numbered clause is cited."""
_ENDING = "文末"
_LEVELS = ("项", "目")
"""What lists within an article are called, from the outer one in."""


@dataclass(slots=True)
class Node:
    """A clause in the making."""

    mark: Mark
    end: int
    parent: "Node | None"
    paragraph: int = 0
    """Which unnumbered paragraph of its parent it is, from 1; 0 for a numbered clause."""

    @property
    def lineage(self) -> "Iterator[Node]":
        """The clauses it stands in, from its parent up."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    @property
    def continues(self) -> bool:
        """Whether it is the rest of the paragraph or list item it stands in."""
        return bool(self.paragraph and self.parent and self.mark.continues)

    @property
    def in_article(self) -> bool:
        """Whether it is a 款."""
        in_article = self.parent is not None and self.parent.mark.kind is ClauseKind.ARTICLE
        return in_article and bool(self.paragraph) and not self.continues


def plain_label(mark: Mark) -> str:
    """The label in one spelling: half-width brackets and digits, no full stop."""
    if mark.kind is ClauseKind.CIRCLE:
        return mark.label
    return unicodedata.normalize("NFKC", mark.label).replace(" ", "").rstrip(".")


class Citations:
    """How clauses are cited; a numbering that runs on through several parents is cited without them."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._first = next((n.mark.start for n in nodes if n.mark.kind is not ClauseKind.PARAGRAPH), None)
        points = [n for n in nodes if n.mark.kind is ClauseKind.POINT and not _is_within_article(n)]
        articles = [n for n in nodes if n.mark.kind is ClauseKind.ARTICLE]
        self._points_run_on = _are_unique(points) and len({id(node.parent) for node in points}) > 1
        self._articles_run_on = _are_unique(articles)

    def of(self, node: Node) -> str:
        """How `node` is cited; an unnumbered paragraph as the numbered clause it stands in."""
        if node.paragraph:
            return self._paragraph(node)
        own = _own(node)
        holder = self._holder(node)
        if holder is None:
            return own
        tight = node.mark.kind not in STRUCTURE and node.mark.kind is not ClauseKind.BULLET
        loose_holder = holder.mark.kind in STRUCTURE and not _is_within_article(node)
        return self.of(holder) + ("" if tight and not loose_holder else " ") + own

    def _holder(self, node: Node) -> Node | None:
        """The clause in which `node` is counted."""
        if node.mark.kind is ClauseKind.ARTICLE:
            themes = (above for above in node.lineage if above.mark.kind is ClauseKind.THEME)
            return None if self._articles_run_on else next(themes, None)
        if node.mark.kind is ClauseKind.POINT and self._points_run_on and not _is_within_article(node):
            return None
        return node.parent

    def _paragraph(self, node: Node) -> str:
        if node.parent is None:
            if self._first is None:
                return f"第{node.paragraph}段"
            return OPENING if node.mark.start < self._first else _ENDING
        return self.of(node.parent) + (f"第{chinese_numeral(node.paragraph)}款" if node.in_article else "")


def _are_unique(nodes: Sequence[Node]) -> bool:
    return max(Counter(plain_label(node.mark) for node in nodes).values(), default=1) == 1


def _is_within_article(node: Node) -> bool:
    return any(above.mark.kind is ClauseKind.ARTICLE for above in node.lineage)


def _own(node: Node) -> str:
    mark, label = node.mark, plain_label(node.mark)
    if mark.kind is ClauseKind.THEME:
        return label or mark.heading
    if mark.kind is ClauseKind.BULLET:
        return f"第{mark.number}点"
    if _is_within_article(node):
        label = label.rstrip("、")
        lists = [above for above in node.lineage if above.mark.number is not None]
        depth = next(i for i, above in enumerate(lists) if above.mark.kind is ClauseKind.ARTICLE)
        return f"第{label}{_LEVELS[depth]}" if depth < len(_LEVELS) else label
    if mark.kind is ClauseKind.NUMBER and node.parent is not None:
        return label.rstrip("、")
    return label
