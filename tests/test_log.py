"""The commands `log list`, `log show`, `log export`, `log forget`."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant import Answer, Citation, Passage, Status
from assistant.commands.app import NAME, app
from assistant.ended import ENDED
from assistant.records import Record, chosen_records

CITATION = Citation(
    1, "公园", "公园办法", "第一条", "第一条", "", "公园全年开放。", 4, 11, "《公园办法》第一条"
)
PASSAGE = Passage(
    "公园全年开放。", "公园", "公园办法", "第一条", "第一条", "总则", 4, 11, 0.75, (("words", 0.5),)
)
ANSWERED = Answer(
    "公园开放吗",
    Status.ANSWERED,
    "公园办法:公园全年开放。[1]",
    (CITATION,),
    ("来源未注明",),
    (PASSAGE,),
    confidence=0.875,
    seconds=0.25,
)
REFUSED = Answer("火星能落户吗", Status.ANOTHER_PLACE, "没有火星的文件。", seconds=0.01)
AT = datetime.now(UTC).isoformat(timespec="milliseconds")
LOCAL = f"{datetime.fromisoformat(AT).astimezone():%Y-%m-%d %H:%M:%S}"
FIRST, SECOND = "ab" * 16, "cd" * 16


@pytest.fixture(autouse=True)
def _two_records() -> None:
    records = chosen_records()
    for id_, thread, answer in ((FIRST, "甲", ANSWERED), (SECOND, None, REFUSED)):
        prompts = {"connectives.toml": "c1", "replies.toml": "d1"}
        kept = replace(answer, id=id_)
        records.add(Record(id_, AT, thread, "f" * 64, "三题", "qwen" if thread else None, prompts, kept))
    records.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("log", *arguments), prog_name=NAME)


def outcome(result: Result) -> tuple[int, str, str]:
    return result.exit_code, result.stdout, result.stderr


def test_list_shows_the_latest_first() -> None:
    first = f"{FIRST[:12]}  {LOCAL}  已回答  公园开放吗\n"
    second = f"{SECOND[:12]}  {LOCAL}  外地的事  火星能落户吗\n"
    assert outcome(run("list")) == (0, second + first, "")
    assert outcome(run("list", "-n", "1")) == (0, second, "")
    assert outcome(run("list", "--thread", "甲")) == (0, first, "")
    assert outcome(run("list", "--thread", "乙")) == (0, "没有记录\n", "")


def test_list_json() -> None:
    assert json.loads(run("list", "-n", "1", "--json").stdout) == {
        "records": [
            {
                "id": SECOND,
                "at": AT,
                "thread": None,
                "status": "another_place",
                "question": "火星能落户吗",
                "confidence": 0.0,
                "seconds": 0.01,
            }
        ]
    }


SHOWN = f"""问题: 公园开放吗
{LOCAL} · 已回答(answered) · 把握 0.88 · 用时 0.25 秒
会话 甲 · 编号 {FIRST}

公园办法:公园全年开放。[1]

[1] 《公园办法》第一条
    index show '公园' --clause '第一条'

注意: 来源未注明

找到的段落:
1. 0.75  公园办法 第一条 总则
公园全年开放。
    词 0.50
    index show '公园' --clause '第一条'

索引 ffffffffffff · 向量模型 三题
大模型 qwen
提示 connectives.toml c1 replies.toml d1
"""


def test_show_reopens_an_answer_with_what_it_was_made_of() -> None:
    assert outcome(run("show", FIRST)) == (0, SHOWN, "")
    assert outcome(run("show", "ab")) == (0, SHOWN, "")
    fault = "没有编号为 ef 的记录,请用 policy-assistant log list 查看完整编号\n"
    assert outcome(run("show", "ef")) == (1, "", fault)


def test_show_json_is_the_line_that_is_exported() -> None:
    shown = json.loads(run("show", FIRST, "--json").stdout)
    assert shown["answer"]["citations"][0]["quote"] == "公园全年开放。"
    exported = run("export")
    assert (exported.exit_code, exported.stderr) == (0, "")
    assert [json.loads(line)["id"] for line in exported.stdout.splitlines()] == [FIRST, SECOND]
    assert json.loads(exported.stdout.splitlines()[0]) == shown


def test_export_writes_a_new_file_for_its_owner(tmp_path: Path) -> None:
    said = "已导出 1 条记录到 out.jsonl\n"
    assert outcome(run("export", "--thread", "甲", "--output", "out.jsonl")) == (0, said, "")
    written = (tmp_path / "out.jsonl").read_text("utf-8")
    assert (written.count("\n"), json.loads(written)["id"]) == (1, FIRST)
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o600
    assert outcome(run("export", "--output", "out.jsonl")) == (1, "", "out.jsonl 已经存在,请换一个文件名\n")
    assert (tmp_path / "out.jsonl").read_text("utf-8") == written
    fault = "无法写入 none/out.jsonl(No such file or directory),请检查路径、权限和磁盘空间\n"
    assert outcome(run("export", "--output", "none/out.jsonl")) == (1, "", fault)


def test_forget_deletes_and_says_how_many() -> None:
    assert outcome(run("forget", "甲")) == (0, "已彻底删除 1 条记录\n", "")
    assert outcome(run("forget", "甲")) == (0, "没有这个会话的记录\n", "")
    assert run("forget", SECOND, "--json").stdout == '{\n  "forgotten": 1\n}\n'
    assert outcome(run("list")) == (0, "没有记录\n", "")


def test_a_damaged_file_is_told_in_one_line() -> None:
    file = chosen_records().path
    file.write_bytes(b"no database" * 1000)
    said = f"问答记录 {file} 已损坏(file is not a database):请把它移走,下次提问时会另建新的\n"
    assert [
        outcome(run(*command)) for command in (["list"], ["show", "ab"], ["export"], ["forget", "甲"])
    ] == [(1, "", said)] * 4


def test_every_status_has_its_words() -> None:
    assert set(ENDED) == set(Status)


def test_help_names_the_commands() -> None:
    assert re.findall(r"^  ([a-z]+) ", run("--help").stdout, re.MULTILINE) == [
        "list",
        "show",
        "export",
        "forget",
        "requests",
    ]
