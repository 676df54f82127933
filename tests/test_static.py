import io
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from langchain_core.vectorstores import InMemoryVectorStore

from index.datatypes import PolicyError
from index.static import WEIGHTS, StaticEmbedder, built_in

ROOT = Path(__file__).parent.parent
PASSAGES = [
    "有序推进城镇老旧小区改造,支持加装电梯。",
    "保障性租赁住房以小户型为主,租金低于同地段市场租赁住房租金。",
    "取消落户限制,农业转移人口在城镇就业居住的,可以登记户口。",
    "推进城市内涝治理,改造排水管网,完善排水防涝体系。",
    "用人单位拖欠劳动报酬的,劳动者可以向人民法院申请支付令。",
    "机动车停车泊位不足的,应当增设公共停车场。",
]


def npz(**changed: np.ndarray) -> bytes:
    """A model of three entries and three dimensions beside the empty one, with some arrays changed."""
    arrays = {
        "entries": np.frombuffer("公租房\n电梯\n加装".encode(), np.uint8),
        "words": np.array(3),
        # [5, 0, 0, 0], [0, -5, 0, 0] and [0, 0, 5, 0], each number 8 more and the last two in the high four bits
        "halves": np.array([[0x8D, 0x88], [0x88, 0x83], [0xD8, 0x88]], np.uint8),
        "scales": np.array([0.2, 0.2, 0.6], np.float32),
        "query_scales": np.array([0.2, 0.2, 0.0], np.float32),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **(arrays | changed))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("公租房", [1, 0, 0, 0]),
        ("加装电梯", [0, -(0.1**0.5), 0.9**0.5, 0]),
        ("公租房加装", [0.1**0.5, 0, 0.9**0.5, 0]),
        ("公租房公租房电梯", [(2 / 3) ** 0.5, -((1 / 3) ** 0.5), 0, 0]),  # twice counts sqrt 2
        ("", [0, 0, 0, 1]),
        ("hello", [0, 0, 0, 1]),
    ],
)
def test_a_passage_is_the_weighted_sum_of_its_words(text: str, expected: list[float]) -> None:
    [vector] = StaticEmbedder.from_bytes(npz()).embed_documents([text])
    assert vector == pytest.approx(expected, abs=1e-7)


def test_words_count_otherwise_in_a_question() -> None:
    model = StaticEmbedder.from_bytes(npz())
    assert model.embed_query("公租房加装") == pytest.approx([1, 0, 0, 0], abs=1e-7)
    assert model.embed_query("加装") == [0, 0, 0, 1]  # counts nothing


def test_every_change_of_the_file_is_another_name() -> None:
    names = {StaticEmbedder.from_bytes(npz()).name, StaticEmbedder.from_bytes(npz(words=np.array(2))).name}
    assert len(names) == 2
    assert all(name.startswith("static-1-4-") for name in names)


@pytest.mark.parametrize(
    "data",
    [b"", "大连".encode(), npz()[:200], npz(scales=np.ones(2, np.float32)), npz(halves=np.ones(3, np.uint8))],
    ids=["empty", "text", "cut", "unequal", "flat"],
)
def test_a_damaged_file_is_a_fault_with_its_cure(data: bytes) -> None:
    with pytest.raises(PolicyError, match="内置向量模型的文件已损坏,请重新安装 policy-assistant"):
        StaticEmbedder.from_bytes(data)


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("老房子没电梯怎么办", 0),
        ("租不起房子有便宜的吗", 1),
        ("外地人怎么上户口", 2),
        ("一下大雨街上就淹水", 3),
        ("老板不发工资怎么要", 4),
        ("车没地方停", 5),
    ],
)
def test_a_spoken_question_finds_its_passage(question: str, passage: int) -> None:
    cosines = np.array(built_in().embed_documents(PASSAGES)) @ built_in().embed_query(question)
    assert int(cosines.argmax()) == passage


@pytest.mark.parametrize("text", ["", " \n", "!?", "\ud800", "hello"])
def test_a_text_of_no_known_word_resembles_nothing_but_its_like(text: str) -> None:
    vector = np.array(StaticEmbedder.from_bytes(npz()).embed_query(text))
    assert vector.tolist() == [0, 0, 0, 1]
    if not text.isalpha():
        assert np.count_nonzero(built_in().embed_query(text)) == 1


def test_the_shipped_model_is_the_one_its_card_speaks_of() -> None:
    card = (ROOT / "index" / "train" / "MODEL_CARD.md").read_text("utf-8")
    assert built_in().name in card
    assert built_in().dimension == 320
    assert WEIGHTS.stat().st_size <= 12_000_000


def test_vectors_are_the_same_everywhere() -> None:
    vectors = np.array(built_in().embed_documents(PASSAGES))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-12)
    assert vectors.tolist() == StaticEmbedder.from_bytes(WEIGHTS.read_bytes()).embed_documents(PASSAGES)
    assert built_in().embed_documents([]) == []


def test_embedding_needs_numpy_only_and_starts_faster_than_chroma() -> None:
    own = (
        "import sys, time; begun = time.process_time()\n"
        "from index.static import built_in; built_in().embed_query('公租房')\n"
        "print(time.process_time() - begun, *({'numpy', 'scipy', 'jieba', 'torch'} & set(sys.modules)))"
    )
    chroma = "import time; begun = time.process_time(); import chromadb; print(time.process_time() - begun)"

    def run(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
        )
        return done.stdout

    seconds, loaded = run(own).split()
    assert loaded == "numpy"
    assert float(seconds) < float(run(chroma)) / 2


@pytest.mark.skipif(find_spec("transformers") is None, reason="transformers is not installed")
def test_embeds_a_hundred_times_as_many_passages_as_bge_small() -> None:
    import torch
    from transformers import BertConfig, BertModel

    shape = BertConfig(
        vocab_size=21128, hidden_size=512, num_hidden_layers=4, num_attention_heads=8, intermediate_size=2048
    )
    bert = BertModel(shape).eval()
    passages = ["".join(PASSAGES[at % 6] for at in range(first, first + 5)) for first in range(16)]
    longest = max(map(len, passages)) + 2
    tokens = torch.ones((len(passages), longest), dtype=torch.long)

    def timed(run: object) -> float:
        begun = time.perf_counter()
        assert callable(run)
        run()
        return time.perf_counter() - begun

    built_in().embed_documents(passages)
    ratios = []
    with torch.inference_mode():
        for _ in range(5):
            slow = timed(lambda: bert(tokens))
            ratios.append(slow / timed(lambda: built_in().embed_documents(passages)))
    assert median(ratios) > 100


def test_langchain_takes_the_embedder_as_it_is() -> None:
    store = InMemoryVectorStore(built_in())
    store.add_texts(PASSAGES, metadatas=[{"place": place} for place in range(len(PASSAGES))])

    [(document, score)] = store.similarity_search_with_score("保障性租赁住房租金多少", k=1)

    assert (document.page_content, document.metadata) == (PASSAGES[1], {"place": 1})
    assert 0.5 < score <= 1
