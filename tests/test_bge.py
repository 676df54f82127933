import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from index.bge import BgeEmbedder
from index.datatypes import PolicyError
from tests.checkpoints import INSTRUCTION, TEXTS, write_bert, write_roberta

pytestmark = pytest.mark.skipif(find_spec("FlagEmbedding") is None, reason="FlagEmbedding is not installed")


@pytest.fixture(scope="module", params=[write_bert, write_roberta], ids=["bge-zh", "bge-m3"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    write: Callable[[Path], Path] = request.param
    return write(tmp_path_factory.mktemp("models") / "bge")


@pytest.fixture(scope="module")
def embedder(folder: Path) -> BgeEmbedder:
    return BgeEmbedder(folder)


def first_token_state(folder: Path, text: str) -> np.ndarray:
    """The normalised last state of the first token, computed with transformers alone."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    with torch.no_grad():
        state = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0, 0].numpy()
    return state / np.linalg.norm(state)


def test_document_is_the_normalised_state_of_its_first_token(folder: Path, embedder: BgeEmbedder) -> None:
    found = np.array(embedder.embed_documents(TEXTS))
    expected = np.array([first_token_state(folder, text) for text in TEXTS])

    assert found == pytest.approx(expected, abs=1e-4)


def test_query_is_read_after_the_instruction_that_bge_zh_has_and_m3_has_not(
    folder: Path, embedder: BgeEmbedder
) -> None:
    instruction = (
        "" if json.loads((folder / "config.json").read_text())["model_type"] == "xlm-roberta" else INSTRUCTION
    )
    found = np.array(embedder.embed_query("公租房"))

    assert found == pytest.approx(first_token_state(folder, instruction + "公租房"), abs=1e-4)
    assert (np.abs(found - np.array(embedder.embed_documents(["公租房"])[0])).max() > 1e-2) == bool(
        instruction
    )


@pytest.mark.parametrize("text", ["公租房", "", "\ud800", "hello", "公租房" * 1000])
def test_any_text_gives_a_unit_vector(embedder: BgeEmbedder, text: str) -> None:
    vectors = [*embedder.embed_documents([text]), embedder.embed_query(text)]

    assert embedder.dimension == 32
    assert [len(vector) for vector in vectors] == [32, 32]
    assert [np.linalg.norm(vector) for vector in vectors] == pytest.approx([1, 1], abs=1e-12)


def test_batches_keep_the_order_and_no_texts_give_no_vectors(embedder: BgeEmbedder) -> None:
    texts = [text * times for times in range(1, 9) for text in TEXTS]
    alone = [embedder.embed_documents([text])[0] for text in texts]

    assert np.array(embedder.embed_documents(texts)) == pytest.approx(np.array(alone), abs=1e-5)
    assert embedder.embed_documents([]) == []


def test_embedding_draws_no_bars(embedder: BgeEmbedder, capfd: pytest.CaptureFixture[str]) -> None:
    embedder.embed_documents(TEXTS * 100)

    assert capfd.readouterr() == ("", "")


def test_threads_may_share_an_embedder(embedder: BgeEmbedder) -> None:
    alone = [embedder.embed_query(text) for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(embedder.embed_query, TEXTS * 20)) == alone * 20


def test_name_tells_models_apart(folder: Path, embedder: BgeEmbedder, tmp_path: Path) -> None:
    other = BgeEmbedder(write_bert(tmp_path / "other", seed=1))

    assert BgeEmbedder(str(folder)).name == embedder.name
    assert embedder.name.startswith("bge-32-")
    assert other.name.startswith("bge-32-")
    assert other.name != embedder.name


def test_missing_folder_is_a_fault_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"找不到 BGE 模型目录 .*nowhere,请先下载模型"):
        BgeEmbedder(tmp_path / "nowhere")


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(
        '{"model_type": "bert", "hidden_size": 32, "max_position_embeddings": 64}', encoding="utf-8"
    )
    (tmp_path / "pytorch_model.bin").write_bytes(b"")

    with pytest.raises(PolicyError, match=r"\.bin 权重可能夹带代码,不予加载\),请下载 model\.safetensors"):
        BgeEmbedder(tmp_path)


def test_unreadable_model_is_a_fault_with_its_cure(tmp_path: Path) -> None:
    broken = write_bert(tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"")
    with pytest.raises(PolicyError, match="文件可能不完整,请重新下载"):
        BgeEmbedder(broken)

    (broken / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"config\.json 缺失或无法读取,请重新下载模型"):
        BgeEmbedder(broken)

    (broken / "tokenizer.json").unlink()
    (broken / "vocab.txt").unlink()
    with pytest.raises(PolicyError, match=r"没有 tokenizer\.json,请把模型的全部文件放入其中"):
        BgeEmbedder(broken)


def test_other_models_are_refused(tmp_path: Path) -> None:
    other = write_bert(tmp_path / "other")
    config = json.loads((other / "config.json").read_text("utf-8"))
    (other / "config.json").write_text(json.dumps(config | {"model_type": "gpt2"}), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"中的模型是 gpt2,不是 BGE,请换用 bge-\*-zh-v1\.5"):
        BgeEmbedder(other)

    with pytest.raises(PolicyError, match="是重排模型,不能计算向量"):
        BgeEmbedder(write_roberta(tmp_path / "reranker", reranks=True))


def test_missing_library_is_a_fault_with_its_cure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "FlagEmbedding", None)

    with pytest.raises(PolicyError, match=r"pip install .policy-assistant\[bge\]"):
        BgeEmbedder(folder)
