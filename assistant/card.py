"""What is known of a document itself: who issued it and when, for which time it holds, how the text relates to it."""

import re
from collections.abc import Sequence
from datetime import date

from assistant.days import written
from assistant.replies import connective
from index.datatypes import Document
from index.numerals import parse_numeral

_GOAL = re.compile("(?:到|展望)(20[0-9]{2}|二〇[一二三四五六七八九][〇一二三四五六七八九])年")
"""A year that a text sets itself: “到2030年”, “展望二〇三五年”."""


def card(document: Document, documents: Sequence[Document], today: date) -> str:
    """What is known of one of the `documents`, a line each; what its text does not tell is said to be unknown."""
    known = document.metadata
    return connective(
        "card",
        title=known.citation_title,
        kind=known.kind.value,
        issuer=known.issuer or connective("unknown"),
        number=known.number or connective("unknown"),
        issued=_written(known.issued),
        period=_period(document, documents, today),
        goals=_goals(document),
        provenance=known.provenance or connective("unknown"),
        warning=known.warning or connective("nothing"),
    )


def card_line(document: Document, documents: Sequence[Document], today: date) -> str:
    """The same on one line, without what the notices of every answer tell: where it comes from, what to heed."""
    known = document.metadata
    return connective(
        "card_line",
        name=known.name,
        issuer=known.issuer or connective("unknown"),
        number=known.number or connective("unknown"),
        issued=_written(known.issued),
        period=_period(document, documents, today),
        goals=_goals(document),
    )


def _period(document: Document, documents: Sequence[Document], today: date) -> str:
    """The period with where the day of asking stands to it; where no end is known, that it is to be asked for."""
    start, end = document.metadata.valid_from, document.metadata.valid_until
    if end is None:
        return connective("no_end", start=written(start)) if start else connective("no_period")
    period = connective("period", start=written(start) if start else "", end=written(end))
    if end < today:
        return period + connective("over", after=_after(document, end, documents))
    return period + connective("not_begun" if start and start > today else "not_over")


def _after(document: Document, end: date, documents: Sequence[Document]) -> str:
    """What is held of the same region for the time after `end`."""
    later = [
        other.metadata.citation_title
        for other in documents
        if other.metadata.region == document.metadata.region and (other.metadata.valid_from or end) > end
    ]
    return connective("followed", titles="、".join(later)) if later else connective("not_followed")


def _goals(document: Document) -> str:
    """The years that the text sets itself, none before it was issued; they are no term of validity."""
    known = document.metadata
    first = known.issued or known.valid_from
    found = {parse_numeral(year) or 0 for year in _GOAL.findall(document.text)}
    years = sorted(year for year in found if not first or year >= first.year)
    return (
        connective("goals", years="、".join(f"{year}年" for year in years))
        if years
        else connective("unknown")
    )


def _written(day: date | None) -> str:
    return written(day) if day else connective("unknown")
