"""The commands `ask` and `search`: outputs as people and programs see them."""

import json
import re

import pytest

from tests.command_line import SECOND_ARTICLE, TOO_LONG, UNCLEAR, outcome, run

# ask


def test_ask_shows_text_and_citations(park: str) -> None:
    assert outcome(run("ask", "公园第二条", "--store", park)) == (0, SECOND_ARTICLE, "")


def test_ask_reads_the_question_from_stdin(park: str) -> None:
    assert outcome(run("ask", "-", "--store", park, stdin="公园第二条\n")) == (0, SECOND_ARTICLE, "")


@pytest.mark.parametrize(
    "question",
    [
        "公園第二條",
        "公园第\uff12条",
        "公\u200b园第\ufeff二条",
        "公园\x1b第\x00二\x07条",
        "公园第\udcff二条",
        " 公园\t第二条\r\n",
    ],
    ids=["traditional", "full-width", "zero-width", "control", "surrogate", "white space"],
)
def test_ask_answers_other_spellings_alike(question: str, park: str) -> None:
    assert outcome(run("ask", question, "--store", park)) == (0, SECOND_ARTICLE, "")


def test_ask_json_holds_the_whole_answer(park: str) -> None:
    result = run("ask", "公园第二条", "--store", park, "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert list(answer) == [
        "question",
        "status",
        "text",
        "citations",
        "notices",
        "passages",
        "nearest",
        "label",
        "standalone",
        "choices",
        "confidence",
        "id",
        "seconds",
        "answered",
    ]
    assert (answer["question"], answer["status"], answer["answered"]) == ("公园第二条", "answered", True)
    assert answer["text"] == SECOND_ARTICLE.splitlines()[0]
    assert answer["citations"] == [
        {
            "number": 1,
            "document_id": "公园",
            "document_title": "测试市公园管理办法",
            "clause": "第二条",
            "clause_id": "第一章/第二条",
            "heading": "总则",
            "quote": "第二条 公园全年开放,每日开放时间为六时至二十二时。",
            "start": 38,
            "end": 64,
            "form": "《测试市公园管理办法》第二条“总则”",
        }
    ]
    assert 0 < answer["seconds"] < 60


@pytest.mark.parametrize(
    "question",
    ["", "   ", "\uff1f!。…", "\u200b\u200d\ufeff", "\udcff\udcfe", "\x00\x1b\x07"],
    ids=["empty", "blank", "punctuation", "zero-width", "surrogates", "control"],
)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_what_is_no_question_is_asked_again(command: str, question: str, park: str) -> None:
    assert outcome(run(command, question, "--store", park)) == (0, UNCLEAR, "")


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_long_question_is_refused(command: str, park: str) -> None:
    assert outcome(run(command, "问" * 1001, "--store", park)) == (0, TOO_LONG, "")
    assert outcome(run(command, "-", "--store", park, stdin="问" * 1001 + "\n")) == (0, TOO_LONG, "")


def test_a_question_of_the_greatest_length_is_read(park: str) -> None:
    assert "问题太长" not in run("ask", "-", "--store", park, stdin="园" * 1000 + "\r\n").stdout


def test_a_refusal_is_a_reply_and_no_failure(park: str) -> None:
    result = run("ask", "你会写诗吗?帮我写一首", "--store", park, "--json")
    assert (result.exit_code, json.loads(result.stdout)["answered"]) == (0, False)


# search


def test_search_shows_where_and_why(park: str) -> None:
    result = run("search", "乱扔垃圾", "-k", "1", "--store", park)
    rank, text, why, place, empty = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.fullmatch(r"1\. \d\.\d\d  测试市公园管理办法 第三条第\(二\)项 管理", rank)
    assert text == "(二)乱扔垃圾。"
    measure = r" \d\.\d\d"
    assert re.fullmatch(
        f"    词{measure} · 字对{measure} · 相关提问的词 0\\.00 · 相关提问的字对 0\\.00 · 语义{measure}"
        f" · 相关提问的语义 0\\.00 · 覆盖{measure} · 所问的数字、时间等 0\\.00",
        why,
    )
    assert place == "    index show '公园' --clause '第二章/第三条/(二)'"
    assert empty == ""


def test_search_json(park: str) -> None:
    result = run("search", "乱扔垃圾", "-k", "2", "--store", park, "--json")
    passages = json.loads(result.stdout)["passages"]
    assert [len(passages), passages[0]["clause_id"], passages[0]["text"]] == [
        2,
        "第二章/第三条/(二)",
        "(二)乱扔垃圾。",
    ]
