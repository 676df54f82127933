"""The command `models`, on machines with and without."""

import json
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.commands.app import NAME, app
from assistant.settings import settings
from index.bge import BgeEmbedder
from index.models import KNOWN
from tests.checkpoints import write_bert
from tests.hub_server import Hub, serving
from tests.published import SMALL, pickled

pytestmark = pytest.mark.skipif(find_spec("FlagEmbedding") is None, reason="FlagEmbedding is not installed")


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
