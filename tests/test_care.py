"""`index check`, `index repair` and `index sync --prune` as people and programs see them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.commands.app import NAME, app
from assistant.settings import settings
from index.lock import sole_writer
from index.sync import sync_folder
from tests.stores import flip, generation, write_files


@pytest.fixture
def store(tmp_path: Path) -> Path:
    sync_folder(write_files(tmp_path / "资料"), tmp_path / "库")
    return tmp_path / "库"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, prog_name=NAME)


def harm(store: Path) -> None:
    (vectors,) = generation(store).glob("chroma/*/data_level0.bin")
    flip(vectors)


SOUND = """完好  记录
完好  指针
完好  清单  3 份文件,4 个切片
完好  文字
完好  词索引
完好  字对索引
完好  向量索引
完好  索引与记录  一致
"""
DAMAGED = """完好  记录
完好  指针
完好  清单  3 份文件,4 个切片
完好  文字
完好  词索引
完好  字对索引
有误  向量索引  文件缺失或与建立时不同
      请运行 policy-assistant index repair
完好  索引与记录  一致
"""


def shown(result: Result) -> str:
    return "".join(f"{line.rstrip()}\n" for line in result.stdout.splitlines())


def test_check_and_repair(store: Path) -> None:
    checked = run("index", "check", "--store", str(store))
    assert (checked.exit_code, shown(checked), checked.stderr) == (0, SOUND, "")
    assert run("index", "repair", "--store", str(store)).stdout == "没有需要修复的\n"
    harm(store)
    checked = run("index", "check", "--store", str(store))
    assert (checked.exit_code, shown(checked), checked.stderr) == (1, DAMAGED, "")
    repaired = run("index", "repair", "--store", str(store))
    assert (repaired.exit_code, repaired.stdout, repaired.stderr) == (0, "已修复\n", "建立索引 4/4\n")
    assert shown(run("index", "check", "--store", str(store))) == SOUND


def test_check_and_repair_for_programs(store: Path) -> None:
    harm(store)
    checked = run("index", "check", "--store", str(store), "--json")
    told = json.loads(checked.stdout)
    assert (checked.exit_code, told["sound"], len(told["findings"])) == (1, False, 8)
    assert [finding for finding in told["findings"] if not finding["sound"]] == [
        {
            "part": "向量索引",
            "sound": False,
            "detail": "文件缺失或与建立时不同",
            "cure": "请运行 policy-assistant index repair",
        }
    ]
    repaired = run("index", "repair", "--store", str(store), "--json")
    assert json.loads(repaired.stdout) == {"mended": True, "sound": True, "findings": []}


def test_what_cannot_be_mended_here_stays_told(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_ASSISTANT_CHROMA_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    repaired = run("index", "repair", "--store", str(store))
    assert (repaired.exit_code, repaired.stdout) == (1, "")
    assert repaired.stderr.startswith("连不上 Chroma 服务 http://127.0.0.1:9(")
    monkeypatch.delenv("POLICY_ASSISTANT_CHROMA_URL")
    settings.cache_clear()
    assert shown(run("index", "check", "--store", str(store))) == SOUND


def test_a_store_in_use_and_one_that_is_none_are_told_in_one_line(store: Path, tmp_path: Path) -> None:
    with sole_writer(store):
        for command in (["repair"], ["sync", str(tmp_path / "资料")]):
            result = run("index", *command, "--store", str(store))
            assert result.exit_code == 1
            assert f"{store} 正由进程" in result.stderr
            assert result.stderr.endswith("更新,请等它结束后再试\n")
    for command in ("check", "repair"):
        result = run("index", command, "--store", str(tmp_path))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "运行 policy-assistant index sync 建立" in result.stderr


def test_prune(store: Path, tmp_path: Path) -> None:
    for name in ("住房.txt", "户籍.txt"):
        (tmp_path / "资料" / name).unlink()
    command = ("index", "sync", str(tmp_path / "资料"), "--store", str(store))
    refused = run(*command)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "现在只剩 1 个,将删除 2 个,未作任何改动" in refused.stderr
    assert run(*command, "--prune").stdout == "写入 0,未变 1,删除 2,失败 0\n"
