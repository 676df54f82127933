"""A chat model that lies or is told to: what does not hold is not shown."""

import json

import pytest

from assistant import Answer
from tests.llm_server import Reply, Request, written
from tests.written_room import (
    GOOD,
    HONEST,
    PLAN,
    SENTENCE,
    UNVERIFIED,
    WORDS,
    Room,
    stands_in,
)


@pytest.mark.parametrize("passage", [99, 0, -1, "一", "1", "1,2-5", "【1】", None, True, 1.0, [1]])
def test_l9_a_passage_number_that_is_none(room: Room, extracted: Answer, passage: object) -> None:
    claim = {"text": HONEST, "quotes": [{"passage": passage, "words": WORDS}]}
    text = '{"answers": "fully"}' + json.dumps(claim, ensure_ascii=False)
    stands_in(room.ask(text), extracted, UNVERIFIED)


@pytest.mark.parametrize(
    "quotes",
    [None, {}, "全面取消", [], [None], ["全面取消"], [{}], [{"passage": 1}], [{"passage": 1, "words": 5}]],
)
def test_l9_quotes_of_another_form(room: Room, extracted: Answer, quotes: object) -> None:
    text = '{"answers": "fully"}' + json.dumps({"text": HONEST, "quotes": quotes}, ensure_ascii=False)
    stands_in(room.ask(text), extracted, UNVERIFIED)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(HONEST, "凡在大连居住的一律可以落户", id="not in the corpus"),
        pytest.param(HONEST, "全面取消非户籍常住人口的落户条件", id="one character"),
        pytest.param(HONEST, "落户限制,建立城乡人口双向自由有序流动通道", id="joined"),
        pytest.param(HONEST, "全面取消非戶籍常住人口的落戶限制", id="traditional"),
        pytest.param("大连全面放开落户,每人补贴3000元。", WORDS, id="invented number"),
        pytest.param("长春全面取消非户籍常住人口的落户限制。", WORDS, id="invented place"),
        pytest.param("根据第九十九条,大连全面取消落户限制。", WORDS, id="invented clause"),
        pytest.param("大连实行非户籍常住人口的落户限制。", WORDS, id="negation dropped"),
    ],
)
def test_l10_what_does_not_hold_is_not_shown(room: Room, extracted: Answer, text: str, words: str) -> None:
    stands_in(room.ask(written((text, (1, words)))), extracted, UNVERIFIED)
    mixed = room.ask(written((text, (1, words)), (HONEST, (1, WORDS))))
    assert mixed.text == f"{PLAN}\uff1a{HONEST}[1]"


def test_l10_a_quote_of_another_document_is_not_shown(room: Room, extracted: Answer) -> None:
    def script(request: Request) -> Reply:
        other = next(number for number, text in request.passages.items() if WORDS not in text)
        return Reply(written((HONEST, (other, WORDS))))

    stands_in(room.ask(script), extracted, UNVERIFIED)


def test_l10_other_width_is_the_same_and_the_document_s_characters_are_shown(room: Room) -> None:
    answer = room.ask(written((HONEST, (1, "全面取消 非户籍常住人口的\n落户限制\uff0c逐步构建"))))
    assert [citation.quote for citation in answer.citations] == [SENTENCE]


def test_a_fluent_statement_beside_an_unrelated_quote_gives_way_to_the_quote(room: Room) -> None:
    answer = room.ask(written(("您放心来吧\uff0c手续很简便\uff0c当天就办好。", (1, WORDS))))
    assert answer.text == f"{PLAN}\uff1a{SENTENCE}[1]"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"```json\n{GOOD}\n```", id="fence"),
        pytest.param(f"好的\uff0c以下是回答\uff1a\n{GOOD}\n以上供参考。", id="preface"),
        pytest.param(f"<think>先看{{第1段}}</think>\n{GOOD}", id="thinking"),
        pytest.param("[" + GOOD.replace("\n", ",\n") + "]", id="list"),
        pytest.param(GOOD.replace("\n", ""), id="one line"),
        pytest.param(GOOD.replace("}\n", ', "statements": [5, ', 1) + "]}", id="one object"),
        pytest.param(
            json.dumps(json.loads(GOOD.split("\n")[0]))
            + json.dumps(json.loads(GOOD.split("\n")[1]), indent=2),
            id="many lines",
        ),
    ],
)
def test_l12_and_l13_what_stands_around_the_structure(room: Room, text: str) -> None:
    answer = room.ask(Reply(text, thinking="让我想想"))
    assert answer.text == f"{PLAN}\uff1a{HONEST}[1]"
