import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.check import Finding, check_store
from index.datatypes import PolicyError, SyncReport
from index.generation import PIPELINE
from index.lock import StoreBusyError, sole_writer
from index.renew import repair
from index.store import Store
from index.sync import sync_folder
from tests.stores import FILES, TopicEmbedder, flip, found, generation, nearest, spoil, write_files

REPAIR, SYNC = "请运行 policy-assistant index repair", "请运行 policy-assistant index sync"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write_files(tmp_path / "资料")


@pytest.fixture
def store(tmp_path: Path, docs: Path) -> Path:
    sync_folder(docs, tmp_path / "库", embedder=TopicEmbedder())
    return tmp_path / "库"


def unsound(store: Path) -> list[tuple[str, str, str]]:
    findings = check_store(store, TopicEmbedder())
    assert all(bool(finding.cure) != finding.sound for finding in findings)
    return [(f.part, f.detail, f.cure) for f in findings if not f.sound]


def assert_mended(store: Path) -> None:
    embedder = TopicEmbedder()
    assert repair(store, embedder)
    assert (unsound(store), embedder.embedded) == ([], [])
    assert (found(store, "落户"), found(store, "电梯"), found(store, "养老")) == (
        ["户籍"],
        ["住房"],
        ["民政/养老"],
    )
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert (nearest(opened, "落户")[1], opened.shortfalls) == (pytest.approx(1.0), ())


def test_a_sound_store_has_nothing_to_mend(store: Path) -> None:
    assert check_store(store, TopicEmbedder()) == (
        Finding("记录", True, ""),
        Finding("指针", True, ""),
        Finding("清单", True, "3 份文件,4 个切片"),
        Finding("文字", True, ""),
        Finding("词索引", True, ""),
        Finding("字对索引", True, ""),
        Finding("向量索引", True, ""),
        Finding("索引与记录", True, "一致"),
    )
    before = (store / "CURRENT").read_text()
    assert not repair(store, TopicEmbedder())
    assert (store / "CURRENT").read_text() == before


CHANGED = "文件缺失或与建立时不同"


@pytest.mark.parametrize(
    ("pattern", "damage", "part"),
    [
        ("chroma/*/data_level0.bin", "flip", "向量索引"),
        ("chroma/chroma.sqlite3", "delete", "向量索引"),
        ("words/data.csc.index.npy", "flip", "词索引"),
        ("bigrams/vocab.index.json", "halve", "字对索引"),
        ("texts.sqlite3", "flip", "文字"),
    ],
)
def test_damage_to_a_part_is_found_and_mended(store: Path, pattern: str, damage: str, part: str) -> None:
    (file,) = generation(store).glob(pattern)
    spoil(file, damage)
    assert unsound(store) == [(part, CHANGED, REPAIR)]
    assert_mended(store)


def test_vectors_that_are_not_found_are_damaged_though_no_file_is(store: Path) -> None:
    """As where Chroma itself went wrong: the child finds it, or dies of it."""
    (file,) = generation(store).glob("chroma/*/header.bin")
    flip(file)
    stamp(store, "chroma/")
    ((part, detail, cure),) = unsound(store)
    assert (part, cure) == ("向量索引", REPAIR)
    assert detail != CHANGED
    assert_mended(store)


def stamp(store: Path, below: str) -> None:
    """Have the manifest say of files below `below` that they are as they were written."""
    from index.files import Stamp

    manifest = generation(store) / "manifest.json"
    known = json.loads(manifest.read_text("utf-8"))
    for name in known["files"]:
        if name.startswith(below):
            known["files"][name] = Stamp.of(generation(store) / name)
    manifest.write_text(json.dumps(known), "utf-8")


@pytest.mark.parametrize("pointer", ["", "没有这一代"])
def test_a_pointer_that_leads_nowhere_is_found_and_mended(store: Path, pointer: str) -> None:
    name = generation(store).name
    (store / "CURRENT").write_text(pointer, "utf-8")
    assert unsound(store) == [("指针", f"没有指向完整的索引,现用最新的 {name}", REPAIR)]
    assert not repair(store, TopicEmbedder())
    assert (unsound(store), generation(store).name) == ([], name)


def test_a_lost_index_is_found_and_mended(store: Path) -> None:
    shutil.rmtree(store / "generations")
    assert unsound(store) == [("索引", "一个完整的也没有", REPAIR)]
    assert_mended(store)


def test_a_manifest_of_another_version_is_found_and_mended(store: Path) -> None:
    manifest = generation(store) / "manifest.json"
    manifest.write_text(json.dumps({"documents": 3, "chunks": 4, "chromadb": "0.6.3"}))
    assert unsound(store) == [("清单", "损坏,或由别的版本建立", REPAIR)]
    assert_mended(store)


@pytest.mark.parametrize("damage", ["empty", "halve", "garbage"])
def test_a_damaged_record_is_found_and_brought_back_from_the_texts(
    store: Path, docs: Path, damage: str
) -> None:
    if damage == "garbage":
        (store / "record.sqlite3").write_bytes(b"\0" * 9999)
    else:
        spoil(store / "record.sqlite3", damage)
    (store / "record.sqlite3-wal").unlink(missing_ok=True)
    ((part, _, cure),) = [fault for fault in unsound(store) if fault[0] != "索引与记录"]
    assert (part, cure) == ("记录", REPAIR)
    assert repair(store, TopicEmbedder())
    assert unsound(store) == []
    assert sync_folder(docs, store, embedder=TopicEmbedder()) == SyncReport(skipped=tuple(FILES))


def test_a_record_that_says_something_else_is_found(store: Path) -> None:
    with closing(sqlite3.connect(store / "record.sqlite3")) as other:
        other.execute("UPDATE documents SET text = replace(text, '取消', '保留')")
        other.commit()
    assert unsound(store) == [("记录", "文字与由它建立的索引不同", REPAIR)]
    assert repair(store, TopicEmbedder())
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert opened.document("户籍").text == "全面取消落户限制。\n"


def test_a_lost_record_loses_no_documents_of_other_folders(store: Path, docs: Path, tmp_path: Path) -> None:
    other = tmp_path / "另一处"
    other.mkdir()
    (other / "教育.txt").write_text("就近入学。", "utf-8")
    for file in store.glob("record.sqlite3*"):
        file.unlink()
    assert unsound(store)[0] == ("记录", "文件不在了,或是空的", REPAIR)
    assert sync_folder(other, store, embedder=TopicEmbedder()) == SyncReport(written=("教育.txt",))
    assert (found(store, "入学"), found(store, "落户")) == (["教育"], ["户籍"])
    assert sync_folder(docs, store, embedder=TopicEmbedder()) == SyncReport(skipped=tuple(FILES))


def test_a_record_in_use_is_not_taken_for_a_damaged_one(store: Path) -> None:
    with closing(sqlite3.connect(store / "record.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert unsound(store) == []
        with pytest.raises(PolicyError, match="locked"):
            repair(store, TopicEmbedder())
    assert not list(store.glob("*.damaged"))
    assert unsound(store) == []


def test_a_record_of_a_newer_program_is_not_taken_for_a_damaged_one(store: Path) -> None:
    with closing(sqlite3.connect(store / "record.sqlite3")) as newer:
        newer.execute("PRAGMA user_version = 99")
    ((part, detail, cure),) = unsound(store)
    assert (part, cure) == ("记录", "排除后请再查一次")
    assert detail.endswith("由更新版本的程序建立:请升级本程序后再用")
    with pytest.raises(PolicyError, match="由更新版本的程序建立:请升级本程序"):
        repair(store, TopicEmbedder())
    assert not list(store.glob("*.damaged"))


def test_where_there_is_nothing_to_mend_from_that_is_said(store: Path) -> None:
    for name in ("record.sqlite3", f"generations/{generation(store).name}/texts.sqlite3"):
        spoil(store / name, "flip")
    with pytest.raises(PolicyError, match=r"记录已损坏.*也没有完好的索引可以恢复它.*请移走 record.sqlite3"):
        repair(store, TopicEmbedder())


def test_what_was_recorded_and_not_indexed_is_found(store: Path, docs: Path) -> None:
    class Unreachable(TopicEmbedder):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            raise ConnectionError

    (docs / "户籍.txt").write_text("落户没有门槛。", "utf-8")
    with pytest.raises(ConnectionError):
        sync_folder(docs, store, embedder=Unreachable())
    assert unsound(store) == [("索引与记录", "记录里的改动还没有编入索引", REPAIR)]
    assert repair(store, TopicEmbedder())
    assert (unsound(store), found(store, "门槛")) == ([], ["户籍"])


def test_older_rules_are_told(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.check.PIPELINE", PIPELINE + 1)
    assert unsound(store) == [("切分规则", "已更新,索引由旧规则建立", SYNC)]


def test_what_readers_are_told_is_told(store: Path) -> None:
    (finding,) = [f for f in check_store(store, "auto") if not f.sound]
    assert (finding.part, finding.detail) == ("问答", "建索引用的向量模型 三题 不在本机")


def test_a_folder_without_an_index_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="里还没有索引,请运行 policy-assistant index sync 建立"):
        check_store(tmp_path)
    with pytest.raises(PolicyError, match="里没有索引,请先运行 policy-assistant index sync 建立"):
        repair(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_repairing_is_writing(store: Path) -> None:
    with sole_writer(store), pytest.raises(StoreBusyError):
        repair(store, TopicEmbedder())


def test_what_broke_off_is_removed(store: Path, docs: Path) -> None:
    broken = store / "generations" / "000007-0badcafe"
    (broken / "words").mkdir(parents=True)
    sync_folder(docs, store, embedder=TopicEmbedder())
    assert not broken.exists()


def test_a_build_that_was_done_but_not_pointed_at_is_used(store: Path, docs: Path) -> None:
    first = generation(store).name
    (docs / "户籍.txt").write_text("落户没有门槛。", "utf-8")
    sync_folder(docs, store, embedder=TopicEmbedder())
    second = generation(store).name
    (store / "CURRENT").write_text(first)
    assert sync_folder(docs, store, embedder=TopicEmbedder()).written == ()
    assert generation(store).name == second
