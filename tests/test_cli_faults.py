"""The command line where something is wrong: faults in one line, interruptions, and what is not imported."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.command_line import PARK, SECOND_ARTICLE, TOO_LONG, UNCLEAR, outcome, run


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
