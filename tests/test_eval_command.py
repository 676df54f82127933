"""`policy-assistant eval`, as staff run it over documents and questions of their own."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from assistant import PolicyAssistant
from assistant.commands.app import NAME, app
from index import sync_folder
from tests.papers import FILES, HOMES, REFUSAL, ROW, changed, write_lines

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of the two papers."""
    folder = tmp_path_factory.mktemp("papers")
    (folder / "docs").mkdir()
    for name, text in FILES.items():
        (folder / "docs" / name).write_text(text, "utf-8")
    sync_folder(folder / "docs", folder / "store")
    return str(folder / "store")


@pytest.fixture
def gold(tmp_path: Path) -> str:
    second = changed(ROW, id="q2", turns=["住房第二条"], forbidden=[])
    return str(write_lines(tmp_path / "gold.jsonl", changed(ROW, clause=None), second, REFUSAL))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["eval", *arguments], prog_name=NAME)


def folders(results: Path) -> list[Path]:
    return sorted(path for path in results.iterdir() if path.is_dir())


def test_help_fits_one_screen_and_speaks_chinese() -> None:
    for command in ((), ("template",)):
        lines = run(*command, "--help").stdout.splitlines()
        assert len(lines) <= 24
        assert max(map(cell_len, lines)) <= 80
        words = re.sub(r"policy-assistant|--?[a-z]+|\.[a-z]+|JSON|UTF-8|TOML", "", "\n".join(lines))
        known = {"eval", "template", "dev", "test", "ours", "naive", "words", "vectors", "results"}
        assert set(re.findall(r"[A-Za-z]+", words)) <= known


def test_a_run_from_question_to_report(store: str, gold: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for the process that measures the cold start
    monkeypatch.setenv("POLICY_ASSISTANT_LLM_API_KEY", "sk-of-ours")
    done = run("--gold", gold, "--store", store, "--systems", "ours, naive,words")
    assert done.exit_code == 0, done.stderr
    assert done.stderr == "提问 9/9\n"
    (folder,) = folders(Path("results"))
    assert sorted(path.name for path in folder.iterdir()) == [
        "generated.jsonl",
        "report.html",
        "scores.csv",
        "scores.json",
    ]
    assert done.stdout.startswith("| 指标 | 本系统 | 通行做法 | 只用词 |\n|---|---|---|---|\n| 答对 |")
    assert done.stdout.endswith(f"\n报告:results/{folder.name}/report.html\n")
    header = json.loads((folder / "generated.jsonl").read_text("utf-8").split("\n")[0])["run"]
    assert (header["gold"], header["systems"], sorted(header["documents"])) == (
        gold,
        ["ours", "naive", "words"],
        ["住房", "户籍"],
    )
    assert 0 < header["cold_start"] < 60
    assert [path.name for path in folder.iterdir() if "sk-of-ours" in path.read_text("utf-8")] == []
    assert not Path("own-records").exists()
    assert "与别的做法并列" in (folder / "report.html").read_text("utf-8")


def test_scoring_again_asks_nothing(store: str, gold: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run("--gold", gold, "--store", store, "--json")
    assert first.exit_code == 0, first.stderr
    (folder,) = folders(Path("results"))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("asked")

    for name in ("ask", "search"):
        monkeypatch.setattr(PolicyAssistant, name, refuse)
    again = run("--score", str(folder), "--store", store, "--json")
    assert (again.exit_code, again.stderr) == (0, "")
    assert json.loads(again.stdout) == json.loads(first.stdout)
    assert json.loads(again.stdout)["ours"]["questions"] == 3
    assert folders(Path("results")) == [folder]


def test_the_second_run_tells_what_changed(store: str, gold: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--gold", gold, "--store", store).exit_code == 0
    monkeypatch.setattr(PolicyAssistant, "ask", lambda *_, **__: 1 / 0)
    done = run("--gold", gold, "--store", store)
    first, second = folders(Path("results"))
    assert done.exit_code == 0
    assert "没答对的原因:出错 3\n" in done.stdout
    assert re.search(f"与 {first.name} 相比:新答对 0,变错 [123]\n", done.stdout)
    assert "ZeroDivisionError" in (second / "report.html").read_text("utf-8")


def test_below_a_floor_the_exit_code_is_one(store: str, gold: str, tmp_path: Path) -> None:
    floors = tmp_path / "floors.toml"
    floors.write_text("[all]\nverbatim = 1.0\nrefusal_recall = 1.0\n", "utf-8")
    kept = run("--gold", gold, "--store", store, "--min", str(floors))
    assert (kept.exit_code, kept.stderr) == (0, "提问 3/3\n")
    floors.write_text("[all]\nverbatim = 1.1\n", "utf-8")
    (folder,) = folders(Path("results"))
    missed = run("--score", str(folder), "--store", store, "--min", str(floors))
    assert (missed.exit_code, missed.stderr) == (1, "低于下限:all verbatim:1.000,应不低于 1.1\n")


def test_test_gives_totals_only(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_lines(tmp_path / "test.jsonl", changed(ROW, turns=["二〇三五年供给多少套"]), REFUSAL)
    monkeypatch.setattr("eval.questions.GOLD", tmp_path)
    done = run("--split", "test", "--store", store)
    assert done.exit_code == 0, done.stderr
    (folder,) = folders(Path("results"))
    log = Path("results/test-runs.jsonl").read_text("utf-8")
    told = [done.stdout, done.stderr, log]
    told += [(folder / name).read_text("utf-8") for name in ("report.html", "scores.json", "scores.csv")]
    for secret in ("q1", "n1", "多少套", "写首诗", HOMES, "三万套"):
        assert [secret in text for text in told] == [False] * 6, secret
    assert [json.loads(line)["run"] for line in log.splitlines()] == [folder.name]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--split", "train"], "没有题集“train”,可用:dev、test;自己的题用 --gold 给出"),
        (["--systems", "ours,magic"], "没有方法“magic”,可用:ours、naive、words、vectors"),
        (["--gold", "none.csv"], "读不了评测题 none.csv("),
        (["--gold", "own.txt"], "评测题 own.txt 应是 .jsonl、.csv 或 .xlsx 文件"),
        (["--min", "none.toml"], "读不了下限 none.toml("),
        (["--score", "none"], "none 里没有可读的 generated.jsonl(No such file or directory)"),
        (["--compare", "none"], "none 里没有可读的 generated.jsonl(No such file or directory)"),
        (["--out", "gold.jsonl"], "无法在 gold.jsonl 里写评测结果(Not a directory)"),
    ],
)
def test_wrong_use_is_told_in_a_line(store: str, gold: str, arguments: list[str], fault: str) -> None:
    done = run("--gold", gold, "--store", store, *arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(fault)
    assert done.stderr.count("\n") == 1
    assert not Path("results").exists()


def test_dev_needs_the_shipped_documents(store: str) -> None:
    done = run("--store", store)
    assert (done.exit_code, done.stdout) == (1, "")
    assert re.fullmatch(
        r"dev\.jsonl 第 1 行:没有文件 .+,请改正后重试;评测题说的须是现用索引里的文件\n", done.stderr
    )


@pytest.mark.parametrize("name", ["own.csv", "own.xlsx"])
def test_template(name: str) -> None:
    done = run("template", name)
    assert (done.exit_code, done.stdout, done.stderr) == (
        0,
        f"已写好 {name},照例子一行一题填写,再运行 policy-assistant eval --gold {name}\n",
        "",
    )
    again = run("template", name)
    assert (again.exit_code, again.stderr) == (1, f"{name} 已经存在,请换一个文件名\n")


def test_a_terminal_sees_a_bar(store: str, gold: str) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "eval", "--gold", gold, "--store", store]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment)
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the child has closed its end
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    assert child.wait(60) == 0
    text = seen.decode("utf-8", "replace")
    assert "提问" in text
    assert "3/3" in text
    assert "\x1b[" in text
