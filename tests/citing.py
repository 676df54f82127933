"""A whole draft cited at once, for tests; the product cites part by part as it tells them."""

from collections.abc import Mapping

from assistant.cite import cite_part
from assistant.datatypes import Citation, Draft
from index.datatypes import Document


def cite(draft: Draft, documents: Mapping[str, Document]) -> tuple[str, tuple[Citation, ...]]:
    """Text and citations of all parts of `draft`, in order."""
    text, citations = "", list[Citation]()
    for part in draft.parts:
        shown, cited = cite_part(part, documents, len(citations) + 1)
        text += shown
        citations += cited
    return text, tuple(citations)
