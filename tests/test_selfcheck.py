import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index import sync_folder

ROOT = Path(__file__).parent.parent


def selfcheck(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", "selfcheck", *options],
        env={**os.environ, "PYTHONPATH": str(ROOT), "POLICY_ASSISTANT_EMBEDDER": "builtin", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of one small document, where the settings have it."""
    documents, store = tmp_path / "documents", Path(os.environ["POLICY_ASSISTANT_STORE"])
    documents.mkdir()
    (documents / "公园.txt").write_text("公园管理办法\n第一条 公园全年开放。\n", encoding="utf-8")
    sync_folder(documents, store, embedder="builtin")
    return store


def test_a_sound_installation(store: Path) -> None:
    done = selfcheck("--json")
    told = json.loads(done.stdout)

    assert (done.returncode, done.stderr, told["sound"]) == (0, "", True)
    assert [(finding["part"], finding["cure"]) for finding in told["findings"]] == [
        ("版本", ""), ("磁盘", ""), ("索引", ""), ("向量模型", ""), ("试用", ""), ("网络", "")
    ]  # fmt: skip
    details = {finding["part"]: finding["detail"] for finding in told["findings"]}
    assert "chromadb 1.5.9" in details["版本"]
    assert details["索引"] == "各部分完好"
    assert details["向量模型"].startswith("内置模型 static-")
    assert details["网络"] == "连接本机以外的尝试 0 次"


def test_a_damaged_store_and_a_lost_model_are_told(store: Path, tmp_path: Path) -> None:
    (next(store.glob("generations/*")) / "texts.sqlite3").write_bytes(b"")
    done = selfcheck(POLICY_ASSISTANT_EMBEDDER=str(tmp_path / "nowhere"))

    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "有误  文字  文件缺失或与建立时不同" in lines
    assert f"      找不到 BGE 模型目录 {tmp_path / 'nowhere'},请先下载模型,或改用内置向量模型" in lines


def test_what_tries_to_leave_is_told(tmp_path: Path) -> None:
    """A library that calls home when it is imported, as any might."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, threading\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'jieba':\n"
        "            import socket\n"
        "            socket.socket(type=socket.SOCK_DGRAM).sendto(b'hello', ('192.0.2.1', 9))\n"
        "sys.meta_path.insert(0, Finder())\n",
        encoding="utf-8",
    )
    done = selfcheck("--json", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert done.stderr == ""
    found = json.loads(done.stdout)["findings"][-1]

    assert done.returncode == 1
    assert (found["part"], found["detail"]) == ("网络", "连接本机以外的尝试 1 次:sendto 192.0.2.1")
