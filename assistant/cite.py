"""A draft -> text with markers and citations. The only place where a citation is made: from a quote found."""

import re
import unicodedata
from collections.abc import Mapping

from assistant.datatypes import Citation, Part, Quote, Statement
from assistant.days import written
from index.datatypes import Document, SourceKind

_LOOSE = re.compile(r"\s+")


def cite_part(part: Part, documents: Mapping[str, Document], number: int) -> tuple[str, tuple[Citation, ...]]:
    """Text and citations of one part, the first of them numbered `number`.

    Nothing for a quote that does not stand in its document, nor for a statement that rests on one.
    """
    if isinstance(part, str):
        return part, ()
    quotes = part.quotes if isinstance(part, Statement) else (part,)
    citations = tuple(_cited(quote, documents, at) for at, quote in enumerate(quotes, start=number))
    found = tuple(citation for citation in citations if citation)
    if not found or len(found) < len(quotes):
        return "", ()
    text = part.text if isinstance(part, Statement) else found[0].quote
    return text + "".join(f"[{citation.number}]" for citation in found), found


def _cited(quote: Quote, documents: Mapping[str, Document], number: int) -> Citation | None:
    document = documents.get(quote.document_id)
    return verify(quote, document, number) if document else None


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
    """How the clause is cited in an answer: 《title》第九章 第三节“heading”(改写文本)."""
    kind = _kind(document)
    return f"{document.metadata.citation_title}{f'({kind})' if kind else ''}{clause}{_named(clause, heading)}"


def full_form(document: Document, clause: str, heading: str) -> str:
    """How the clause is cited in a paper of one's own: 《title》（issuer，date，kind）第九章第三节“heading”.

    Only what is known of the document; kind where it is no official text.
    """
    known = document.metadata
    facts = [known.issuer, written(known.issued) if known.issued else None, _kind(document)]
    told = "\uff0c".join(filter(None, facts))
    source = f"{known.citation_title}\uff08{told}\uff09" if told else known.citation_title
    return f"{source}{clause.replace(' ', '')}{_named(clause, heading)}"


def _kind(document: Document) -> str | None:
    """What kind of text it is, where that is to be told and the title does not."""
    title, kind = document.metadata.citation_title, document.metadata.kind
    plain = kind in (SourceKind.OFFICIAL, SourceKind.UNKNOWN) or kind.value in title
    return None if plain else kind.value


def _named(clause: str, heading: str) -> str:
    return f"“{heading}”" if heading and not clause.startswith(heading) else ""
