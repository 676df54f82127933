import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from index.bge import BgeEmbedder
from index.bge.checkpoint import Checkpoint
from index.datatypes import PolicyError
from tests.checkpoints import TEXTS, write_bert, write_roberta

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("FlagEmbedding", "onnx", "onnxscript")),
    reason="what prepares a graph is not installed",
)

MANY = [text * times for times in (1, 2, 5) for text in TEXTS] + ["", "hello", "\ud800", "公租房" * 1000]


@pytest.fixture(scope="module", params=[write_bert, write_roberta], ids=["bge-zh", "bge-m3"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    write: Callable[[Path], Path] = request.param
    return write(tmp_path_factory.mktemp("models") / "bge")


@pytest.fixture(scope="module")
def flag(folder: Path) -> BgeEmbedder:
    """The model as it was before a graph was prepared of it."""
    return BgeEmbedder(folder)


@pytest.fixture(scope="module")
def graph(folder: Path, flag: BgeEmbedder) -> BgeEmbedder:
    """The same model after that."""
    from index.bge.prepare import prepare_graph

    prepare_graph(Checkpoint.read(folder), int8=True)
    return BgeEmbedder(folder)


def test_a_prepared_graph_is_used_and_gives_the_vectors_of_flagembedding(
    flag: BgeEmbedder, graph: BgeEmbedder
) -> None:
    assert (flag.engine, graph.engine) == ("FlagEmbedding", "onnxruntime")
    assert graph.name == flag.name
    assert np.array(graph.embed_documents(MANY)) == pytest.approx(
        np.array(flag.embed_documents(MANY)), abs=1e-4
    )
    for text in MANY[-4:]:
        assert np.array(graph.embed_query(text)) == pytest.approx(np.array(flag.embed_query(text)), abs=1e-4)
    assert graph.embed_documents([]) == []


def test_threads_may_share_a_graph(graph: BgeEmbedder) -> None:
    alone = [graph.embed_query(text) for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(graph.embed_query, TEXTS * 20)) == alone * 20


@pytest.mark.usefixtures("graph")
def test_a_graph_needs_neither_torch_nor_transformers(folder: Path) -> None:
    script = (
        "import sys; from index.bge import BgeEmbedder;"
        f"BgeEmbedder({str(folder)!r}).embed_query('公租房');"
        "print({'torch', 'transformers', 'FlagEmbedding'} & set(sys.modules))"
    )
    root = Path(__file__).parent.parent
    found = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )

    assert (found.stdout, found.stderr) == ("set()\n", "")


def test_int8_is_another_model(folder: Path, graph: BgeEmbedder) -> None:
    small = BgeEmbedder(folder, int8=True)
    nearness = np.sum(np.array(small.embed_documents(TEXTS)) * np.array(graph.embed_documents(TEXTS)), axis=1)

    assert small.name == f"{graph.name}-int8"
    assert min(nearness) > 0.9
    assert max(nearness) < 1 - 1e-5


def test_int8_that_was_not_prepared_is_a_fault_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="还没有 int8 模型,请运行 policy-assistant models use"):
        BgeEmbedder(write_bert(tmp_path / "bge"), int8=True)


@pytest.mark.usefixtures("graph")
def test_a_graph_of_other_weights_is_not_used(folder: Path, tmp_path: Path) -> None:
    changed = write_bert(tmp_path / "bge", seed=1)
    (folder / "prepared").rename(changed / "prepared")
    try:
        assert BgeEmbedder(changed).engine == "FlagEmbedding"
    finally:
        (changed / "prepared").rename(folder / "prepared")


@pytest.mark.usefixtures("graph")
def test_a_damaged_graph_is_a_fault_with_its_cure(folder: Path) -> None:
    file = folder / "prepared" / "model.onnx"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    try:
        with pytest.raises(
            PolicyError, match=r"文件可能不完整,请运行 policy-assistant models use .* 重新生成"
        ):
            BgeEmbedder(folder)
    finally:
        file.write_bytes(whole)


def test_a_graph_that_gives_other_vectors_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.bge import prepare

    checkpoint = Checkpoint.read(write_bert(tmp_path / "bge"))
    monkeypatch.setattr(prepare, "_export", lambda checkpoint: 2e-4)  # by how much they differ
    with pytest.raises(PolicyError, match=r"未能把 .* 转为 ONNX.*vectors differ.*仍可用 FlagEmbedding 运行"):
        prepare.prepare_graph(checkpoint)
    assert not checkpoint.prepared.exists()
