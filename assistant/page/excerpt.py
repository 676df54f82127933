"""The clause around a quote, cut where the quote begins and ends."""

from dataclasses import dataclass

from assistant.cite import citation_form
from index.datatypes import Clause, Document

_LONGEST = 2_400
"""Characters of a clause that are shown whole; of a longer one, what stands around the quote."""
_AROUND = 900
_BESIDE = 90
"""Characters shown of what stands before and after the clause."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A clause in four pieces that follow each other in the document, and what stands before and after it.

    `opening`, `quote` and `rest` together are the clause, or as much of it as is shown.
    """

    document: Document
    clause: Clause
    path: tuple[str, ...]
    before: str
    opening: str
    quote: str
    rest: str
    after: str
    form: str


def excerpt(document: Document, start: int, end: int) -> Excerpt:
    """The clause that holds `start:end` of `document`. Raises ValueError where no single clause does."""
    text = document.text
    clause = document.innermost(start, end) if 0 <= start < end <= len(text) else None
    if clause is None:
        raise ValueError("no clause holds these characters")
    first, last = document.extent(clause)
    if last - first > _LONGEST:
        first, last = max(first, start - _AROUND), min(last, end + _AROUND)
    return Excerpt(
        document=document,
        clause=clause,
        path=tuple(map(_name, (*document.ancestors(clause), clause))),
        before=text[max(0, first - _BESIDE) : first],
        opening=text[first:start],
        quote=text[start:end],
        rest=text[end:last],
        after=text[last : last + _BESIDE],
        form=citation_form(document, clause.citation, document.heading_of(clause)),
    )


def _name(clause: Clause) -> str:
    return " ".join(filter(None, [clause.label.strip(), clause.heading.strip()])) or clause.citation
