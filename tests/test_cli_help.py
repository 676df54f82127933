"""The command line: its help, version and what it says of wrong usage."""

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.command_line import outcome, run

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
