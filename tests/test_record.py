import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.datatypes import (
    Chunk,
    ChunkQuestion,
    Clause,
    ClauseKind,
    Document,
    Furniture,
    FurnitureKind,
    Level,
    Metadata,
    PolicyError,
    SourceKind,
)
from index.record import (
    Entry,
    Record,
    RecordDamagedError,
    RecordError,
    metadata_from_json,
    metadata_to_json,
)
from index.record.connection import LADDER

FULL = Metadata(
    name="公租房办法",
    title="大连市公租房管理办法",
    short_names=("公租房办法", "办法"),
    issuer="大连市人民政府",
    level=Level.CITY,
    region="大连",
    number="大政发〔2025〕3号",
    issued=date(2025, 1, 2),
    valid_from=date(2025, 2, 1),
    valid_until=date(2030, 1, 31),
    kind=SourceKind.REWRITTEN,
    provenance="市政府网站",
    warning="改写文本,非官方原文",
    wording=(("打造", "建立"), ("要紧", "重要")),
)
TEXT = "办法\n第一条 申请公租房须有户籍。\n第二条 租金按季交。"
DOCUMENT = Document(
    id="办法",
    text=TEXT,
    metadata=FULL,
    clauses=(
        Clause("a1", None, ClauseKind.ARTICLE, "第一条", 1, "", "第一条", 0, 3, 7, 19),
        Clause("a2", None, ClauseKind.ARTICLE, "第二条", None, "", "第二条", 0, 19, 23, 29),
    ),
    furniture=(Furniture(FurnitureKind.TITLE, 0, 3),),
    source="办法.txt",
)
CHUNKS = (
    Chunk("办法#a1", "办法", "a1", 7, 18, TEXT[7:18], "公租房办法 申请公租房须有户籍", 9),
    Chunk("办法#a2", "办法", "a2", 23, 29, TEXT[23:29], "公租房办法 租金按季交", 5),
)
ENTRY = Entry("办法", "/资料", "办法.txt", "摘要一")
PLAIN = Document(id="二", text="电梯\x00加装", metadata=Metadata(name="二"))
PLAIN_CHUNK = Chunk("二#p", "二", "p", 0, 5, "电梯\x00加装", "电梯加装", 3)
PLAIN_ENTRY = Entry("二", "/资料", "二.txt", "摘要二")
QUESTIONS = (
    ChunkQuestion("办法#a2?1.1", "办法", "办法#a2", "房租咋交"),
    ChunkQuestion("办法#a1?2.1", "办法", "办法#a1", "谁能申请"),
    ChunkQuestion("办法#a2?1.2", "办法", "办法#a2", "电梯加装"),
)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with closing(Record.open(tmp_path / "r.sqlite3")) as opened:
        with opened.transaction():
            opened.write_document(ENTRY, DOCUMENT, CHUNKS)
            opened.write_document(PLAIN_ENTRY, PLAIN, [PLAIN_CHUNK])
        yield opened


def test_documents_come_back_equal(record: Record) -> None:
    assert record.documents() == (PLAIN, DOCUMENT)
    found = record.document("办法")
    assert found is not None and found.source == "办法.txt"
    assert record.document("三") is None


def test_chunks_come_back_in_the_order_of_rows_or_as_asked(record: Record) -> None:
    assert record.chunks() == (PLAIN_CHUNK, *CHUNKS)
    assert record.chunk_ids() == ("二#p", "办法#a1", "办法#a2")
    assert record.chunks_by_id(["办法#a2", "二#p", "办法#a2"]) == (CHUNKS[1], PLAIN_CHUNK, CHUNKS[1])
    assert record.chunks_by_id(["二#p"] * 1200) == (PLAIN_CHUNK,) * 1200
    with pytest.raises(KeyError, match="三#p"):
        record.chunks_by_id(["二#p", "三#p"])


@pytest.fixture
def asked(record: Record) -> Record:
    """The record with questions that the first document answers."""
    with record.transaction():
        record.write_document(ENTRY, DOCUMENT, CHUNKS, QUESTIONS)
    return record


def test_questions_are_searched_after_all_chunks(asked: Record) -> None:
    assert asked.chunk_ids() == ("二#p", "办法#a1", "办法#a2")
    ids = ("二#p", "办法#a1", "办法#a2", "办法#a2?1.1", "办法#a1?2.1", "办法#a2?1.2")
    assert tuple(asked.digests()) == ids
    assert asked.searched_texts()[3:] == ("房租咋交", "谁能申请", "电梯加装")
    assert asked.chunks_of_questions() == {
        "办法#a2?1.1": "办法#a2", "办法#a1?2.1": "办法#a1", "办法#a2?1.2": "办法#a2"
    }  # fmt: skip
    assert asked.questions_of(["办法#a2", "二#p"]) == {"办法#a2": ("房租咋交", "电梯加装")}
    assert asked.questions_of([]) == {}


def test_questions_go_with_their_document(asked: Record, tmp_path: Path) -> None:
    asked.write_snapshot(tmp_path / "s.sqlite3")
    with asked.transaction():
        asked.write_document(ENTRY, DOCUMENT, CHUNKS, QUESTIONS[:1])
    assert asked.questions_of(["办法#a1", "办法#a2"]) == {"办法#a2": ("房租咋交",)}
    with asked.transaction():
        asked.delete_document("办法")
    assert asked.chunks_of_questions() == {}
    with closing(Record.open_snapshot(tmp_path / "s.sqlite3")) as snapshot:
        assert snapshot.questions_of(["办法#a1"]) == {"办法#a1": ("谁能申请",)}


def test_questions_are_embedded_by_content_as_chunks_are(asked: Record) -> None:
    missing = asked.missing_embeddings("甲")
    assert [text for _, text in missing] == [
        "电梯加装",  # of a chunk and of a question
        "公租房办法 申请公租房须有户籍",
        "公租房办法 租金按季交",
        "房租咋交",
        "谁能申请",
    ]
    vectors = np.arange(5, dtype="f4")[:, None]
    with asked.transaction():
        asked.write_embeddings("甲", [digest for digest, _ in missing], vectors)
    assert asked.embeddings("甲").tolist() == [[0], [1], [2], [3], [4], [0]]
    with asked.transaction():
        asked.write_document(ENTRY, DOCUMENT, CHUNKS, QUESTIONS[2:])
        asked.prune_embeddings()
        asked.write_document(ENTRY, DOCUMENT, CHUNKS, QUESTIONS)
    assert [text for _, text in asked.missing_embeddings("甲")] == ["房租咋交", "谁能申请"]


def test_digests_follow_questions(asked: Record) -> None:
    before = (asked.content_digest(), asked.text_digest())
    with asked.transaction():
        asked.write_document(ENTRY, DOCUMENT, CHUNKS, QUESTIONS[:2])
    assert all(
        one != other for one, other in zip(before, (asked.content_digest(), asked.text_digest()), strict=True)
    )


@pytest.mark.parametrize("metadata", [FULL, Metadata(name="只有名字")])
def test_metadata_comes_back_equal(metadata: Metadata) -> None:
    assert metadata_from_json(metadata_to_json(metadata)) == metadata


def test_all_is_still_there_after_reopening(record: Record, tmp_path: Path) -> None:
    record.close()
    with closing(Record.open(tmp_path / "r.sqlite3")) as again:
        assert (again.documents(), again.entries()) == ((PLAIN, DOCUMENT), (PLAIN_ENTRY, ENTRY))


def test_writing_again_replaces(record: Record) -> None:
    newer = Document(id="办法", text="废止", metadata=Metadata(name="办法"))
    with record.transaction():
        record.write_document(Entry("办法", "/资料", "办法.txt", "摘要三"), newer, [])
    assert (record.document("办法"), record.chunk_ids()) == (newer, ("二#p",))


def test_a_file_that_gets_another_id_leaves_the_old_one(record: Record) -> None:
    renamed = Document(id="新", text=TEXT, metadata=FULL)
    with record.transaction():
        record.write_document(Entry("新", "/资料", "办法.txt", "摘要三"), renamed, [])
    assert [entry.document_id for entry in record.entries()] == ["二", "新"]


def test_deleting_takes_clauses_and_chunks_along(record: Record) -> None:
    with record.transaction():
        record.delete_document("办法")
        record.delete_document("没有")
    assert (record.documents(), record.chunks()) == ((PLAIN,), (PLAIN_CHUNK,))


def test_a_transaction_that_fails_writes_nothing(record: Record) -> None:
    with pytest.raises(ZeroDivisionError), record.transaction():
        record.delete_document("办法")
        raise ZeroDivisionError
    assert record.documents() == (PLAIN, DOCUMENT)


def test_a_document_that_fails_keeps_its_last_version_and_spares_the_rest(record: Record) -> None:
    twice = [CHUNKS[0], CHUNKS[0]]
    with record.transaction():
        with pytest.raises(sqlite3.IntegrityError):
            record.write_document(ENTRY, Document(id="办法", text="新", metadata=FULL), twice)
        record.delete_document("二")
    assert record.documents() == (DOCUMENT,)


def test_content_digest_follows_documents_and_chunks(record: Record) -> None:
    before = record.content_digest()
    with record.transaction():
        record.write_document(Entry("二", "/资料", "二.txt", "摘要四"), PLAIN, [PLAIN_CHUNK])
    changed = record.content_digest()
    with record.transaction():
        record.write_document(PLAIN_ENTRY, PLAIN, [PLAIN_CHUNK])
    assert changed != before == record.content_digest()


def test_embeddings_are_kept_by_content_and_embedder(record: Record) -> None:
    searched = ("电梯加装", "公租房办法 申请公租房须有户籍", "公租房办法 租金按季交")
    digests = (PLAIN_CHUNK.digest, CHUNKS[0].digest, CHUNKS[1].digest)
    assert record.missing_embeddings("甲") == tuple(zip(digests, searched, strict=True))
    vectors = np.array([[1, 2], [3, 4], [5, 6]], "f4")
    with record.transaction():
        record.write_embeddings("甲", digests[:2], vectors[:2])
    assert record.missing_embeddings("甲") == ((digests[2], searched[2]),)
    assert len(record.missing_embeddings("乙")) == 3
    with record.transaction():
        record.write_embeddings("甲", digests[2:], vectors[2:])
    assert record.embeddings("甲").tolist() == vectors.tolist()
    with record.transaction():
        record.delete_document("二")
        record.prune_embeddings()
        record.write_document(PLAIN_ENTRY, PLAIN, [PLAIN_CHUNK])
    assert record.missing_embeddings("甲") == ((digests[0], searched[0]),)


def test_equal_contents_are_embedded_once(record: Record) -> None:
    same = Chunk("三#p", "三", "p", 0, 2, "电梯", PLAIN_CHUNK.searched, 1)
    with record.transaction():
        record.write_document(Entry("三", "/资料", "三.txt", ""), Document("三", "电梯", FULL), [same])
    assert len(record.missing_embeddings("甲")) == 3 < len(record.chunk_ids())


def test_a_snapshot_keeps_the_texts_of_its_moment(record: Record, tmp_path: Path) -> None:
    record.write_snapshot(tmp_path / "s.sqlite3")
    with record.transaction():
        record.delete_document("办法")
    with closing(Record.open_snapshot(tmp_path / "s.sqlite3")) as snapshot:
        assert snapshot.documents() == (PLAIN, DOCUMENT)
        assert snapshot.chunks() == (PLAIN_CHUNK, *CHUNKS)
        with pytest.raises(PolicyError, match="readonly"), snapshot.transaction():
            snapshot.delete_document("办法")


def test_threads_read_at_once(record: Record) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: (record.document("办法"), record.chunks()), range(200)))
    assert found == [(DOCUMENT, (PLAIN_CHUNK, *CHUNKS))] * 200


def test_file_is_set_up_for_safety(record: Record, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "r.sqlite3")) as other:
        asked = ("journal_mode", "user_version", "integrity_check")
        assert [other.execute(f"PRAGMA {name}").fetchone()[0] for name in asked] == ["wal", len(LADDER), "ok"]


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {len(LADDER) + 1}")
    with pytest.raises(PolicyError, match="由更新版本的程序建立:请升级"):
        Record.open(path)


def test_an_older_file_climbs_to_the_newest_schema_and_keeps_what_it_holds(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.close()
    newer = (*LADDER, "ALTER TABLE documents ADD COLUMN note TEXT; CREATE TABLE notes (text TEXT)")
    monkeypatch.setattr("index.record.connection.LADDER", newer)
    with closing(Record.open(tmp_path / "r.sqlite3")) as climbed:
        assert climbed.documents() == (PLAIN, DOCUMENT)
    with closing(sqlite3.connect(tmp_path / "r.sqlite3")) as other:
        assert other.execute("SELECT note FROM documents").fetchall() == [(None,), (None,)]
        assert other.execute("PRAGMA user_version").fetchone() == (len(newer),)
    monkeypatch.setattr("index.record.connection.LADDER", LADDER)
    with pytest.raises(PolicyError, match="由更新版本的程序建立"):
        Record.open(tmp_path / "r.sqlite3")


def test_a_file_of_the_first_schema_loses_what_was_fitted_on_its_texts(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "r.sqlite3")) as first:
        first.executescript(LADDER[0])
        first.execute("INSERT INTO models VALUES ('lsa-512-0123456789ab', 3, x'00')")
        first.executemany(
            "INSERT INTO embeddings VALUES (?, 'd', x'0000803f')", [("lsa-512-0123456789ab",), ("bge-16-x",)]
        )
        first.execute("PRAGMA user_version = 1")
        first.commit()
    with closing(Record.open(tmp_path / "r.sqlite3")) as climbed, climbed.transaction():
        climbed.write_document(ENTRY, DOCUMENT, CHUNKS, QUESTIONS)
    with closing(sqlite3.connect(tmp_path / "r.sqlite3")) as other:
        assert other.execute("SELECT embedder FROM embeddings").fetchall() == [("bge-16-x",)]
        assert other.execute("SELECT name FROM sqlite_master WHERE name = 'models'").fetchall() == []
        assert other.execute("SELECT count(*) FROM searched").fetchone() == (5,)


def test_a_step_that_fails_leaves_the_file_as_it_was(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.close()
    broken = (*LADDER, "ALTER TABLE documents ADD COLUMN note TEXT; CREATE TABLE documents (id TEXT)")
    monkeypatch.setattr("index.record.connection.LADDER", broken)
    with pytest.raises(RecordError, match="already exists"):
        Record.open(tmp_path / "r.sqlite3")
    monkeypatch.setattr("index.record.connection.LADDER", LADDER)
    with closing(Record.open(tmp_path / "r.sqlite3")) as again:
        assert again.documents() == (PLAIN, DOCUMENT)


def test_an_older_snapshot_is_refused(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.write_snapshot(tmp_path / "s.sqlite3")
    monkeypatch.setattr("index.record.connection.LADDER", (*LADDER, "CREATE TABLE notes (text TEXT)"))
    with pytest.raises(RecordError, match="由旧版程序建立:请重建索引"):
        Record.open_snapshot(tmp_path / "s.sqlite3")


def test_text_digest_follows_every_character(record: Record, tmp_path: Path) -> None:
    record.write_snapshot(tmp_path / "s.sqlite3")
    with closing(Record.open_snapshot(tmp_path / "s.sqlite3")) as snapshot:
        assert snapshot.text_digest() == record.text_digest()
    record._connection.execute("UPDATE documents SET text = replace(text, '季', '月')")
    with closing(Record.open_snapshot(tmp_path / "s.sqlite3")) as snapshot:
        assert snapshot.text_digest() != record.text_digest()
        assert snapshot.content_digest() == record.content_digest()


def test_a_full_disk_ends_the_transaction_and_not_only_the_document(record: Record) -> None:
    pages = record._connection.execute("PRAGMA page_count").fetchone()[0]
    record._connection.execute(f"PRAGMA max_page_count = {pages}")
    large = Document(id="大", text="字" * 100_000, metadata=Metadata(name="大"))
    with pytest.raises(RecordError, match="disk is full"), record.transaction():
        record.delete_document("二")
        record.write_document(Entry("大", "/资料", "大.txt", ""), large, [])
    assert record.documents() == (PLAIN, DOCUMENT)


def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    path.write_text("这不是数据库" * 100, "utf-8")
    with pytest.raises(
        RecordDamagedError, match=r"已损坏.file is not a database.:请运行 policy-assistant index repair"
    ):
        Record.open(path)
    with pytest.raises(RecordError, match="无法使用记录文件"):
        Record.open(tmp_path / "没有" / "r.sqlite3")
