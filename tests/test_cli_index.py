"""The commands `index sync` and `index show`: outputs, exit codes, faults."""

import json
import re
from pathlib import Path

import pytest

from tests.command_line import PARK, outcome, run

# index sync


def test_sync_tells_what_it_did(tmp_path: Path) -> None:
    docs, store = tmp_path / "docs", tmp_path / "store"
    docs.mkdir()
    (docs / "公园.txt").write_text(PARK, encoding="utf-8")
    arguments = ("index", "sync", str(docs), "--store", str(store))
    stages = "读取文件 1/1\n计算向量 5/5\n建立索引 4/4\n"
    assert outcome(run(*arguments)) == (0, "写入 1,未变 0,删除 0,失败 0\n", stages)
    assert outcome(run(*arguments)) == (0, "写入 0,未变 1,删除 0,失败 0\n", "读取文件 1/1\n")

    (docs / "空.txt").write_text(" \n", encoding="utf-8")
    reason = "空.txt 里没有文字,请换成有内容的文件,或从文件夹中移走它"
    report = f"写入 0,未变 1,删除 0,失败 1\n  空.txt:{reason}\n"
    assert outcome(run(*arguments)) == (3, report, "读取文件 2/2\n")
    result = run(*arguments, "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout) == {
        "written": [],
        "skipped": ["公园.txt"],
        "deleted": [],
        "failed": [{"path": "空.txt", "reason": reason}],
        "notices": [],
    }

    (docs / "公园.txt").unlink()
    assert run(*arguments).stdout == ""  # nothing goes without being asked for
    result = run(*arguments, "--prune")
    assert (result.exit_code, result.stdout) == (1, report.replace("未变 1,删除 0", "未变 0,删除 1"))


def test_sync_tells_of_questions_without_use_and_does_not_fail(tmp_path: Path) -> None:
    docs, store = tmp_path / "docs", tmp_path / "store"
    docs.mkdir()
    (docs / "公园.txt").write_text(PARK, encoding="utf-8")
    row = {"document": "公园管理办法", "quote": "第二条 公园全年开放", "questions": ["公园几点开门"]}
    (docs / "questions.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    notice = (
        "questions.jsonl 第 1 行写的文件编号“公园管理办法”在这个文件夹里没有,没有用上:"
        "编号是文件名去掉后缀,或 corpus.toml 里写的 id,请改正或删去"
    )
    arguments = ("index", "sync", str(docs), "--store", str(store))
    assert run(*arguments).stdout == f"写入 1,未变 0,删除 0,失败 0\n  {notice}\n"
    again = run(*arguments)
    assert (again.exit_code, again.stdout) == (0, f"写入 0,未变 1,删除 0,失败 0\n  {notice}\n")
    assert json.loads(run(*arguments, "--json").stdout)["notices"] == [notice]


def test_sync_faults(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("公园", encoding="utf-8")
    assert outcome(run("index", "sync", "none", "--store", "s")) == (1, "", "没有文件夹 none,请检查路径\n")
    assert outcome(run("index", "sync", "file.txt", "--store", "s")) == (
        1,
        "",
        "没有文件夹 file.txt,请检查路径\n",
    )
    assert run("index", "sync", "empty", "--store", "s").exit_code == 1
    fault = run("index", "sync", "empty", "--store", "s").stderr.splitlines()[-1]
    assert re.fullmatch(r"文件夹 empty 里没有可以收录的文件,请放入 .*\.txt.* 文件", fault)
    assert outcome(run("index", "sync", "empty", "--store", "file.txt")) == (
        1,
        "",
        "无法建立文件夹 file.txt(File exists),请检查路径和权限\n",
    )


# index show


def test_show_lists_the_documents(park: str) -> None:
    listed = "公园\n    测试市公园管理办法\n    来源未注明 · 7个条款\n"
    assert outcome(run("index", "show", "--store", park)) == (0, listed, "")
    assert json.loads(run("index", "show", "--store", park, "--json").stdout) == {
        "documents": [
            {
                "id": "公园",
                "title": "测试市公园管理办法",
                "kind": "来源未注明",
                "issued": None,
                "valid_from": None,
                "valid_until": None,
                "clauses": 7,
            }
        ]
    }


TREE = """公园
    测试市公园管理办法
    来源未注明 · 7个条款

第一章 总则
  第一条  〔15字〕为了加强公园管理,制定本办法。
  第二条  〔22字〕公园全年开放,每日开放时间为六时至二十二时。
第二章 管理
  第三条  〔10字〕公园内禁止下列行为:
    (一)  〔5字〕攀折花木;
    (二)  〔5字〕乱扔垃圾。

条款之外: 标题 1,空白 1
"""


@pytest.mark.parametrize("name", ["公园", "测试市公园管理办法", "《测试市公园管理办法》"])
def test_show_prints_the_clause_tree(name: str, park: str) -> None:
    assert outcome(run("index", "show", name, "--store", park)) == (0, TREE, "")


def test_show_json_holds_the_clause_tree(park: str) -> None:
    shown = json.loads(run("index", "show", "公园", "--store", park, "--json").stdout)
    assert [clause["id"] for clause in shown["clauses"]] == [
        "第一章",
        "第一章/第一条",
        "第一章/第二条",
        "第二章",
        "第二章/第三条",
        "第二章/第三条/(一)",
        "第二章/第三条/(二)",
    ]
    assert shown["furniture"] == {"标题": 1, "空白": 1}


@pytest.mark.parametrize("wanted", ["第三条", "第二章/第三条", " 第 三 条 "])
def test_show_prints_a_clause_whole(wanted: str, park: str) -> None:
    whole = "《测试市公园管理办法》第三条“管理”\n第三条 公园内禁止下列行为:\n(一)攀折花木;\n(二)乱扔垃圾。\n"
    assert outcome(run("index", "show", "公园", "--clause", wanted, "--store", park)) == (0, whole, "")


def test_show_json_holds_the_clause_as_it_stands(park: str) -> None:
    result = run("index", "show", "公园", "--clause", "第三条第\uff08二\uff09项", "--store", park, "--json")
    clause = json.loads(result.stdout)
    assert clause == {
        "document_id": "公园",
        "clause_id": "第二章/第三条/(二)",
        "citation": "第三条第(二)项",
        "form": "《测试市公园管理办法》第三条第(二)项“管理”",
        "start": 96,
        "end": 105,
        "text": PARK[96:105],
    }


def test_show_prints_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    text = PARK.replace("攀折", "\x1b]0;题\x07攀\u202e折")
    (tmp_path / "docs" / "公园.txt").write_text(text, encoding="utf-8")
    run("index", "sync", "docs", "--store", "s")
    shown = run("index", "show", "公园", "--clause", "第三条", "--store", "s").stdout
    assert shown.splitlines()[2] == r"(一)\x1b]0;题\x07攀\u202e折花木;"


def test_show_faults(tmp_path: Path, park: str) -> None:
    assert outcome(run("index", "show", "法", "--store", park)) == (
        1,
        "",
        "没有编号为 法 的文件,现有:公园\n",
    )
    assert outcome(run("index", "show", "公园", "--clause", "第九条", "--store", park)) == (
        1,
        "",
        "测试市公园管理办法 里没有条款“第九条”,请用 index show 公园 查看全部条款\n",
    )
    assert outcome(run("index", "show", "--clause", "第九条", "--store", park)) == (
        1,
        "",
        "没有写是哪份文件,请在 --clause 前写上文件的编号或简称\n",
    )
    (tmp_path / "docs" / "旧").mkdir(parents=True)
    (tmp_path / "docs" / "公园.txt").write_text(PARK, encoding="utf-8")
    (tmp_path / "docs" / "旧" / "公园.txt").write_text(PARK, encoding="utf-8")
    run("index", "sync", "docs", "--store", "two")
    assert outcome(run("index", "show", "测试市公园管理办法", "--store", "two")) == (
        1,
        "",
        "“测试市公园管理办法”是几份文件共有的名称,请改写编号:公园、旧/公园\n",
    )
