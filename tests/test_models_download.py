"""Downloads of models: whole, taken up again, checked, and faults with their cure."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from index.datatypes import PolicyError
from index.models import fetch_model
from tests.hub_server import Hub, serving
from tests.published import SMALL, contents, without

pytestmark = pytest.mark.skipif(find_spec("FlagEmbedding") is None, reason="FlagEmbedding is not installed")

ROOT = Path(__file__).parent.parent
DOWNLOAD = """
import sys
from pathlib import Path
from index.bge import hub
from index.bge.hub import download
from index.datatypes import PolicyError
hub.time.sleep = lambda seconds: None
try:
    download("BAAI/bge-small-zh-v1.5", Path(sys.argv[1]), lambda *told: print(*told))
except PolicyError as fault:
    print(fault)
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with a model of 3 MB, of which nothing but the names is right."""
    folder = tmp_path / "hub"
    folder.mkdir()
    for name, content in {
        "README.md": b"how to use it",
        "config.json": b"{}",
        "pytorch_model.bin": b"a pickle",
        "model.safetensors": os.urandom(3_000_000),
        "vocab.txt": b"a\nb\n",
    }.items():
        (folder / name).write_bytes(content)
    with serving(folder) as hub:
        yield hub


def process(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))
    }
    return subprocess.run(
        [sys.executable, *arguments],
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def download(folder: Path, hub: Hub, **environment: str) -> list[str]:
    """What a download into `folder` tells, line by line."""
    done = process(["-c", DOWNLOAD, str(folder)], HF_ENDPOINT=hub.endpoint, **environment)
    assert done.stderr == ""
    return done.stdout.splitlines()


# downloads


def test_a_download_brings_what_a_model_is_made_of(hub: Hub, tmp_path: Path) -> None:
    told = download(tmp_path / "model", hub)

    assert contents(tmp_path / "model") == without(hub.folder, "README.md", "pytorch_model.bin")
    assert told[-1] == f"下载 {SMALL}(MB) 4 4"
    assert hub.ranges == [("model.safetensors", 0)]


def test_a_connection_that_is_cut_is_taken_up(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = 1_200_000
    download(tmp_path / "model", hub)

    assert contents(tmp_path / "model") == without(hub.folder, "README.md", "pytorch_model.bin")
    assert hub.ranges == [("model.safetensors", start) for start in (0, 1_200_000, 2_400_000)]


def test_an_interrupted_download_is_taken_up_next_time(hub: Hub, tmp_path: Path) -> None:
    whole = (hub.folder / "model.safetensors").read_bytes()
    hub.cut_after = 0
    told = download(tmp_path / "model", hub)
    assert told[-1].startswith("下载 model.safetensors 中断(")
    assert told[-1].endswith(
        "),已下载的部分会保留,请用环境变量 HF_ENDPOINT 指定连得上的镜像后重试,或用 models use 装入另行拷来的模型"
    )

    (part,) = (tmp_path / "model").glob("*.part")
    part.write_bytes(whole[:2_000_000])
    hub.cut_after = None
    hub.ranges.clear()
    download(tmp_path / "model", hub)
    assert hub.ranges == [("model.safetensors", 2_000_000)]
    assert (tmp_path / "model" / "model.safetensors").read_bytes() == whole


@pytest.mark.parametrize("name", ["model.safetensors", "vocab.txt"])
def test_a_file_with_another_digest_is_not_kept(hub: Hub, tmp_path: Path, name: str) -> None:
    hub.digests[name] = "0" * 64
    told = download(tmp_path / "model", hub)

    assert told[-1] == f"{name} 与模型站公布的校验和不符,已删除,请重试;若仍不符,请换一个镜像"
    assert [path.name for path in (tmp_path / "model").iterdir() if path.name.startswith(name)] == []


def test_a_file_changed_since_is_downloaded_again(hub: Hub, tmp_path: Path) -> None:
    download(tmp_path / "model", hub)
    (hub.folder / "vocab.txt").write_text("c\n", encoding="utf-8")
    hub.ranges.clear()
    download(tmp_path / "model", hub)

    assert (tmp_path / "model" / "vocab.txt").read_text("utf-8") == "c\n"
    assert hub.ranges == []


def test_a_hub_out_of_reach_is_a_fault_with_its_cure(hub: Hub, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = replace(hub, endpoint=f"http://127.0.0.1:{closed.getsockname()[1]}")
        (told,) = download(tmp_path / "model", nobody)
    assert told.startswith("无法从模型站取得 BAAI/bge-small-zh-v1.5(ConnectError ")
    assert "请用环境变量 HF_ENDPOINT 指定连得上的镜像后重试,或用 models use" in told

    assert download(tmp_path / "model", hub, HF_HUB_OFFLINE="1") == [
        "环境变量 HF_HUB_OFFLINE 不许下载,请取消它后重试"
    ]


def test_an_unknown_name_is_a_fault_that_tells_the_known(tmp_path: Path) -> None:
    with pytest.raises(
        PolicyError, match=r"没有名为 bge-tiny 的模型,可下载的有:bge-large-zh-v1\.5、bge-base"
    ):
        fetch_model("bge-tiny", tmp_path)
