"""A draft -> text with markers and citations. The only place where a citation is made: from a quote found."""

import re
import unicodedata
from collections.abc import Mapping

from assistant.datatypes import Citation, Draft, Quote
from index.datatypes import Document, SourceKind

_LOOSE = re.compile(r"\s+")


def cite(draft: Draft, documents: Mapping[str, Document]) -> tuple[str, tuple[Citation, ...]]:
    """Text and citations of `draft`, one marker for each quote, in order.

    A quote that does not stand in its document is left out. The text shows the document's own characters.
    """
    text = ""
    citations: list[Citation] = []
    for part in draft.parts:
        if isinstance(part, str):
            text += part
            continue
        document = documents.get(part.document_id)
        citation = verify(part, document, len(citations) + 1) if document else None
        if citation:
            citations.append(citation)
            text += f"{citation.quote}[{citation.number}]"
    return text, tuple(citations)


def verify(quote: Quote, document: Document, number: int) -> Citation | None:
    """The citation of `quote`, or None where its words do not stand in one clause of `document`.

    Only width, white space and line breaks may differ from the document; one changed character or digit fails.
    """
    span = locate(quote, document.text)
    clause = document.innermost(*span) if span else None
    if span is None or clause is None:
        return None
    start, end = span
    heading = document.heading_of(clause)
    return Citation(
        number=number,
        document_id=document.id,
        document_title=document.title,
        clause=clause.citation,
        clause_id=clause.id,
        heading=heading,
        quote=document.text[start:end],
        start=start,
        end=end,
        form=citation_form(document, clause.citation, heading),
    )


def locate(quote: Quote, text: str) -> tuple[int, int] | None:
    """Where the words of `quote` stand in `text`: at its own offsets, else at the nearest place that holds them."""
    wanted = _compared(quote.text)
    if not wanted:
        return None
    if 0 <= quote.start < quote.end <= len(text) and _compared(text[quote.start : quote.end]) == wanted:
        return quote.start, quote.end
    return _search(wanted, text, quote.start)


def _search(wanted: str, text: str, near: int) -> tuple[int, int] | None:
    compact: list[str] = []
    origin: list[int] = []
    for offset, char in enumerate(text):
        for folded in _compared(char):
            compact.append(folded)
            origin.append(offset)
    haystack = "".join(compact)
    places = [found.start() for found in re.finditer(f"(?={re.escape(wanted)})", haystack)]
    if not places:
        return None
    at = min(places, key=lambda place: abs(origin[place] - near))
    return origin[at], origin[at + len(wanted) - 1] + 1


def _compared(text: str) -> str:
    return _LOOSE.sub("", unicodedata.normalize("NFKC", text))


def citation_form(document: Document, clause: str, heading: str) -> str:
    """How the clause is cited in a paper: 《title》第九章 第三节“heading”(改写文本)."""
    title, kind = document.metadata.citation_title, document.metadata.kind
    plain = kind in (SourceKind.OFFICIAL, SourceKind.UNKNOWN) or kind.value in title
    named = f"“{heading}”" if heading and not clause.startswith(heading) else ""
    return f"{title}{'' if plain else f'({kind.value})'}{clause}{named}"
