"""Marks in reading order -> clauses: parents and ids."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from index.clauses.citations import OPENING, Citations, Node, plain_label
from index.clauses.marks import STRUCTURE, Mark
from index.clauses.nesting import count_open
from index.datatypes import Clause, ClauseKind


def build_tree(text: str, marks: Sequence[Mark], ends: Sequence[int]) -> tuple[Clause, ...]:
    """Clauses of `marks`, the own text of each ending at the offset of the same rank in `ends`."""
    nodes = _merge_single_paragraphs(_nest(marks, ends))
    citations = Citations(nodes)
    parents = {id(node.parent) for node in nodes}
    ids: dict[int, str] = {}
    used: Counter[str] = Counter()
    clauses: list[Clause] = []
    for node in nodes:
        parent = ids[id(node.parent)] if node.parent else None
        ids[id(node)] = _unused_id(node, parent, used)
        citation = citations.of(node)
        mark = node.mark
        if citation == OPENING or node.in_article or (id(node) not in parents and _is_text(text, node)):
            mark = replace(mark, heading="", heading_end=mark.start)
        clauses.append(
            Clause(
                id=ids[id(node)],
                parent=parent,
                kind=mark.kind,
                label=mark.label,
                number=mark.number,
                heading=mark.heading,
                citation=citation,
                depth=sum(1 for _ in node.lineage),
                start=mark.start,
                heading_end=mark.heading_end,
                end=node.end,
            )
        )
    return tuple(clauses)


def _nest(marks: Sequence[Mark], ends: Sequence[int]) -> list[Node]:
    nodes: list[Node] = []
    stack: list[Node] = []
    counts: Counter[int] = Counter()
    for mark, end in zip(marks, ends, strict=True):
        if nodes and mark.kind is ClauseKind.PARAGRAPH and mark.continues:
            before = nodes[-1]
            nodes.append(Node(mark, end, before.parent if before.continues else before, paragraph=1))
            continue
        del stack[count_open(mark, [node.mark for node in stack]) :]
        parent = stack[-1] if stack else None
        node = Node(mark, end, parent)
        if mark.kind is ClauseKind.PARAGRAPH:
            counts[id(parent)] += 1
            node.paragraph = counts[id(parent)]
        nodes.append(node)
        if mark.kind is not ClauseKind.PARAGRAPH or node.in_article:
            stack.append(node)
    return nodes


def _merge_single_paragraphs(nodes: list[Node]) -> list[Node]:
    """An article of one 款 keeps it as its own text; its items are then its own children."""
    per_article = Counter(id(node.parent) for node in nodes if node.in_article)
    merged: list[Node] = []
    swallowed: dict[int, Node] = {}
    for node in nodes:
        article = node.parent
        if article and node.in_article and per_article[id(article)] == 1 and node.mark.start == article.end:
            article.end = node.end
            swallowed[id(node)] = article
            continue
        if article and id(article) in swallowed:
            node.parent = swallowed[id(article)]
        merged.append(node)
    return merged


def _unused_id(node: Node, parent: str | None, used: Counter[str]) -> str:
    """The path of labels from the top, a number behind it where the same path comes again."""
    name = f"段{node.paragraph}" if node.paragraph else plain_label(node.mark) or node.mark.heading
    path = unused = f"{parent}/{name}" if parent else name
    while unused in used:
        used[path] += 1
        unused = f"{path}~{used[path]}"
    used[unused] += 1
    return unused


def _is_text(text: str, node: Node) -> bool:
    """Whether its line is no heading but all that the clause, one without children, says: “(一)户口簿”."""
    mark = node.mark
    is_heading = mark.kind in STRUCTURE and mark.kind is not ClauseKind.ARTICLE
    return bool(mark.heading) and not is_heading and not text[mark.heading_end : node.end].strip()
