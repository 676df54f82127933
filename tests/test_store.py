import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.build import build_generation
from index.datatypes import Chunk, Document, Metadata, PolicyError
from index.embedder import Embedder
from index.files import digest, files_below
from index.generation import current_generation, point_at, remove_unused
from index.meaning import Meaning
from index.record import Entry, Record
from index.static import built_in
from index.store import Store, StoreDamagedError
from index.vectors import VectorFolder
from tests.stores import TopicEmbedder, flip, generation, nearest, spoil


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


def write(folder: Path, embedder: Embedder, chunks: tuple[Chunk, ...] = CHUNKS) -> str:
    """Make a store of `chunks`, as a synchronisation does."""
    with closing(Record.open(folder / "record.sqlite3")) as record:
        with record.transaction():
            for document in DOCUMENTS:
                own = [chunk for chunk in chunks if chunk.document_id == document.id]
                record.write_document(Entry(document.id, "/资料", f"{document.id}.txt", ""), document, own)
            searched = [chunk.searched for chunk in chunks]
            vectors = np.array(embedder.embed_documents(searched), np.float32)
            record.write_embeddings(embedder.name, [chunk.digest for chunk in chunks], vectors)
        built = build_generation(record, folder, embedder, lambda *_: None)
    point_at(folder, built)
    remove_unused(folder, None)
    return built.name


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
    assert (store.word_scores([("电梯", 1.0)]).own > 0).tolist() == [True, False, False]
    assert (store.bigram_scores([("落户", 1.0), ("房租", 1.0)]).own > 0).tolist() == [False, True, True]
    assert {"电梯", "落户", "公积金"} <= set(store.vocabulary)


def test_cosines_are_by_vector(store: Store) -> None:
    for k in (1, 10):
        scores = store.cosines("公积金怎么提", k)
        assert scores is not None
        assert scores.own.tolist() == [0.0, pytest.approx(1.0), 0.0]
        assert scores.asked.tolist() == [0.0, 0.0, 0.0]


def test_documents_are_read_once_and_unknown_ones_named(store: Store) -> None:
    assert store.documents() == DOCUMENTS
    assert store.document("住房") is store.document("住房")
    with pytest.raises(PolicyError, match="没有编号为 养老 的文件,现有:住房、户籍"):
        store.document("养老")


def test_threads_search_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: (nearest(store, "落户")[0], store.chunks(["户籍#1"])), range(100)))
    assert found == [("户籍#1", (CHUNKS[2],))] * 100


def test_the_built_in_embedder_is_found_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, built_in())
    with closing(Store.open(str(tmp_path))) as store:
        assert nearest(store, "怎么加装电梯")[0] == "住房#1"


def test_a_reader_keeps_to_what_it_opened(store: Store, tmp_path: Path) -> None:
    for kept in (2, 1, 0):
        write(tmp_path, TopicEmbedder(), CHUNKS[:kept])
    assert nearest(store, "落户")[0] == "户籍#1"
    assert store.word_scores([("落户", 1.0)]).own.argmax() == 2
    assert (store.chunks(["户籍#1"]), store.documents()) == ((CHUNKS[2],), DOCUMENTS)
    with closing(Store.open(tmp_path, TopicEmbedder())) as empty:
        assert (empty.chunk_ids, empty.cosines("落户", k=3)) == ((), None)


def test_only_the_last_two_generations_stay(tmp_path: Path) -> None:
    names = [write(tmp_path, TopicEmbedder(), CHUNKS[:kept]) for kept in (3, 2, 1)]
    assert {path.name for path in (tmp_path / "generations").iterdir()} == set(names[1:])
    assert current_generation(tmp_path) == tmp_path / "generations" / names[2]


def test_no_store_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="还没有可用的索引,请先运行 policy-assistant index sync 建立"):
        Store.open(tmp_path)


@pytest.mark.parametrize("pointer", [None, "", "\n", "没有这一代\n", "../..\n", "\udcff"])
def test_a_pointer_that_leads_nowhere_is_made_up_for(
    store: Store, tmp_path: Path, pointer: str | None
) -> None:
    newest = write(tmp_path, TopicEmbedder(), CHUNKS[:2])
    if pointer is None:
        (tmp_path / "CURRENT").unlink()
    else:
        (tmp_path / "CURRENT").write_text(pointer, "utf-8", errors="surrogateescape")
    with closing(Store.open(tmp_path, TopicEmbedder())) as opened:
        assert (opened.generation.name, opened.shortfalls) == (newest, ())


def test_generations_are_numbered_whatever_the_clock_says(tmp_path: Path) -> None:
    names = [write(tmp_path, TopicEmbedder(), CHUNKS[:kept]) for kept in (3, 2, 1)]
    assert [name[:6] for name in names] == ["000001", "000002", "000003"]


def test_another_embedder_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="向量模型是 三题,现用的是 四题,请改用前者,或运行"):
        Store.open(tmp_path, TopicEmbedder("四题"))
    with pytest.raises(PolicyError, match="向量模型是 三题,现用的是 static-"):
        Store.open(tmp_path, "builtin")


def words_alone(folder: Path, embedder: TopicEmbedder | str | None = None) -> str:
    """Why the store in `folder` searches by words alone, which it has to do right."""
    with closing(Store.open(folder, embedder or TopicEmbedder())) as store:
        assert store.cosines("落户", k=3) is None
        assert (store.word_scores([("落户", 1.0)]).own > 0).tolist() == [False, False, True]
        assert store.documents() == DOCUMENTS
        (shortfall,) = store.shortfalls
        assert shortfall.name == "words_only"
        return shortfall.why


def test_without_its_embedder_words_are_searched(store: Store, tmp_path: Path) -> None:
    assert words_alone(tmp_path, "auto") == "建索引用的向量模型 三题 不在本机"
    assert "找不到 BGE 模型目录" in words_alone(tmp_path, str(tmp_path / "没有"))


def test_vectors_of_another_release_of_chromadb_are_left_alone(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store.chroma_version", lambda: "9.0.0")
    assert words_alone(tmp_path).startswith("向量索引由 chromadb 1.5.")


@pytest.mark.parametrize("damage", ["delete", "empty", "halve", "flip"])
@pytest.mark.parametrize("name", ["chroma.sqlite3", "data_level0.bin", "header.bin", "length.bin"])
def test_damaged_vectors_are_never_opened(store: Store, tmp_path: Path, name: str, damage: str) -> None:
    (file,) = (generation(tmp_path) / "chroma").rglob(name)
    spoil(file, damage)
    assert words_alone(tmp_path) == "向量索引已损坏"


def test_vectors_that_are_fewer_are_noticed(store: Store, tmp_path: Path) -> None:
    VectorFolder(tmp_path / "fewer").build(["住房#1"], np.array([[1.0, 0, 0, 0]], "f4"))
    meaning = Meaning(TopicEmbedder(), VectorFolder(tmp_path / "fewer").open, rows=3)
    assert (meaning.nearest("落户", 1), meaning.why) == ([], "向量索引已损坏")


@pytest.mark.parametrize("damage", ["delete", "empty", "halve", "flip"])
@pytest.mark.parametrize(
    "name", ["manifest.json", "texts.sqlite3", "words/data.csc.index.npy", "bigrams/vocab.index.json"]
)
def test_the_generation_before_stands_in_for_one_that_is_damaged(
    tmp_path: Path, name: str, damage: str
) -> None:
    before = write(tmp_path, TopicEmbedder(), CHUNKS[:2])
    write(tmp_path, TopicEmbedder())
    spoil(generation(tmp_path) / name, damage)
    with closing(Store.open(tmp_path, TopicEmbedder())) as store:
        assert (store.generation.name, len(store.chunk_ids)) == (before, 2)
        told = [shortfall.name for shortfall in store.shortfalls]
        # one without a manifest is not complete and counts for nothing
        assert told == ([] if (name, damage) == ("manifest.json", "delete") else ["previous_generation"])


@pytest.mark.parametrize("part", ["manifest.json", "texts.sqlite3", "words", "bigrams"])
def test_where_no_generation_is_sound_the_cure_is_named(tmp_path: Path, part: str) -> None:
    write(tmp_path, TopicEmbedder())
    damaged = generation(tmp_path) / part
    if damaged.is_dir():
        shutil.rmtree(damaged)
    else:
        damaged.write_bytes(b"")
    with pytest.raises(StoreDamagedError, match=r"已损坏.*,请运行 policy-assistant index repair 重建"):
        Store.open(tmp_path, TopicEmbedder())


def test_a_copy_of_a_store_is_as_good(store: Store, tmp_path: Path) -> None:
    shutil.copytree(tmp_path, tmp_path.with_name("copy"), copy_function=shutil.copyfile)
    with closing(Store.open(tmp_path.with_name("copy"), TopicEmbedder())) as copy:
        assert (nearest(copy, "落户")[0], copy.shortfalls) == ("户籍#1", ())


def test_readers_leave_a_generation_as_it_is(store: Store, tmp_path: Path) -> None:
    before = {path: digest(path) for path in files_below(tmp_path)}
    with closing(Store.open(tmp_path, TopicEmbedder())) as opened:
        opened.cosines("落户", k=3)
    assert {path: digest(path) for path in files_below(tmp_path)} == before


def test_a_few_changes_are_made_to_a_copy_of_the_vectors(tmp_path: Path) -> None:
    many = tuple(piece("住房", number, f"第{number}种说法。") for number in range(20))
    write(tmp_path, TopicEmbedder(), many)
    segments = {path.name for path in (generation(tmp_path) / "chroma").iterdir()}
    changed = (*many[1:19], piece("住房", 19, "落户。"), piece("住房", 20, "电梯。"))
    write(tmp_path, TopicEmbedder(), changed)
    assert {path.name for path in (generation(tmp_path) / "chroma").iterdir()} == segments
    with closing(Store.open(tmp_path, TopicEmbedder())) as store:
        assert (store.manifest.changed, nearest(store, "落户")) == (4, ("住房#19", pytest.approx(1.0)))
        assert nearest(store, "电梯") == ("住房#20", pytest.approx(1.0))
        assert (store.chunk_ids, store.shortfalls) == (tuple(chunk.id for chunk in changed), ())


@pytest.mark.parametrize("damage", ["many changes", "damaged base"])
def test_otherwise_vectors_are_written_anew(tmp_path: Path, damage: str) -> None:
    many = tuple(piece("住房", number, f"第{number}种说法。") for number in range(20))
    write(tmp_path, TopicEmbedder(), many)
    segments = {path.name for path in (generation(tmp_path) / "chroma").iterdir()}
    if damage == "damaged base":
        (file,) = (generation(tmp_path) / "chroma").rglob("data_level0.bin")
        flip(file)
    write(tmp_path, TopicEmbedder(), many[:19] if damage == "damaged base" else many[:5])
    assert {path.name for path in (generation(tmp_path) / "chroma").iterdir()} & segments == {
        "chroma.sqlite3"
    }
    with closing(Store.open(tmp_path, TopicEmbedder())) as store:
        assert (store.manifest.changed, store.shortfalls) == (0, ())


def test_a_build_that_fails_leaves_nothing(store: Store, tmp_path: Path) -> None:
    before = sorted((tmp_path / "generations").iterdir())
    with (
        closing(Record.open(tmp_path / "record.sqlite3")) as record,
        pytest.raises(ValueError, match="non-empty"),
    ):
        build_generation(record, tmp_path, TopicEmbedder("没有算过"), lambda *_: None)
    assert sorted((tmp_path / "generations").iterdir()) == before


def test_too_little_space_is_said_before_anything_is_written(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=2**20))
    before = sorted((tmp_path / "generations").iterdir())
    with pytest.raises(PolicyError, match=r"磁盘空间不足:新索引约需 20 MB.*还剩 1 MB.*原有索引未动"):
        write(tmp_path, TopicEmbedder(), CHUNKS[:1])
    assert sorted((tmp_path / "generations").iterdir()) == before
