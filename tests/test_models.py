import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.commands.app import NAME, app
from assistant.settings import settings
from index.bge import BgeEmbedder
from index.datatypes import PolicyError
from index.models import KNOWN, FoundModel, fetch_model, find_models, use_model
from tests.checkpoints import write_bert, write_roberta
from tests.hub_server import Hub, serving

pytestmark = pytest.mark.skipif(find_spec("FlagEmbedding") is None, reason="FlagEmbedding is not installed")

ROOT = Path(__file__).parent.parent
SMALL = "bge-small-zh-v1.5"
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


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as it is published."""
    folder = write_bert(tmp_path_factory.mktemp("published") / SMALL)
    (folder / "README.md").write_text("how to use it", encoding="utf-8")
    return folder


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


@pytest.fixture
def without_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no graph can be prepared."""
    from index.bge import prepare

    monkeypatch.setattr(prepare, "why_no_graph", lambda: "no packages")


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


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def without(folder: Path, *names: str) -> dict[str, bytes]:
    return {name: content for name, content in contents(folder).items() if name not in names}


def pickled(checkpoint: Path, folder: Path) -> Path:
    """A copy whose weights are a pickle, as most of BAAI's are."""
    import torch
    from safetensors.torch import load_file

    shutil.copytree(checkpoint, folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


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


# models on this machine


def test_models_are_found_in_every_kind_of_folder_best_first(checkpoint: Path, tmp_path: Path) -> None:
    own, cache, chosen = tmp_path / "models", tmp_path / "cache", tmp_path / "my-bge"
    for place in (
        own / SMALL,
        own / ".bge-base-zh-v1.5.part",
        cache / "models--BAAI--bge-large-zh-v1.5" / "snapshots" / "0123",
        cache / "models--google-bert--bert-base-chinese" / "snapshots" / "0123",
        chosen,
    ):
        shutil.copytree(checkpoint, place)
    write_roberta(own / "bge-reranker-base", reranks=True)
    (own / "bge-m3").mkdir()
    (own / "bge-m3" / "config.json").touch()
    (own / "bge-m3" / "pytorch_model.bin").touch()

    found = find_models((chosen, own, cache, own / SMALL, tmp_path / "nowhere"))
    snapshot = cache / "models--BAAI--bge-large-zh-v1.5" / "snapshots" / "0123"
    assert [(m.name, m.folder, m.dimension, m.reranks, m.problem == "") for m in found] == [
        ("bge-large-zh-v1.5", snapshot, 32, False, True),
        ("bge-m3", own / "bge-m3", 0, False, False),
        (SMALL, own / SMALL, 32, False, True),
        ("bge-reranker-base", own / "bge-reranker-base", 32, True, True),
        ("my-bge", chosen, 32, False, True),
    ]
    assert "不予加载" in found[1].problem


def test_a_model_that_nothing_here_can_run_is_told(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "FlagEmbedding", None)
    (found,) = find_models([checkpoint])

    assert found.problem == '未安装 FlagEmbedding,请运行:pip install "policy-assistant[bge]"'


# models carried in


@pytest.mark.usefixtures("without_graphs")
def test_use_copies_what_a_model_is_made_of(checkpoint: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    found = use_model(checkpoint, tmp_path / "models", progress=lambda *step: told.append(step))

    assert found == FoundModel(
        SMALL, tmp_path / "models" / SMALL, 32, 0, reranks=False, prepared=False, problem=""
    )
    assert contents(found.folder) == without(checkpoint, "README.md")
    assert told[-1] == ("复制模型文件", len(told), len(told))
    assert BgeEmbedder(found.folder).name == BgeEmbedder(checkpoint).name
    assert use_model(found.folder, tmp_path / "models") == found
    assert [path.name for path in (tmp_path / "models").iterdir()] == [SMALL]


@pytest.mark.usefixtures("without_graphs")
def test_use_takes_a_model_out_of_the_cache_of_the_hub(checkpoint: Path, tmp_path: Path) -> None:
    cached = tmp_path / "models--BAAI--bge-base-zh-v1.5"
    blobs, snapshot = cached / "blobs", cached / "snapshots" / "0123"
    shutil.copytree(checkpoint, blobs)
    snapshot.mkdir(parents=True)
    for blob in blobs.iterdir():
        (snapshot / blob.name).symlink_to(blob)

    for number, place in enumerate((tmp_path, cached, snapshot)):
        found = use_model(place, tmp_path / str(number))
        assert found.name == "bge-base-zh-v1.5"
        assert not (found.folder / "model.safetensors").is_symlink()


@pytest.mark.usefixtures("without_graphs")
def test_pickled_weights_are_taken_from_a_trusted_folder_only(checkpoint: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    pickled(checkpoint, disk / SMALL)
    for trusted in (None, tmp_path / "other"):
        with pytest.raises(PolicyError, match="若来源可信,请设置 POLICY_ASSISTANT_TRUSTED_MODELS"):
            use_model(disk / SMALL, tmp_path / "models", trusted=trusted)
    assert not (tmp_path / "models").exists()

    found = use_model(disk / SMALL, tmp_path / "models", trusted=disk)
    assert not (found.folder / "pytorch_model.bin").exists()
    assert BgeEmbedder(found.folder).embed_query("公租房") == BgeEmbedder(checkpoint).embed_query("公租房")


@pytest.mark.usefixtures("without_graphs")
def test_a_pickle_that_is_more_than_tensors_is_not_read(checkpoint: Path, tmp_path: Path) -> None:
    import torch

    disk = tmp_path / SMALL
    shutil.copytree(checkpoint, disk)
    (disk / "model.safetensors").unlink()
    torch.save({"weight": Opens(tmp_path / "opened")}, disk / "pytorch_model.bin")

    with pytest.raises(PolicyError, match=r"未能把 .*pytorch_model\.bin 转为 safetensors"):
        use_model(disk, tmp_path / "models", trusted=tmp_path)
    assert not (tmp_path / "opened").exists()


class Opens:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return open, (str(self._path), "w")


@pytest.mark.usefixtures("without_graphs")
def test_what_is_no_usable_model_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"找不到 BGE 模型目录 .*nowhere"):
        use_model(tmp_path / "nowhere", tmp_path / "models")

    damaged = tmp_path / "damaged"
    shutil.copytree(checkpoint, damaged)
    os.truncate(damaged / "model.safetensors", 10_000)
    with pytest.raises(PolicyError, match="文件可能不完整,请重新下载"):
        use_model(damaged, tmp_path / "models")


# the command `models`


def run(*arguments: str) -> Result:
    settings.cache_clear()
    return CliRunner().invoke(app, arguments, prog_name=NAME)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without models; its models folder."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("POLICY_ASSISTANT_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def test_models_on_a_machine_without(machine: Path) -> None:
    result = run("models")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[2:] == [
        "",
        "本机没有 BGE 模型",
        "",
        "可下载的模型(policy-assistant models fetch 名称):",
        "  bge-large-zh-v1.5   1024维   1300 MB",
        "  bge-base-zh-v1.5    768维     409 MB",
        "  bge-m3              1024维   2270 MB",
        "  bge-small-zh-v1.5   512维      96 MB",
        "  bge-reranker-v2-m3  重排      2270 MB",
        "  bge-reranker-base   重排      1110 MB",
        "",
        f"模型存放在 {machine}",
    ]
    assert result.stdout.splitlines()[0] == "现用: 还没有建立索引"


@pytest.mark.usefixtures("without_graphs")
def test_models_that_were_carried_in(machine: Path, checkpoint: Path) -> None:
    used = run("models", "use", str(checkpoint))
    assert (used.exit_code, used.stdout) == (0, f"{SMALL} 已就绪: {machine / SMALL}\n")
    assert used.stderr.endswith("no packages\n")

    told = json.loads(run("models", "--json").stdout)
    assert told["found"] == [
        {
            "name": SMALL,
            "folder": str(machine / SMALL),
            "dimension": 32,
            "megabytes": 0,
            "reranks": False,
            "prepared": False,
            "problem": "",
        }
    ]
    assert [model["name"] for model in told["missing"]] == [
        model.name for model in KNOWN if model.name != SMALL
    ]
    assert told["in_use"]["embedder"] is None
    assert told["folder"] == str(machine)


@pytest.mark.skipif(find_spec("onnxscript") is None, reason="onnxscript is not installed")
def test_fetch_makes_a_pickled_model_safe_and_fast(
    machine: Path, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    published = pickled(checkpoint, tmp_path / "published")
    with serving(published) as hub:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # else read from the environment at import
        monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
        template = hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        result = run("models", "fetch", "BAAI/bge-base-zh-v1.5")
    fetched = machine / "bge-base-zh-v1.5"

    assert result.stderr == "下载 bge-base-zh-v1.5(MB) 1/1\n转换为 ONNX 1/1\n"
    assert (result.stdout, result.exit_code) == (f"bge-base-zh-v1.5 已就绪: {fetched}\n", 0)
    assert sorted(path.name for path in fetched.iterdir() if path.name != "tokenizer_config.json") == [
        "config.json", "model.safetensors", "prepared", "tokenizer.json", "vocab.txt"
    ]  # fmt: skip
    found = BgeEmbedder(fetched)
    assert found.engine == "onnxruntime"
    assert found.embed_query("公租房") == pytest.approx(
        BgeEmbedder(checkpoint).embed_query("公租房"), abs=1e-4
    )


def test_a_fault_is_told_in_one_line(machine: Path) -> None:
    result = run("models", "use", str(machine / "nowhere"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"找不到 BGE 模型目录 {machine / 'nowhere'},请先下载模型,或改用内置向量模型\n"
