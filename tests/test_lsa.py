import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from langchain_core.vectorstores import InMemoryVectorStore

from index.datatypes import PolicyError
from index.embedder import Embedder
from index.lsa import LsaEmbedder

ROOT = Path(__file__).parent.parent
TEXTS = [
    "有序推进城镇老旧小区改造,支持加装电梯。",
    "加装电梯的,按每部给予补贴。",
    "发展保障性租赁住房,扩大公租房覆盖面。",
    "公租房的租金由市人民政府制定。",
    "推进城市内涝治理,改造排水管网。",
    "建设海绵城市,完善排水防涝体系。",
]


@pytest.fixture(scope="module")
def fitted() -> LsaEmbedder:
    return LsaEmbedder.fit(TEXTS)


def nearest(embedder: Embedder, query: str, texts: list[str]) -> str:
    scores = np.array(embedder.embed_documents(texts)) @ np.array(embedder.embed_query(query))
    return texts[int(scores.argmax())]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("加装电梯有补贴吗", TEXTS[1]),
        ("公租房租金多少", TEXTS[3]),
        ("下大雨内涝了怎么办", TEXTS[4]),
        ("海绵城市是什么", TEXTS[5]),
    ],
)
def test_question_finds_its_text(fitted: LsaEmbedder, query: str, found: str) -> None:
    assert nearest(fitted, query, TEXTS) == found


def test_words_that_stand_together_elsewhere_become_similar() -> None:
    texts = ["停车泊位", "停车泊位不足", "增设停车泊位", "电梯加装", "电梯加装补贴", "既有住宅电梯加装"]
    embedder = LsaEmbedder.fit(texts, dimension=3)

    assert nearest(embedder, "停车", ["泊位", "加装"]) == "泊位"
    assert nearest(embedder, "电梯", ["泊位", "加装"]) == "加装"


def test_full_width_and_upper_case_make_no_difference() -> None:
    embedder = LsaEmbedder.fit([*TEXTS, "建设5g基站"])

    assert embedder.embed_query("5G基站") == embedder.embed_query("\uff15\uff27基站")


@pytest.mark.parametrize("query", ["", " \n", "!?", "\ud800", "xyz", "鱻"])
def test_unknown_text_resembles_nothing_but_its_like(fitted: LsaEmbedder, query: str) -> None:
    vector = np.array(fitted.embed_query(query))

    assert vector @ vector == 1
    assert (np.array(fitted.embed_documents(TEXTS)) @ vector).tolist() == [0] * len(TEXTS)
    assert vector.tolist() == fitted.embed_documents([""])[0]


@pytest.mark.parametrize(
    ("texts", "dimension"),
    [
        ([], 1),
        ([""], 1),
        (["大连"], 2),
        (["大连", "大连", "大连"], 2),
        (["大连", "沈阳"], 3),
        (["大连", "沈阳", ""], 3),
        (["大连市", "沈阳市", "大连市和沈阳市"], 4),
    ],
)
def test_tiny_corpora_give_short_unit_vectors(texts: list[str], dimension: int) -> None:
    embedder = LsaEmbedder.fit(texts)
    vectors = np.array(embedder.embed_documents([*texts, "长春", ""]))

    assert embedder.dimension == dimension
    assert vectors.shape == (len(texts) + 2, dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-12)
    assert LsaEmbedder.from_bytes(embedder.to_bytes()).name == embedder.name


def test_dimension_is_bounded_by_the_caller() -> None:
    embedder = LsaEmbedder.fit(TEXTS, dimension=4)

    assert embedder.dimension == 4
    assert [len(vector) for vector in embedder.embed_documents(TEXTS)] == [4] * len(TEXTS)
    with pytest.raises(ValueError, match="at least 2"):
        LsaEmbedder.fit(TEXTS, dimension=1)


def test_no_texts_give_no_vectors(fitted: LsaEmbedder) -> None:
    assert fitted.embed_documents([]) == []


def test_same_texts_give_the_same_bytes_and_others_another_name(fitted: LsaEmbedder) -> None:
    again = LsaEmbedder.fit(list(TEXTS))
    other = LsaEmbedder.fit([*TEXTS[:-1], "建设海绵城市,完善排水防洪体系。"])

    assert again.to_bytes() == fitted.to_bytes()
    assert again.name == fitted.name
    assert fitted.name.startswith("lsa-7-")
    assert other.name.startswith("lsa-7-")
    assert other.name != fitted.name


def test_stored_model_gives_the_same_vectors(fitted: LsaEmbedder) -> None:
    stored = LsaEmbedder.from_bytes(fitted.to_bytes())

    assert stored.name == fitted.name
    assert stored.embed_documents(TEXTS) == fitted.embed_documents(TEXTS)


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "flipped"])
def test_damaged_model_is_a_fault_with_its_cure(fitted: LsaEmbedder, damage: str) -> None:
    whole = fitted.to_bytes()
    middle = len(whole) // 2
    damaged = {
        "empty": b"",
        "text": "大连".encode(),
        "cut": whole[:middle],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
    }

    with pytest.raises(PolicyError, match="内置向量模型的文件已损坏,请删除索引目录后重新建立索引"):
        LsaEmbedder.from_bytes(damaged[damage])


def test_using_a_stored_model_needs_numpy_only(fitted: LsaEmbedder, tmp_path: Path) -> None:
    (tmp_path / "model.npz").write_bytes(fitted.to_bytes())
    code = (
        "import sys, pathlib; from index.lsa import LsaEmbedder\n"
        "model = LsaEmbedder.from_bytes(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "model.embed_query('公租房')\n"
        "print(model.name, {'numpy', 'scipy', 'jieba', 'torch'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "model.npz")]
    shown = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)

    assert shown.stdout == f"{fitted.name} {{'numpy'}}\n"


def test_langchain_takes_the_embedder_as_it_is(fitted: LsaEmbedder) -> None:
    store = InMemoryVectorStore(fitted)
    store.add_texts(TEXTS, metadatas=[{"place": place} for place in range(len(TEXTS))])

    [(document, score)] = store.similarity_search_with_score("公租房租金多少", k=1)

    assert document.page_content == TEXTS[3]
    assert document.metadata == {"place": 3}
    assert 0.5 < score <= 1
