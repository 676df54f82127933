"""Models on this machine: found, copied, and refused where they are none."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from index.bge import BgeEmbedder
from index.datatypes import PolicyError
from index.models import FoundModel, find_models, use_model
from tests.checkpoints import write_bert, write_roberta
from tests.published import SMALL, contents, pickled, without

pytestmark = pytest.mark.skipif(find_spec("FlagEmbedding") is None, reason="FlagEmbedding is not installed")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as it is published."""
    folder = write_bert(tmp_path_factory.mktemp("published") / SMALL)
    (folder / "README.md").write_text("how to use it", encoding="utf-8")
    return folder


@pytest.fixture
def without_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no graph can be prepared."""
    from index.bge import prepare

    monkeypatch.setattr(prepare, "why_no_graph", lambda: "no packages")


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
