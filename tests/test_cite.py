"""A quote is shown only where its words stand in the document; one changed digit fails."""

import pytest

from assistant.datatypes import Citation, Draft, Quote
from index.clauses import parse_clauses
from index.datatypes import Document, Metadata, SourceKind
from tests.citing import cite

TEXT = (
    "一、住房保障\n"
    "(一)租房补贴。符合条件的家庭每月补贴\uff11\uff15\uff10\uff10元,\n期限 3 年。但已购房的除外。\n"
    "(二)公租房。每月补贴1500元,期限3年。\n"
)


def _document() -> Document:
    clauses, furniture = parse_clauses(TEXT)
    return Document("d", TEXT, Metadata(name="住房意见", kind=SourceKind.OFFICIAL), clauses, furniture)


def _cite(quote: str, start: int = 0) -> tuple[str, list[tuple[str, str]]]:
    draft = Draft((Quote("d", start, start + len(quote), quote),))
    text, citations = cite(draft, {"d": _document()})
    return text, [(citation.clause, citation.quote) for citation in citations]


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("符合条件的家庭", "符合条件的家庭"),
        ("每月补贴1500元,期限3年。但", "每月补贴\uff11\uff15\uff10\uff10元,\n期限 3 年。但"),
        ("(一)租房补贴\uff0e", None),
        ("\uff08一\uff09租房补贴", "(一)租房补贴"),
        ("每月补贴1600元", None),
        ("每月补贴1500元,期限3年。但未购房的除外", None),
        ("", None),
        ("  ", None),
    ],
)
def test_quote_is_found_or_left_out(quote: str, shown: str | None) -> None:
    clause = "一、(一)"
    assert _cite(quote) == ((f"{shown}[1]", [(clause, shown)]) if shown else ("", []))


def test_a_repeated_quote_is_found_nearest_to_its_offset() -> None:
    second = TEXT.index("每月补贴1500元")
    assert _cite("每月补贴1500元", start=second) == ("每月补贴1500元[1]", [("一、(二)", "每月补贴1500元")])


def test_a_quote_over_two_clauses_is_left_to_their_parent() -> None:
    quote = "但已购房的除外。\n(二)公租房。"
    assert _cite(quote, start=TEXT.index(quote)) == (f"{quote}[1]", [("一、", quote)])


def test_an_unknown_document_is_left_out() -> None:
    assert cite(Draft(("连接词", Quote("other", 0, 2, "一、"))), {"d": _document()}) == ("连接词", ())


def test_the_whole_citation() -> None:
    quote = "已购房的除外"
    start = TEXT.index(quote)
    _, citations = cite(Draft((Quote("d", start, start + 6, quote),)), {"d": _document()})
    assert citations == (
        Citation(
            number=1,
            document_id="d",
            document_title="住房意见",
            clause="一、(一)",
            clause_id="一、/(一)",
            heading="租房补贴",
            quote="已购房的除外",
            start=start,
            end=start + 6,
            form="住房意见(原文未载标题)一、(一)“租房补贴”",
        ),
    )
