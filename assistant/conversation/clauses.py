"""Clauses spoken of in a conversation: how to name one so that look-up finds it again, and which stands beside it."""

from collections.abc import Iterator

from assistant.lookup import KINDS, resolve
from assistant.references import read_reference
from index.datatypes import Clause, ClauseKind, Document
from index.searchable import normalise

_UNITS = {
    ClauseKind.CHAPTER: "章",
    ClauseKind.SECTION: "节",
    ClauseKind.HEADING: "部分",
    ClauseKind.THEME: "部分",
    ClauseKind.BULLET: "点",
    ClauseKind.PARAGRAPH: "段",
}
"""What clauses are counted in, where that is not 条."""


def name_clause(document: Document, clause: Clause) -> str:
    """Words that name the clause, or where none do the nearest clause above it: “…实施意见二、(三)12”."""
    for found in (clause, *reversed(document.ancestors(clause))):
        for words in _names(document, found):
            text = normalise(document.metadata.name + words)
            if resolve(document, read_reference(text, (document,)).steps) == [found]:
                return text
    return normalise(document.metadata.name)


def neighbour(document: Document, clause: Clause, step: int, unit: str) -> str:
    """Words that name the clause `step` places after this one, counted in `unit` (条, 节, …).

    Where the document has none, they name one that does not exist, as look-up will tell.
    """
    lineage = (*document.ancestors(clause), clause)
    numbered = [found for found in lineage if found.kind is not ClauseKind.PARAGRAPH] or [clause]
    of_unit = [found for found in lineage if found.kind in KINDS[unit]]
    anchor = (of_unit or numbered)[-1]
    alike = [found for found in document.clauses if found.kind is anchor.kind]
    position = alike.index(anchor) + step
    if 0 <= position < len(alike):
        return name_clause(document, alike[position])
    above = document.by_id[anchor.parent] if anchor.parent else None
    number = (anchor.number or document.children(above).index(anchor) + 1) + step
    name = name_clause(document, above) if above else normalise(document.metadata.name)
    return f"{name}第{number}{_UNITS.get(anchor.kind, '条')}"


def _names(document: Document, clause: Clause) -> Iterator[str]:
    parent = document.by_id[clause.parent] if clause.parent else None
    counted = [child for child in document.children(parent) if child.kind is clause.kind]
    place = counted.index(clause) + 1
    yield clause.citation
    if clause.number is not None:
        yield f"第{clause.number}条"
    unit = _UNITS.get(clause.kind, "部分")
    for above in _names(document, parent) if parent else ("",):
        yield f"{above}第{place}{unit}"
