"""For whom an answer is made: what is quoted, how it is cited, what is told besides; the wording is the document's."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from assistant.cite import full_form
from assistant.datatypes import Audience, Citation, Draft, Part, Quote
from assistant.places import Place
from assistant.refusal import office
from assistant.replies import connective
from index.datatypes import Document

LONGEST_CLAUSE = 600
"""Characters of a clause that an official is shown whole around a quote from it."""
MOST_TERMS = 3
"""Terms that one answer explains."""


def widen(draft: Draft, documents: dict[str, Document]) -> Draft:
    """The draft with each quote widened to its whole clause, where that is not too long; none shown twice."""
    parts: list[Part] = []
    for part in draft.parts:
        whole = _whole_clause(part, documents[part.document_id]) if isinstance(part, Quote) else part
        if not isinstance(whole, Quote) or whole not in parts:
            parts.append(whole)
    return replace(draft, parts=tuple(parts))


def in_full(citations: Sequence[Citation], documents: dict[str, Document]) -> tuple[Citation, ...]:
    """The citations in the form of a paper: title, issuer, date, clause."""
    return tuple(_in_full(citation, documents[citation.document_id]) for citation in citations)


def advice(
    audience: Audience,
    citations: Sequence[Citation],
    documents: dict[str, Document],
    places: tuple[Place, ...],
) -> tuple[str, ...]:
    """What is told besides: to a citizen the terms that the quotes use, and whom to ask; to an official how the levels
    of the documents cited stand to each other."""
    if audience is Audience.CITIZEN:
        return (*_terms(citations), connective("ask_office", office=office(places)))
    levels = {documents[citation.document_id].metadata.level for citation in citations} - {None}
    return (connective("levels"),) if len(levels) > 1 else ()


def _whole_clause(quote: Quote, document: Document) -> Quote:
    clause = document.innermost(quote.start, quote.end)
    if clause is None or document.children(clause) or clause.end - clause.opening > LONGEST_CLAUSE:
        return quote
    text = document.text[clause.opening : clause.end]
    start = clause.opening + len(text) - len(text.lstrip())
    return Quote(quote.document_id, start, start + len(text.strip()), text.strip())


def _in_full(citation: Citation, document: Document) -> Citation:
    return replace(citation, form=full_form(document, citation.clause, citation.heading))


def _terms(citations: Sequence[Citation]) -> Iterator[str]:
    said = "".join(citation.quote for citation in citations)
    known = [term for term in _glossary() if term in said]
    for term in known[:MOST_TERMS]:
        yield connective("term", term=term, meaning=_glossary()[term])


@cache
def _glossary() -> dict[str, str]:
    table: dict[str, str] = tomllib.loads(files("assistant").joinpath("glossary.toml").read_text("utf-8"))
    return table
