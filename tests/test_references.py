"""A document is known by its name however the keyboard quotes what is quoted in it."""

import pytest

from assistant.references import read_reference
from index.datatypes import Document, Metadata
from index.searchable import normalise

PLAN = Document("plan", "", Metadata("大连市“十四五”规划纲要"))


@pytest.mark.parametrize("quotes", ["“”", '""', ("", ""), "\uff02\uff02"])
def test_quotes_in_a_name(quotes: tuple[str, str]) -> None:
    before, after = quotes
    found = read_reference(normalise(f"大连市{before}十四五{after}规划纲要对养老怎么说"), (PLAN,))
    assert (found.documents, found.rest) == (("plan",), "对养老怎么说")
