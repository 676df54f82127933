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


def held(id_: str, name: str, region: str) -> Document:
    return Document(id_, "", Metadata(name, region=region))


HELD = (
    held("plan", "大连市发展规划纲要", "大连"),
    held("opinion", "大连市停车实施意见", "大连"),
    held("province", "辽宁省停车实施意见", "辽宁"),
)


@pytest.mark.parametrize(
    ("question", "documents", "rest"),
    [
        (
            "大连出的那个意见和辽宁省的意见怎么写停车",
            ("opinion", "province"),
            "大连出的那个和辽宁省的怎么写停车",
        ),
        (
            "金州停车,旧规划跟现在的意见怎么写",
            ("plan", "opinion"),
            "金州停车,跟怎么写",
        ),  # those of the region
        ("以前的规划和新意见怎么写停车", ("plan", "opinion"), "和怎么写停车"),
        ("停车的意见怎么写", (), "停车的意见怎么写"),
        ("金州停车的意见", (), "金州停车的意见"),
    ],
)
def test_documents_named_by_their_type(question: str, documents: tuple[str, ...], rest: str) -> None:
    found = read_reference(normalise(question), HELD)
    assert (found.documents, found.rest) == (documents, rest)


@pytest.mark.parametrize(
    ("question", "unheld"),
    [
        ("《大连2049城市愿景规划》第一章讲什么", "《大连2049城市愿景规划》"),
        ("《大连停车实施意见》第一条讲什么", None),
        ("《大连市停车办法》怎么说", "《大连市停车办法》"),
    ],
)
def test_a_title_that_no_document_has_is_not_taken_for_one_of_its_type(
    question: str, unheld: str | None
) -> None:
    assert read_reference(normalise(question), HELD).unheld == unheld
