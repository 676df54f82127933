"""The command `chat`, line by line through a pipe and at a prompt."""

import io
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from typer.testing import CliRunner

from assistant.commands.app import app
from assistant.commands.chat import _prompted, read_lines
from assistant.settings import settings


def _chat(store: Path, text: str, *options: str) -> str:
    result = CliRunner().invoke(app, ["chat", "--store", str(store), *options], input=text)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_conversation_through_a_pipe(shipped_store: Path) -> None:
    told = _chat(shipped_store, "能落户吗\n\n大连\n/退出\n和吉林比呢\n")
    assert told.count("大连市“十四五”规划纲要\uff1a全面取消非户籍常住人口的落户限制") == 2
    assert [line for line in told.splitlines() if line.startswith("理解为")] == ["理解为\uff1a大连能落户吗"]


def test_it_goes_on_under_its_name(shipped_store: Path) -> None:
    _chat(shipped_store, "大连加装电梯有什么规定?\n", "--thread", "a")
    assert "理解为\uff1a吉林加装电梯有什么规定?" in _chat(shipped_store, "那吉林呢\n", "--thread", "a")
    assert "理解为" not in _chat(shipped_store, "那吉林呢\n", "--thread", "b")


def test_a_new_topic_forgets(shipped_store: Path) -> None:
    told = _chat(shipped_store, "大连加装电梯有什么规定?\n\uff0f新话题\n那吉林呢\n")
    assert "好,从头问起" in told
    assert "理解为" not in told


def test_help_and_unknown_commands(shipped_store: Path) -> None:
    assert _chat(shipped_store, "/帮助\n/什么\n").count("/新话题  忘掉前面说的") == 2


def test_a_fault_of_the_file_is_told_and_the_chat_goes_on(shipped_store: Path) -> None:
    settings().threads.mkdir()
    told = _chat(shipped_store, "/新话题\n大连能落户吗\n")
    assert "没能忘掉" in told
    assert "全面取消非户籍常住人口的落户限制" in told


def test_ask_goes_on_too(shipped_store: Path) -> None:
    told = [
        CliRunner().invoke(app, ["ask", question, "--thread", "a", "--store", str(shipped_store)]).output
        for question in ("大连加装电梯有什么规定?", "那吉林呢")
    ]
    assert told[1].startswith("理解为\uff1a吉林加装电梯有什么规定?\n")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb", ["a", "b"]),
        ("a\r\n\n", ["a", ""]),
        ("x" * 5000 + "\nb\n", ["x" * 1002, "b"]),
        ("x" * 1001 + "\nb\n", ["x" * 1001, "b"]),
        ("x" * 1002 + "\nb\n", ["x" * 1002, "b"]),
        ("", []),
    ],
)
def test_lines_of_a_pipe(text: str, lines: list[str]) -> None:
    assert list(read_lines(io.StringIO(text))) == lines


# prompt_toolkit's caches are cleared by finalizers that may run after their entry has gone.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_prompt() -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("第一问\r半句\x03第二问\r\x04")  # Ctrl-C drops a line, Ctrl-D ends
        assert list(_prompted()) == ["第一问", "第二问"]
