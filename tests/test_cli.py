"""The command line, as people and programs see it: outputs, exit codes, faults in one line, start-up."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from assistant.commands.app import NAME, app
from index import sync_folder

PARK = """测试市公园管理办法

第一章 总则
第一条 为了加强公园管理,制定本办法。
第二条 公园全年开放,每日开放时间为六时至二十二时。
第二章 管理
第三条 公园内禁止下列行为:
(一)攀折花木;
(二)乱扔垃圾。
"""
SECOND_ARTICLE = """测试市公园管理办法\uff1a第二条 公园全年开放,每日开放时间为六时至二十二时。[1]
原文摘录

[1] 《测试市公园管理办法》第二条“总则”
    index show '公园' --clause '第一章/第二条'
"""
UNCLEAR = (
    "没有看清您想问什么。请说出想了解的事情\uff0c最好带上地点\uff0c例如“大连的公租房有什么政策\uff1f”。\n"
)
TOO_LONG = "问题太长了\uff08上限1000字\uff09。请用一两句话说明想了解什么。\n"
COMMANDS: tuple[list[str], ...] = (
    [],
    ["ask"],
    ["search"],
    ["index"],
    ["index", "sync"],
    ["index", "show"],
    ["log"],
    ["log", "list"],
    ["log", "forget"],
    ["feedback"],
    ["feedback", "list"],
    ["feedback", "export"],
    ["feedback", "complaints"],
    ["feedback", "reply"],
    ["pause"],
    ["resume"],
)


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of one small document."""
    folder = tmp_path_factory.mktemp("park")
    (folder / "docs").mkdir()
    (folder / "docs" / "公园.txt").write_text(PARK, encoding="utf-8")
    sync_folder(folder / "docs", folder / "store")
    return str(folder / "store")


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin, prog_name=NAME)


def outcome(result: Result) -> tuple[int, str, str]:
    return result.exit_code, result.stdout, result.stderr


def process(
    arguments: Sequence[str | bytes], stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """The command line in a process of its own, its working folder that of the test."""
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", *arguments],
        input=stdin,
        capture_output=True,
        env=_environment(environment),
        timeout=60,
        check=False,
    )


def _environment(more: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **more}


# help, version, usage


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_fits_one_screen_and_speaks_chinese(command: list[str]) -> None:
    result = run(*command, "--help")
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(lines) <= 24
    assert max(map(cell_len, lines)) <= 80
    words = re.sub(r"policy-assistant|questions\.jsonl|--?[a-z]+|JSON|UTF-8", "", result.stdout)
    names = {
        "citizen",
        "official",
        "ask",
        "chat",
        "search",
        "index",
        "sync",
        "show",
        "check",
        "repair",
        "models",
        "fetch",
        "use",
        "selfcheck",
        "serve",
        "eval",
        "log",
        "list",
        "forget",
        "export",
        "requests",
        "feedback",
        "complaints",
        "reply",
        "close",
        "pause",
        "resume",
        "docx",
        "md",
        "html",
        "gold",
    }
    assert set(re.findall(r"[A-Za-z]+", words)) <= names


def test_help_of_a_command_as_it_is() -> None:
    assert outcome(run("index", "show", "--help")) == (
        0,
        """用法: policy-assistant index show [文件] [选项]

查看索引里的文件、条款结构或一条的全文。

参数:
  [文件]  编号、标题或简称;不写就列出全部文件

选项:
  --clause 条款   显示这一条的全文,如“二、(三)12”
  --store 文件夹  索引所在的文件夹;不写就用自己的索引
  --json          输出 JSON(UTF-8),供程序读取
  --help          显示这份帮助
""",
        "",
    )


@pytest.mark.parametrize("command", ([], ["index"]), ids=" ".join)
def test_no_command_shows_the_help(command: list[str]) -> None:
    assert outcome(run(*command)) == outcome(run(*command, "--help"))


def test_version_is_that_of_the_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "policy_assistant-9.8.7.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: policy-assistant\nVersion: 9.8.7\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert outcome(run("--version")) == (0, "policy-assistant 9.8.7\n", "")


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--xx"], "没有选项 --xx,用法见 policy-assistant --help\n"),
        (["xx"], "没有这个命令,用法见 policy-assistant --help\n"),
        (["ask"], "缺少问题,用法见 policy-assistant ask --help\n"),
        (["ask", "公园", "开放"], "参数多了,含空格的文字要加引号,用法见 policy-assistant ask --help\n"),
        (["ask", "公园", "--store"], "选项 --store 的写法不对,用法见 policy-assistant --help\n"),
        (["search", "公园", "-k", "0"], "-k 数目的值不对,用法见 policy-assistant search --help\n"),
        (["index", "xx"], "没有这个命令,用法见 policy-assistant index --help\n"),
        (["index", "sync"], "缺少文件夹,用法见 policy-assistant index sync --help\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_told_in_one_line(arguments: list[str], fault: str) -> None:
    assert outcome(run(*arguments)) == (2, "", fault)


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
        f"    词{measure} · 字对{measure} · 相关提问的字对 0\\.00 · 语义{measure} · 相关提问的语义 0\\.00"
        f" · 覆盖{measure} · 相关提问的覆盖 0\\.00 · 所问的数字或时间 0\\.00",
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
    }

    (docs / "公园.txt").unlink()
    assert run(*arguments).stdout == ""  # nothing goes without being asked for
    result = run(*arguments, "--prune")
    assert (result.exit_code, result.stdout) == (1, report.replace("未变 1,删除 0", "未变 0,删除 1"))


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


# faults of every command


@pytest.mark.parametrize("command", (["ask", "公园"], ["search", "公园"], ["index", "show"]), ids=" ".join)
def test_no_such_store(command: list[str]) -> None:
    fault = "none 里还没有可用的索引,请先运行 policy-assistant index sync 建立\n"
    assert outcome(run(*command, "--store", "none")) == (1, "", fault)


def test_a_damaged_store_is_made_anew_from_its_record(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "公园.txt").write_text(PARK, encoding="utf-8")
    run("index", "sync", "docs", "--store", "store")
    before = run("ask", "公园", "--store", "store").stdout
    (manifest,) = (tmp_path / "store" / "generations").glob("*/manifest.json")
    manifest.write_text("{", encoding="utf-8")
    result = run("ask", "公园", "--store", "store")
    assert (result.exit_code, result.stdout) == (0, before)


def test_an_unexpected_fault_is_one_line_and_its_traceback_is_for_debug(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff")
    fault = process(["index", "show"]).stderr.decode()
    assert fault.count("\n") == 1
    assert re.fullmatch(
        r"出了意外的故障\(UnicodeDecodeError.*\),请重试;"
        r"若反复出现,请在命令前加 --debug 再运行,把输出交给管理员\n",
        fault,
    )
    debug = process(["--debug", "index", "show"]).stderr.decode()
    assert "Traceback" in debug
    assert debug.endswith(fault)


def test_a_fault_while_answering_is_a_reply_and_a_failure(park: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk gone")

    monkeypatch.setattr("index.store.Store.cosines", fail)
    reply = "查阅文件时出了故障\uff0c这次没能回答。请稍后再试\uff1b若反复出现\uff0c请管理员检查索引。\n"
    assert outcome(run("ask", "公园几点开放", "--store", park)) == (1, reply, "")


# processes of their own


def test_huge_question_and_odd_bytes(park: str) -> None:
    huge = process(["ask", "-", "--store", park], stdin=b"\xe9\x97\xae" * 10_000_000)
    assert (huge.returncode, huge.stdout.decode(), huge.stderr) == (0, TOO_LONG, b"")
    odd = process(["ask", b"\xff\xfe", "--store", park])
    assert (odd.returncode, odd.stdout.decode(), odd.stderr) == (0, UNCLEAR, b"")


def test_output_that_the_terminal_cannot_show(park: str) -> None:
    plain = process(["ask", "公园第二条", "--store", park], PYTHONIOENCODING="ascii")
    assert (plain.returncode, plain.stderr) == (0, b"")
    assert plain.stdout.decode("ascii").encode().decode("unicode_escape") == SECOND_ARTICLE
    as_json = process(["index", "show", "--store", park, "--json"], PYTHONIOENCODING="ascii")
    assert json.loads(as_json.stdout.decode("utf-8"))["documents"][0]["id"] == "公园"


def test_first_use_indexes_the_shipped_documents_and_sync_adds_to_them(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "公园.txt").write_text(PARK, encoding="utf-8")
    first = process(["index", "sync", "docs"])
    assert (first.returncode, first.stdout.decode()) == (0, "写入 1,未变 0,删除 0,失败 0\n")
    assert re.fullmatch(
        r"读取文件 5/5\n计算向量 (\d+)/\1\n建立索引 4/4\n读取文件 1/1\n计算向量 5/5\n建立索引 4/4\n",
        first.stderr.decode(),
    )
    again = run("index", "show", "--json")
    ids = [document["id"] for document in json.loads(again.stdout)["documents"]]
    assert (len(ids), "公园" in ids, again.stderr) == (6, True, "")


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
def test_an_interruption_and_a_closed_pipe_are_quiet(park: str) -> None:
    with (
        _started("ask", "-", "--store", park) as waiting,
        _started("index", "show", "--store", park) as closed,
    ):
        assert closed.stdout and closed.stderr and waiting.stderr
        closed.stdout.close()
        assert (closed.wait(60), closed.stderr.read()) == (1, b"")
        waiting.send_signal(signal.SIGINT)
        assert (waiting.wait(60), waiting.stderr.read()) == (130, b"")


def _started(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment({}),
        # a shell's background job ignores interruptions, and so would what it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


HEAVY = "chromadb numpy jieba langchain_core torch gradio FlagEmbedding dashscope"


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import assistant.cli", HEAVY),
        ("run('--help')", HEAVY),
        ("run('ask', '公园第二条', '--store', sys.argv[1])", "jieba torch gradio FlagEmbedding dashscope"),
    ],
    ids=["import", "help", "ask"],
)
def test_nothing_is_imported_that_is_not_used(code: str, absent: str, park: str) -> None:
    program = f"""
import sys
def run(*arguments):
    from assistant.cli import main
    sys.argv[1:] = arguments
    try:
        main()
    except SystemExit as end:
        assert not end.code
{code}
print(sorted(set("{absent}".split()) & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, park], capture_output=True, env=_environment({}), check=True
    )
    assert done.stderr.decode() == "[]\n"
