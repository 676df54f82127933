"""Whether a text says something: the forms of a fact, and what the catalogue says of a document."""

import re
from datetime import date

from index.datatypes import Metadata
from index.searchable import normalise

_SPACE = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])")  # but between two numbers, where it parts them


def catalogue_text(metadata: Metadata) -> str:
    """All that the catalogue says of a document, dates in both ways of writing them."""
    values = [metadata.name, metadata.title, *metadata.short_names, metadata.issuer, metadata.level]
    values += [metadata.region, metadata.number, metadata.kind, metadata.provenance, metadata.warning]
    days = [metadata.issued, metadata.valid_from, metadata.valid_until]
    values += [form for day in days if day for form in _written(day)]
    return "\n".join(str(value) for value in values if value)


def _written(day: date) -> tuple[str, str]:
    return day.isoformat(), f"{day.year}年{day.month}月{day.day}日"


def holds(text: str, form: str) -> bool:
    """Whether `text` says `form`: white space and width of characters aside, and no digit more on either side.

    So 5 does not stand in 15 nor in 5.2, and 2025年 stands in "2025 年".
    """
    wanted, said = (_SPACE.sub("", normalise(one)) for one in (form, text))
    if not wanted:
        return False
    before = r"(?<![0-9])(?<![0-9][.])" if wanted[0].isdigit() else ""
    after = r"(?![0-9]|[.][0-9])" if wanted[-1].isdigit() else ""
    return re.search(f"{before}{re.escape(wanted)}{after}", said) is not None
