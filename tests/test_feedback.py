"""Feedback is kept with the record of its answer, goes with it, and becomes questions that a person completes."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant import Answer, Citation, Status
from assistant.commands.app import NAME, app
from assistant.feedback import Feedback, Reason, candidate, candidates, give
from assistant.records import Record, Records, chosen_records
from eval.questions import Question, Span, check_questions
from index import PolicyError
from index.datatypes import Document, Metadata

TEXT = "第一条 公园全年开放。\n第二条 园内设儿童乐园8处。\n"
QUOTE = "园内设儿童乐园8处。"
START = TEXT.index(QUOTE)
DOCUMENT = Document("公园", TEXT, Metadata(name="公园办法"))
CITATION = Citation(
    1, "公园", "公园办法", "第二条", "第二条", "", QUOTE, START, START + len(QUOTE), "公园办法第二条"
)
ANSWER = Answer("公园有多少儿童乐园", Status.ANSWERED, f"公园办法:{QUOTE}[1]", (CITATION,))
REFUSAL = Answer("公园明年拆不拆", Status.NOT_IN_CORPUS, "没有查到。", nearest=CITATION)
IDS = tuple(character * 32 for character in "abcdef")
NOW = "2026-03-01T01:05:00.000+00:00"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with closing(Records(tmp_path / "records" / "answers.sqlite3", days=30)) as opened:
        yield opened


def record(id_: str, answer: Answer = ANSWER, thread: str | None = None) -> Record:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Record(id_, at, thread, "f1", "三题", None, {}, replace(answer, id=id_))


def given(records: Records) -> list[tuple[str, bool, Reason | None, str]]:
    return [(f.answer[0], f.good, f.reason, f.comment) for _, f in records.rated()]


# kept


def test_feedback_is_kept_with_its_record_and_the_last_counts(records: Records) -> None:
    kept = record(IDS[0])
    records.add(kept)
    first = give(records, IDS[0], good=False, reason=Reason.WRONG_CITATION, comment=" 应看第一条 ")
    assert first == Feedback(IDS[0], first.at if first else "", False, Reason.WRONG_CITATION, "应看第一条")
    assert list(records.rated()) == [(kept, first)]
    last = give(records, IDS[0], good=True)
    assert list(records.rated()) == [(kept, last)]
    assert last == Feedback(IDS[0], last.at if last else "", True, None, "")


def test_a_thumb_up_has_no_reason(records: Records) -> None:
    records.add(record(IDS[0]))
    give(records, IDS[0], good=True, reason=Reason.OUTDATED, comment="清楚")
    assert given(records) == [("a", True, None, "清楚")]


def test_identifiers_in_a_comment_are_masked(records: Records) -> None:
    records.add(record(IDS[0]))
    give(records, IDS[0], good=False, comment="打13800138000找我\udcff\x00")
    assert given(records) == [("a", False, None, "打〔手机号〕找我?\x00")]
    assert b"13800138000" not in b"".join(path.read_bytes() for path in records.path.parent.iterdir())


@pytest.mark.parametrize("unknown", [IDS[1], IDS[0][:12], "", "%", "' OR 1=1 --", "\udcff", "a" * 10_000])
def test_an_unknown_answer_is_told(records: Records, unknown: str) -> None:
    assert give(records, unknown, good=True) is None  # no file yet
    assert not records.path.exists()
    records.add(record(IDS[0]))
    assert give(records, unknown, good=True) is None
    assert given(records) == []


def test_a_long_comment_is_refused_whole(records: Records) -> None:
    records.add(record(IDS[0]))
    with pytest.raises(PolicyError) as fault:
        give(records, IDS[0], good=False, comment="长" * 501)
    assert str(fault.value) == "意见太长(上限500字),请写短一些"
    assert given(records) == []


def test_the_latest_feedback_comes_first(records: Records) -> None:
    for at, id_ in enumerate(IDS[:3]):
        records.add(record(id_))
        assert records.rate(Feedback(id_, f"2026-03-0{3 - at}T00:00:00.000+00:00", True, None, ""))
    assert [rated[0] for rated in given(records)] == ["a", "b", "c"]
    assert [one.id[0] for one, _ in records.rated(2)] == ["a", "b"]


# gone


def test_forgotten_with_its_record_to_the_last_byte(records: Records) -> None:
    for id_, thread in zip(IDS[:3], ("甲", "乙", "乙"), strict=True):
        records.add(record(id_, thread=thread))
        give(records, id_, good=False, comment=f"{thread}的秘密{id_[0]}")
    give(records, IDS[1], good=False, comment="又说")
    assert records.forget("乙") == 2
    assert given(records) == [("a", False, None, "甲的秘密a")]
    left = b"".join(path.read_bytes() for path in records.path.parent.iterdir())
    assert ("甲的秘密a".encode() in left, "乙的秘密".encode() in left) == (True, False)
    assert records.forget(IDS[0]) == 1
    assert given(records) == []


def test_gone_when_its_record_is_too_old(records: Records) -> None:
    records.add(record(IDS[0]))
    with closing(sqlite3.connect(records.path)) as connection, connection:
        connection.execute("INSERT INTO feedback VALUES (?, ?, 1, NULL, '')", (IDS[0], NOW))
        connection.execute("UPDATE answers SET at = '2020-01-01T00:00:00.000+00:00'")
    assert given(records) == []
    assert give(records, IDS[0], good=True) is None
    records.add(record(IDS[1]))
    with closing(sqlite3.connect(records.path)) as connection:
        assert connection.execute("SELECT count(*) FROM feedback").fetchone() == (0,)


def test_records_of_the_first_version_are_taken_over(records: Records) -> None:
    kept = record(IDS[0], thread="甲")
    records.add(kept)
    records.close()
    with closing(sqlite3.connect(records.path)) as connection, connection:
        connection.executescript(
            "DROP TRIGGER feedback_goes_with_its_answer; DROP TABLE feedback;"
            "DROP TRIGGER title_goes_with_its_last_answer; DROP TABLE titles;"
            "DROP TABLE complaints; DROP TABLE requests"
        )
        connection.execute("PRAGMA user_version = 1")
    assert records.latest(1) == (kept,)
    assert give(records, IDS[0], good=True) is not None
    assert given(records) == [("a", True, None, "")]


# candidates for gold questions


def feedback(
    id_: str = IDS[0], *, good: bool = False, reason: Reason | None = None, comment: str = ""
) -> Feedback:
    return Feedback(id_, NOW, good, reason, comment)


def test_what_was_good_needs_only_the_facts() -> None:
    row = candidate(record(IDS[0]), feedback(good=True, comment="清楚"))
    assert row == {
        "id": "feedback-aaaaaaaaaaaa",
        "category": "number",
        "turns": ["公园有多少儿童乐园"],
        "answerable": True,
        "evidence": [{"document": "公园", "quote": QUOTE}],
        "facts": [["〔请填:回答必须说到的原词〕读者反馈: 👍 清楚"]],
        "forbidden": [],
    }


def test_what_was_bad_needs_its_quote_too() -> None:
    row = candidate(record(IDS[0]), feedback(reason=Reason.WRONG_CITATION, comment="应看第一条"))
    assert (row["evidence"], row["facts"]) == (
        [
            {
                "document": "公园",
                "quote": "〔请填:应引用的原文,在文件里恰好出现一次〕当时引用:公园办法第二条",
            }
        ],
        [["〔请填:回答必须说到的原词〕读者反馈: 👎 引用不对 应看第一条"]],
    )


def test_a_refusal_found_right_is_complete_and_one_found_wrong_is_to_be_answered() -> None:
    refused = record(IDS[0], REFUSAL)
    right = candidate(refused, feedback(good=True))
    assert right == {
        "id": "feedback-aaaaaaaaaaaa",
        "category": "refusal",
        "turns": ["公园明年拆不拆"],
        "answerable": False,
        "outcome": "not_in_corpus",
        "evidence": [],
        "facts": [],
        "forbidden": [],
    }
    wrong = candidate(refused, feedback(reason=Reason.BESIDE_THE_POINT))
    assert (wrong["category"], wrong["answerable"], wrong["evidence"]) == (
        "fact",
        True,
        [
            {
                "document": "公园",
                "quote": "〔请填:应引用的原文,在文件里恰好出现一次〕当时引用:公园办法第二条",
            }
        ],
    )


@pytest.mark.parametrize(
    ("question", "status", "text", "category"),
    [
        ("公园办法还有效吗", Status.ABOUT_DOCUMENT, "", "validity"),
        ("公园办法谁发的", Status.ABOUT_DOCUMENT, "", "provenance"),
        ("第三条说什么", Status.ANSWERED, "", "clause"),
        ("第三章第二节说什么", Status.ANSWERED, "", "section"),
        ("有哪些公园", Status.ANSWERED, "", "list"),
        ("外地人能落户吗", Status.ANSWERED, "", "hukou"),
        ("公租房怎么建", Status.ANSWERED, "", "housing"),
        ("公园归谁管", Status.ANSWERED, "", "fact"),
        ("公园归谁管", Status.ANSWERED, "【大连】没有查到", "compare"),
        ("公园归谁管", Status.ANSWERED, "文件的说法与问题里的不一样\uff1a", "premise"),
    ],
)
def test_the_category_is_guessed(question: str, status: Status, text: str, category: str) -> None:
    answer = Answer(question, status, text)
    assert candidate(record(IDS[0], answer), feedback())["category"] == category


def test_earlier_turns_are_told_and_what_was_withheld_is_not(records: Records) -> None:
    private = Answer("〔问题含个人信息〕", Status.PERSONAL_DATA, "请不要填写。")
    asked = [replace(ANSWER, question=f"第{n}问") for n in "一二三四五"]
    for id_, answer in zip(IDS, [*asked[:3], private, *asked[3:]], strict=True):
        records.add(record(id_, answer, thread="甲"))
    for id_ in (IDS[0], IDS[3], IDS[5]):
        give(records, id_, good=True)
    turns = {str(row["id"])[9]: (row["turns"], row["category"]) for row in candidates(records)}
    assert turns == {"f": (["第三问", "第四问", "第五问"], "multiturn"), "a": (["第一问"], "fact")}


def test_rows_are_refused_until_they_are_filled_in() -> None:
    row = candidate(record(IDS[0]), feedback(comment="数不对"))
    with pytest.raises(PolicyError) as fault:
        check_questions("f.jsonl", [("第 1 行", row)], [DOCUMENT])
    assert str(fault.value).startswith(
        "f.jsonl 第 1 行:引文“〔请填:应引用的原文,在文件里恰好出现一次〕当时引用:公园办法第二条”在文件 公园 里有 0 处"
    )
    row["evidence"] = [{"document": "公园", "quote": QUOTE}]
    with pytest.raises(PolicyError) as fault:
        check_questions("f.jsonl", [("第 1 行", row)], [DOCUMENT])
    assert "〔请填:回答必须说到的原词〕读者反馈: 👎 数不对" in str(fault.value)
    row["facts"] = [["8处"]]
    assert check_questions("f.jsonl", [("第 1 行", row)], [DOCUMENT]) == (
        Question(
            "feedback-aaaaaaaaaaaa",
            "number",
            ("公园有多少儿童乐园",),
            evidence=(Span("公园", START, START + len(QUOTE)),),
            facts=(("8处",),),
        ),
    )
    refused = candidate(record(IDS[1], REFUSAL), feedback(good=True))
    (question,) = check_questions("f.jsonl", [("第 1 行", refused)], [DOCUMENT])
    assert (question.outcome, question.evidence) == (Status.NOT_IN_CORPUS, ())


# commands


def run(*arguments: str) -> tuple[int, str, str]:
    result: Result = CliRunner().invoke(app, ("feedback", *arguments), prog_name=NAME)
    return result.exit_code, result.stdout, result.stderr


def test_commands_list_and_export(tmp_path: Path) -> None:
    assert run("list") == (0, "没有反馈\n", "")
    assert run("export") == (0, "", "")
    with closing(chosen_records()) as records:
        records.add(record(IDS[0]))
        records.add(record(IDS[1], REFUSAL))
        records.rate(Feedback(IDS[0], NOW, False, Reason.OTHER, "数\n不对"))
        records.rate(Feedback(IDS[1], "2026-02-01T00:00:00.000+00:00", True, None, ""))
    first = f"{datetime.fromisoformat(NOW).astimezone():%Y-%m-%d %H:%M:%S}"
    code, listed, _ = run("list", "-n", "1")
    assert (code, listed) == (0, f"aaaaaaaaaaaa  {first}  👎 其他  公园有多少儿童乐园\n    数 不对\n")
    assert json.loads(run("list", "-n", "1", "--json")[1]) == {
        "feedback": [
            {
                "answer": IDS[0],
                "at": NOW,
                "good": False,
                "reason": "其他",
                "comment": "数\n不对",
                "question": "公园有多少儿童乐园",
            }
        ]
    }
    rows = [json.loads(line) for line in run("export")[1].splitlines()]
    assert [row["id"] for row in rows] == ["feedback-aaaaaaaaaaaa", "feedback-bbbbbbbbbbbb"]
    assert run("export", "--output", "f.jsonl") == (
        0,
        "已导出 2 道候选评测题到 f.jsonl\n"
        "标着〔请填…〕的地方要由人填好,填完用 policy-assistant eval --gold f.jsonl 检验\n",
        "",
    )
    assert [json.loads(line) for line in (tmp_path / "f.jsonl").read_text("utf-8").splitlines()] == rows
    assert run("export", "--output", "f.jsonl") == (1, "", "f.jsonl 已经存在,请换一个文件名\n")
