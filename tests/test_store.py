import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.datatypes import Chunk, Document, Metadata, PolicyError
from index.generation import build_generation, current_generation, switch_generation
from index.lsa import LsaEmbedder
from index.record import Entry, Model, Record
from index.store import Store

TOPICS = ("落户", "电梯", "公积金")


class TopicEmbedder:
    """A text points along the axis of the first of the three topics that it names, else along the fourth."""

    dimension = 4

    def __init__(self, name: str = "三题") -> None:
        self.name = name

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        named = next((at for at, topic in enumerate(TOPICS) if topic in text), 3)
        return [float(at == named) for at in range(4)]


def piece(document_id: str, number: int, text: str) -> Chunk:
    return Chunk(f"{document_id}#{number}", document_id, str(number), 0, len(text), text, text, len(text))


CHUNKS = (
    piece("住房", 1, "老旧小区加装电梯,居民表决。"),
    piece("住房", 2, "公积金可以付房租。"),
    piece("户籍", 1, "全面取消落户限制。"),
)
DOCUMENTS = tuple(
    Document(
        id=name, text="".join(c.text for c in CHUNKS if c.document_id == name), metadata=Metadata(name=name)
    )
    for name in ("住房", "户籍")
)


def write(folder: Path, embedder: TopicEmbedder | LsaEmbedder, chunks: tuple[Chunk, ...] = CHUNKS) -> str:
    """Make a store of `chunks`, as a synchronisation does."""
    with closing(Record.open(folder / "record.sqlite3")) as record:
        with record.transaction():
            for document in DOCUMENTS:
                own = [chunk for chunk in chunks if chunk.document_id == document.id]
                record.write_document(Entry(document.id, "/资料", f"{document.id}.txt", ""), document, own)
            if isinstance(embedder, LsaEmbedder):
                record.write_model(Model(embedder.name, len(chunks), embedder.to_bytes()))
            searched = [chunk.searched for chunk in chunks]
            vectors = np.array(embedder.embed_documents(searched), np.float32)
            record.write_embeddings(embedder.name, [chunk.digest for chunk in chunks], vectors)
        name = build_generation(record, folder, embedder, lambda *_: None)
    switch_generation(folder, name)
    return name


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    write(tmp_path, TopicEmbedder())
    with closing(Store.open(tmp_path, TopicEmbedder())) as opened:
        yield opened


def test_rows_are_chunks_by_document_and_place(store: Store) -> None:
    assert store.chunk_ids == ("住房#1", "住房#2", "户籍#1")
    assert store.chunks(store.chunk_ids) == CHUNKS
    assert (store.manifest.documents, store.manifest.chunks, store.embedder_name) == (2, 3, "三题")


def test_words_and_bigrams_score_rows(store: Store) -> None:
    assert (store.word_scores([("电梯", 1.0)]) > 0).tolist() == [True, False, False]
    assert (store.bigram_scores([("落户", 1.0), ("房租", 1.0)]) > 0).tolist() == [False, True, True]
    assert {"电梯", "落户", "公积金"} <= set(store.vocabulary)


def test_nearest_is_by_vector(store: Store) -> None:
    assert store.nearest("公积金怎么提", k=1) == [("住房#2", pytest.approx(1.0))]
    assert len(store.nearest("公积金怎么提", k=10)) == 3


def test_documents_are_read_once_and_unknown_ones_named(store: Store) -> None:
    assert store.documents() == DOCUMENTS
    assert store.document("住房") is store.document("住房")
    with pytest.raises(PolicyError, match="没有编号为 养老 的文件,现有:住房、户籍"):
        store.document("养老")


def test_threads_search_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda _: (store.nearest("落户", 1)[0][0], store.chunks(["户籍#1"])), range(100))
        )
    assert found == [("户籍#1", (CHUNKS[2],))] * 100


def test_the_store_brings_its_own_embedder(tmp_path: Path) -> None:
    write(tmp_path, LsaEmbedder.fit(chunk.searched for chunk in CHUNKS))
    with closing(Store.open(str(tmp_path))) as store:
        assert store.nearest("怎么加装电梯", k=1)[0][0] == "住房#1"


def test_a_reader_keeps_to_what_it_opened(store: Store, tmp_path: Path) -> None:
    for kept in (2, 1, 0):
        write(tmp_path, TopicEmbedder(), CHUNKS[:kept])
    assert store.nearest("落户", k=1)[0][0] == "户籍#1"
    assert store.word_scores([("落户", 1.0)]).argmax() == 2
    assert (store.chunks(["户籍#1"]), store.documents()) == ((CHUNKS[2],), DOCUMENTS)
    with closing(Store.open(tmp_path, TopicEmbedder())) as empty:
        assert (empty.chunk_ids, empty.nearest("落户", k=3)) == ((), [])


def test_only_the_last_two_generations_stay(tmp_path: Path) -> None:
    names = [write(tmp_path, TopicEmbedder(), CHUNKS[:kept]) for kept in (3, 2, 1)]
    assert {path.name for path in (tmp_path / "generations").iterdir()} == set(names[1:])
    assert current_generation(tmp_path) == tmp_path / "generations" / names[2]


def test_no_store_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="还没有可用的索引,请先运行 policy-assistant index sync 建立"):
        Store.open(tmp_path)


@pytest.mark.parametrize("pointer", [None, "", "\n", "没有这一代\n", "\udcff"])
def test_a_pointer_that_leads_nowhere_is_no_store(store: Store, tmp_path: Path, pointer: str | None) -> None:
    if pointer is None:
        (tmp_path / "CURRENT").unlink()
    else:
        (tmp_path / "CURRENT").write_text(pointer, "utf-8", errors="surrogateescape")
    with pytest.raises(PolicyError, match="还没有可用的索引"):
        Store.open(tmp_path, TopicEmbedder())


def test_another_embedder_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="向量模型是 三题,现用的是 四题,请改用前者,或运行"):
        Store.open(tmp_path, TopicEmbedder("四题"))
    with pytest.raises(PolicyError, match="向量模型是 三题,现用的是 内置模型"):
        Store.open(tmp_path)


def test_another_release_of_chromadb_is_refused(store: Store, tmp_path: Path) -> None:
    generation = current_generation(tmp_path)
    assert generation is not None
    manifest = generation / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"chromadb": "0.6.3"}))
    with pytest.raises(PolicyError, match=r"索引由 chromadb 0.6.3 建立,现装的是 1\.5\.\d+,请运行"):
        Store.open(tmp_path, TopicEmbedder())


@pytest.mark.parametrize("part", ["manifest.json", "texts.sqlite3", "words", "bigrams", "chroma"])
def test_a_damaged_generation_is_refused(tmp_path: Path, part: str) -> None:
    write(tmp_path, TopicEmbedder())
    damaged = tmp_path / "generations" / (tmp_path / "CURRENT").read_text().strip() / part
    if damaged.is_dir():
        shutil.rmtree(damaged)
    else:
        damaged.write_bytes(b"")
    with pytest.raises(PolicyError, match="请运行 policy-assistant index sync 重建"):
        Store.open(tmp_path, TopicEmbedder())


def test_lost_vectors_are_noticed(tmp_path: Path) -> None:
    write(tmp_path, TopicEmbedder())
    generation = tmp_path / "generations" / (tmp_path / "CURRENT").read_text().strip()
    write(tmp_path, TopicEmbedder(), CHUNKS[:1])
    fewer = tmp_path / "generations" / (tmp_path / "CURRENT").read_text().strip()
    shutil.rmtree(fewer / "chroma")
    shutil.copytree(generation / "chroma", fewer / "chroma")
    with pytest.raises(PolicyError, match="已损坏"):
        Store.open(tmp_path, TopicEmbedder())


def test_a_build_that_fails_leaves_nothing(store: Store, tmp_path: Path) -> None:
    before = sorted((tmp_path / "generations").iterdir())
    with (
        closing(Record.open(tmp_path / "record.sqlite3")) as record,
        pytest.raises(ValueError, match="non-empty"),
    ):
        build_generation(record, tmp_path, TopicEmbedder("没有算过"), lambda *_: None)
    assert sorted((tmp_path / "generations").iterdir()) == before
