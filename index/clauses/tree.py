"""Marks in reading order -> clauses: parents, ids, and the form in which each is cited."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.clauses.marks import STRUCTURE, Mark
from index.datatypes import Clause, ClauseKind
from index.numerals import chinese_numeral

OPENING = "引言"
"""How unnumbered text before the first numbered clause is cited."""


@dataclass(slots=True)
class _Node:
    mark: Mark
    end: int
    parent: "_Node | None"
    paragraph: int = 0
    """Which unnumbered paragraph of its parent it is, from 1; 0 for a numbered clause."""


def build_tree(marks: Sequence[Mark], ends: Sequence[int]) -> tuple[Clause, ...]:
    """Clauses of `marks`, the own text of each ending at the offset of the same rank in `ends`."""
    nodes = _merge_single_paragraphs(_nest(marks, ends))
    citations = _Citations(nodes)
    used: Counter[str] = Counter()
    clauses: list[Clause] = []
    ids: dict[int, str] = {}
    for node in nodes:
        parent = ids.get(id(node.parent)) if node.parent else None
        name = f"段{node.paragraph}" if node.paragraph else _plain(node.mark.label) or node.mark.heading
        path = f"{parent}/{name}" if parent else name
        used[path] += 1
        ids[id(node)] = path if used[path] == 1 else f"{path}~{used[path]}"
        citation = citations.of(node)
        has_topic = citation != OPENING
        clauses.append(
            Clause(
                id=ids[id(node)],
                parent=parent,
                kind=node.mark.kind,
                label=node.mark.label,
                number=node.mark.number,
                heading=node.mark.heading if has_topic else "",
                citation=citation,
                depth=_depth(node),
                start=node.mark.start,
                heading_end=node.mark.heading_end if has_topic else node.mark.start,
                end=node.end,
            )
        )
    return tuple(clauses)


def _nest(marks: Sequence[Mark], ends: Sequence[int]) -> list[_Node]:
    nodes: list[_Node] = []
    stack: list[_Node] = []
    counts: Counter[int] = Counter()
    for mark, end in zip(marks, ends, strict=True):
        _close(mark, stack)
        parent = stack[-1] if stack else None
        node = _Node(mark, end, parent)
        if mark.kind is ClauseKind.PARAGRAPH:
            counts[id(parent)] += 1
            node.paragraph = counts[id(parent)]
        nodes.append(node)
        if mark.kind is not ClauseKind.PARAGRAPH or (parent and parent.mark.kind is ClauseKind.ARTICLE):
            stack.append(node)
    return nodes


def _close(mark: Mark, stack: list[_Node]) -> None:
    """Pop what `mark` ends: its own kind and all narrower structure; a paragraph ends the last 款 or the bullets."""
    kinds = [node.mark.kind for node in stack]
    if mark.kind is ClauseKind.PARAGRAPH:
        if ClauseKind.ARTICLE in kinds:
            del stack[kinds.index(ClauseKind.ARTICLE) + 1 :]
        elif ClauseKind.BULLET in kinds:
            stack.clear()
    elif mark.kind in kinds:
        del stack[kinds.index(mark.kind) :]
    elif mark.kind in STRUCTURE:
        wider = STRUCTURE[: STRUCTURE.index(mark.kind)]
        while stack and stack[-1].mark.kind not in wider:
            stack.pop()


def _merge_single_paragraphs(nodes: list[_Node]) -> list[_Node]:
    """An article of one 款 keeps it as its own text; its items are then its own children."""
    per_article = Counter(id(node.parent) for node in nodes if node.paragraph and _in_article(node))
    merged: list[_Node] = []
    swallowed: dict[int, _Node] = {}
    for node in nodes:
        if node.paragraph and node.parent and _in_article(node) and per_article[id(node.parent)] == 1:
            if node.mark.start == node.parent.end:
                node.parent.end = node.end
                swallowed[id(node)] = node.parent
                continue
        if node.parent and id(node.parent) in swallowed:
            node.parent = swallowed[id(node.parent)]
        merged.append(node)
    return merged


def _in_article(node: _Node) -> bool:
    return node.parent is not None and node.parent.mark.kind is ClauseKind.ARTICLE


def _depth(node: _Node) -> int:
    return 0 if node.parent is None else _depth(node.parent) + 1


def _plain(label: str) -> str:
    return unicodedata.normalize("NFKC", label).replace(" ", "").rstrip(".")


class _Citations:
    """How clauses are cited; a numbering that runs on through several parents is cited without them."""

    def __init__(self, nodes: Sequence[_Node]) -> None:
        self._numbered = any(node.mark.number is not None for node in nodes)
        self._first = next((n.mark.start for n in nodes if n.mark.kind is not ClauseKind.PARAGRAPH), None)
        self._runs_on = {
            kind for kind in (ClauseKind.ARTICLE, ClauseKind.POINT) if self._is_running(nodes, kind)
        }

    @staticmethod
    def _is_running(nodes: Sequence[_Node], kind: ClauseKind) -> bool:
        labels = [node.mark.label for node in nodes if node.mark.kind is kind]
        parents = {id(node.parent) for node in nodes if node.mark.kind is kind}
        return len(labels) == len(set(labels)) and (len(parents) > 1 or kind is ClauseKind.ARTICLE)

    def of(self, node: _Node) -> str:
        if node.paragraph:
            return self._paragraph(node)
        own = self._own(node)
        if node.parent is None or node.mark.kind in self._runs_on:
            return own
        before = self.of(node.parent)
        tight = node.mark.kind not in STRUCTURE and node.mark.kind is not ClauseKind.BULLET
        loose_parent = node.parent.mark.kind in STRUCTURE and not _within_article(node)
        return before + ("" if tight and not loose_parent else " ") + own

    def _paragraph(self, node: _Node) -> str:
        if node.parent is None:
            if self._first is None:
                return f"第{node.paragraph}段"
            return OPENING if node.mark.start < self._first else "文末"
        if _in_article(node):
            return f"{self.of(node.parent)}第{chinese_numeral(node.paragraph)}款"
        return self.of(node.parent)

    def _own(self, node: _Node) -> str:
        mark, label = node.mark, _plain(node.mark.label)
        if mark.kind is ClauseKind.THEME:
            return mark.heading
        if mark.kind is ClauseKind.BULLET:
            return f"第{mark.number}点"
        if _within_article(node):
            return f"第{label}{'项' if mark.kind is ClauseKind.POINT else '目'}"
        if mark.kind is ClauseKind.NUMBER and node.parent is not None:
            return label.rstrip("、")
        return label


def _within_article(node: _Node) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.mark.kind is ClauseKind.ARTICLE:
            return True
        parent = parent.parent
    return False


def as_paragraph(mark: Mark) -> Mark:
    """The mark of a paragraph that merely begins like a numbered clause."""
    return replace(mark, kind=ClauseKind.PARAGRAPH, heading_end=mark.start, label="", number=None, heading="")
