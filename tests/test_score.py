"""What a response is worth, where it went wrong, and the figures of many."""

from dataclasses import replace

import pytest

from assistant import Status
from eval.questions import Question, Span
from eval.score import MEASURES, score
from eval.summary import ALL, Figure, Summary, summarise
from eval.systems import Cited, Response
from index.datatypes import Furniture, FurnitureKind
from tests.papers import DOCUMENTS, HOMES, RENT, SETTLE

HOMES_AT, RENT_AT = Span("住房", 16, 27), Span("住房", 42, 50)
SETTLE_AT = Span("户籍", 11, 19)
ASKED = Question(
    id="q1", category="number", turns=("供给多少套",), evidence=(HOMES_AT,), facts=(("2035年",), ("3万套",)),
    forbidden=("500元",), clause="一、(一)",
)  # fmt: skip
GOOD = Response(
    Status.ANSWERED,
    f"住房意见:{HOMES}[1]",
    (Cited(HOMES_AT, HOMES, "一、(一)"),),
    (HOMES_AT, SETTLE_AT),
    confidence=0.9,
    seconds=0.5,
)
DUE = Question(id="n1", category="refusal", turns=("写首诗",), outcome=Status.OFF_TOPIC)
PERFECT = dict.fromkeys(MEASURES, 1.0) | {"outcome": None, "length": 19.0}


def measured(question: Question, response: Response) -> tuple[dict[str, float | None], str | None]:
    """What differs from a perfect answer, and the cause."""
    scored = score(question, response, DOCUMENTS)
    assert scored.right == (scored.measures["right"] == 1.0)
    return {name: value for name, value in scored.measures.items() if value != PERFECT[name]}, scored.cause


def test_a_perfect_answer() -> None:
    assert [DOCUMENTS[at.document_id].text[at.start : at.end] for at in (HOMES_AT, RENT_AT, SETTLE_AT)] == [
        HOMES,
        RENT,
        SETTLE,
    ]
    assert measured(ASKED, GOOD) == ({}, None)


def test_a_refusal_of_what_can_be_answered() -> None:
    lost = dict.fromkeys(("right", "answered", "citation_recall", "clause", "facts", "all_facts"), 0.0)
    none = dict.fromkeys(("citation_precision", "document", "level", "verbatim", "forbidden", "length"), None)
    refused = replace(GOOD, status=Status.UNCLEAR, text="请说清楚")
    assert measured(ASKED, refused) == ({**lost, **none}, "误拒")
    unfound = replace(refused, passages=(SETTLE_AT,))
    assert measured(ASKED, unfound)[1] == "未检索到"


def test_one_digit_changed_in_the_quote() -> None:
    wrong = replace(GOOD, citations=(Cited(HOMES_AT, HOMES.replace("2035", "2036"), "一、(一)"),))
    assert measured(ASKED, wrong) == ({"verbatim": 0.0}, None)
    told = replace(wrong, text=GOOD.text.replace("2035", "2036"))
    assert measured(ASKED, told) == (
        {"verbatim": 0.0, "facts": 0.5, "all_facts": 0.0, "right": 0.0},
        "答错",
    )


def test_the_right_words_under_another_clause() -> None:
    wrong = replace(GOOD, citations=(Cited(HOMES_AT, HOMES, "一、(二)"),))
    assert measured(ASKED, wrong) == ({"clause": 0.0, "right": 0.0}, "答错")


def test_another_document_cited_beside_the_right_one() -> None:
    more = replace(GOOD, citations=(*GOOD.citations, Cited(SETTLE_AT, SETTLE, "一、(一)")))
    assert measured(ASKED, more) == ({"citation_precision": 0.5, "document": 0.5, "level": 0.5}, None)


def test_something_wrong_said_too() -> None:
    more = replace(GOOD, text=f"住房意见:{HOMES}[1]{RENT}")
    assert measured(ASKED, more) == ({"forbidden": 0.0, "right": 0.0, "length": 27.0}, "答错")


def test_evidence_found_and_not_used() -> None:
    other = replace(GOOD, text=f"户籍意见:{SETTLE}[1]", citations=(Cited(SETTLE_AT, SETTLE, "一、(一)"),))
    lost = (
        "right",
        "citation_recall",
        "citation_precision",
        "clause",
        "document",
        "level",
        "facts",
        "all_facts",
    )
    assert measured(ASKED, other) == ({**dict.fromkeys(lost, 0.0), "length": 16.0}, "检索到未用")


def test_evidence_found_late() -> None:
    fillers = tuple(Span("户籍", 0, 10) for _ in range(6))
    late = replace(GOOD, passages=(*fillers, HOMES_AT))
    assert measured(ASKED, late) == (
        {"recall@1": 0.0, "recall@5": 0.0, "MRR@10": 1 / 7, "nDCG@10": pytest.approx(1 / 3)},
        None,
    )


def test_numbers_of_markers_are_no_facts() -> None:
    asked = replace(ASKED, facts=(("1",),))
    assert measured(asked, GOOD)[0] == {"right": 0.0, "facts": 0.0, "all_facts": 0.0}


def test_notices_tell_facts_too() -> None:
    noticed = replace(GOOD, text=f"{RENT}[1]", notices=("规划期至2035年", "共3万套"))
    scored = score(replace(ASKED, forbidden=()), noticed, DOCUMENTS)
    assert (scored.measures["facts"], scored.right) == (1.0, True)
    refused = replace(noticed, status=Status.UNCLEAR)
    assert score(ASKED, refused, DOCUMENTS).measures["facts"] == 0.0


def test_without_facts_the_evidence_must_be_cited() -> None:
    asked = replace(ASKED, facts=(), evidence=(HOMES_AT, SETTLE_AT))
    half = {"right": 0.0, "citation_recall": 0.5, "facts": None, "all_facts": None, "recall@1": 0.5}
    assert measured(asked, GOOD) == (half, "检索到未用")
    whole = {"facts": None, "all_facts": None}
    assert measured(replace(asked, one_suffices=True), GOOD) == (whole, None)


def test_what_is_no_clause_was_not_parsed() -> None:
    contents = Furniture(FurnitureKind.CONTENTS, HOMES_AT.start, HOMES_AT.end)
    marked = replace(DOCUMENTS["住房"], furniture=(contents,))
    refused = replace(GOOD, status=Status.UNCLEAR)
    assert score(ASKED, refused, {**DOCUMENTS, "住房": marked}).cause == "未解析到"


def test_what_the_catalogue_says_needs_no_citation() -> None:
    asked = Question(
        id="q3", category="provenance", turns=("谁发的",), catalogued=("住房",), facts=(("2024年5月6日",),)
    )
    told = Response(Status.ABOUT_DOCUMENT, "住房意见于2024年5月6日印发。")
    assert score(asked, told, DOCUMENTS).right
    assert score(asked, replace(told, text="住房意见于2024年5月7日印发。"), DOCUMENTS).cause == "答错"


def test_the_catalogue_is_cited_by_its_document() -> None:
    asked = Question(
        id="q3", category="provenance", turns=("谁发的",), catalogued=("住房",), facts=(("2035年",),)
    )
    scored = score(asked, GOOD, DOCUMENTS)
    assert {name for name, value in scored.measures.items() if value is not None} == {
        "right", "answered", "document", "level", "verbatim", "facts", "all_facts", "length"
    }  # fmt: skip
    assert scored.right


@pytest.mark.parametrize(
    ("response", "right", "answered", "cause"),
    [
        (Response(Status.OFF_TOPIC), 1.0, 0.0, None),
        (Response(Status.UNCLEAR), 0.0, 0.0, "拒答理由不对"),
        (GOOD, 0.0, 1.0, "该拒而答"),
        (Response(Status.ERROR, fault="KeyError()"), 0.0, 0.0, "出错"),
    ],
)
def test_questions_to_be_refused(
    response: Response, right: float, answered: float, cause: str | None
) -> None:
    scored = score(DUE, response, DOCUMENTS)
    measures = {name: value for name, value in scored.measures.items() if value is not None}
    assert (measures, scored.cause) == ({"right": right, "outcome": right, "answered": answered}, cause)


# Figures of many


def test_summary_by_hand() -> None:
    crashed = Response(Status.ERROR, fault="KeyError()", seconds=0.1)
    asked = [
        (ASKED, GOOD),
        (replace(ASKED, id="q2"), replace(GOOD, status=Status.UNCLEAR, seconds=0.2)),
        (replace(ASKED, id="q3"), crashed),
        (DUE, replace(GOOD, confidence=0.8, seconds=0.3)),
        (replace(DUE, id="n2"), Response(Status.UNCLEAR, seconds=0.4)),
        (replace(DUE, id="n3"), crashed),
    ]
    found = summarise([score(question, response, DOCUMENTS) for question, response in asked])
    assert {name: figure.questions for name, figure in found.figures[ALL].items() if figure.questions} == {
        **dict.fromkeys(PERFECT, 3), "right": 6, "answered": 6, "outcome": 3,
        **dict.fromkeys(("citation_precision", "document", "level", "verbatim", "forbidden", "length"), 1),
    }  # fmt: skip
    assert found.figures["number"]["right"] == Figure(1 / 3, 1 / 3, 1 / 3, 3)  # one evidence, one group
    assert found.figures["refusal"]["outcome"] == Figure(0.0, 0.0, 0.0, 3)
    assert list(found.figures) == [ALL, "number", "refusal"]
    # Of the crashes none is a refusal, due or not.
    assert (found.questions, found.refusal_precision, found.refusal_recall, found.false_refusals) == (
        6,
        1 / 2,
        1 / 3,
        1 / 3,
    )
    assert found.risk_curve == [(0.5, 0.0), (1.0, 0.5)]
    assert found.risk_area == 0.25
    assert found.outcomes == [
        ("answered", "answered", 1), ("answered", "error", 1), ("answered", "unclear", 1),
        ("off_topic", "answered", 1), ("off_topic", "error", 1), ("off_topic", "unclear", 1),
    ]  # fmt: skip
    assert found.causes == {"误拒": 1, "出错": 2, "该拒而答": 1, "拒答理由不对": 1}
    assert (found.seconds_median, found.seconds_p95) == (0.2, 0.5)


def test_summary_of_nothing() -> None:
    found = summarise([])
    assert found == Summary(
        questions=0,
        figures={ALL: dict.fromkeys(MEASURES, Figure(None, None, None, 0))},
        refusal_precision=None,
        refusal_recall=None,
        false_refusals=None,
        risk_area=None,
        risk_curve=[],
        outcomes=[],
        causes={},
        seconds_median=0.0,
        seconds_p95=0.0,
    )
