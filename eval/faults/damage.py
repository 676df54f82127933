"""Damage to the files of a store: what is lost, cut short, emptied or changed while nobody looks."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from eval.faults.bench import Bench, Case, command, is_refused, refused

Fault = tuple[str, Callable[[Bench], None]]

_HNSW = ("data_level0.bin", "header.bin", "index_metadata.pickle", "length.bin", "link_lists.bin")
_FLIPPED = 200


def damage(path: Path, kind: str) -> None:
    """Delete, halve or empty a file or folder, flip 200 bytes of it, or write garbage over its header."""
    if kind == "delete" and path.is_dir():
        shutil.rmtree(path)
    elif kind == "delete":
        path.unlink()
    else:
        data = bytearray(path.read_bytes())
        if kind == "flip":
            for at in range(0, len(data), max(1, len(data) // _FLIPPED)):
                data[at] ^= 0xFF
        elif kind == "garbage":
            data[:100] = b"\xa5" * 100
        path.write_bytes(data[: {"halve": len(data) // 2, "empty": 0}.get(kind, len(data))])


def faults() -> Iterator[Fault]:
    """Name and course of each fault of this kind."""
    for name in _HNSW:
        for kind in ("delete", "halve", "empty", "flip"):
            yield f"chroma/{name}: {kind}", partial(_harm_vectors, f"chroma/*/{name}", kind)
    for kind in ("halve", "empty", "garbage", "flip", "delete"):
        yield f"chroma/chroma.sqlite3: {kind}", partial(_harm_vectors, "chroma/chroma.sqlite3", kind)
    yield "chroma/: delete", partial(_harm_vectors, "chroma", "delete")
    for part, pattern in (
        ("文字", "texts.sqlite3"),
        ("词索引", "words/data.csc.index.npy"),
        ("字对索引", "bigrams/vocab.index.json"),
    ):
        for kind in ("delete", "halve", "empty", "flip"):
            yield f"{pattern}: {kind}", partial(_harm_rows, part, pattern, kind)
    for kind in ("delete", "halve", "empty", "flip"):
        yield f"manifest.json: {kind}", partial(_harm_manifest, kind)
    for written in (None, "", "没有这一代", "../../etc"):
        yield f"CURRENT: {written!r}", partial(_harm_pointer, written)
    for kind in ("delete", "halve", "empty", "garbage", "flip"):
        yield f"record.sqlite3: {kind}", partial(_harm_record, kind)
    yield "store of an older version", _older_store
    yield "store of an older chromadb", _older_chromadb
    yield "record of a newer version", _newer_record
    yield "store copied with new times", _copied
    yield "all generations lost", _lost_generations


def _harm_vectors(pattern: str, kind: str, bench: Bench) -> None:
    """Words answer with a notice, the check names the part, a repair mends it."""
    with bench.case() as case, case.reader():
        (path,) = case.generation.glob(pattern)
        damage(path, kind)
        notices = case.ask()["notices"]
        assert isinstance(notices, list)
        assert any("语义检索暂不可用" in notice for notice in notices), f"no notice: {notices}"
        assert case.check() == ["向量索引"]
        case.mend()
        case.holds(case.before)


def _harm_rows(part: str, pattern: str, kind: str, bench: Bench) -> None:
    """With a generation before, that one answers with a notice; without one, the index is made anew by itself."""
    with bench.case() as case, case.reader():
        first = case.generation
        case.change()
        assert case.sync().returncode == 0
        damage(case.generation / pattern, kind)
        notices = case.ask()["notices"]
        assert isinstance(notices, list)
        assert any("暂用上一版" in notice for notice in notices), f"no notice: {notices}"
        assert case.check() == [part]
        shutil.rmtree(first)
        assert case.ask()["notices"] == []
        assert case.check() == []
        case.follow()


def _harm_manifest(kind: str, bench: Bench) -> None:
    with bench.case() as case, case.reader():
        damage(case.generation / "manifest.json", kind)
        assert case.check() == (["索引"] if kind == "delete" else ["清单"])
        case.mend()
        case.holds(case.before)
        case.ask()


def _harm_pointer(written: str | None, bench: Bench) -> None:
    with bench.case() as case, case.reader():
        pointer = case.store / "CURRENT"
        pointer.unlink() if written is None else pointer.write_text(written, "utf-8")
        assert case.ask()["notices"] == []
        assert case.check() == ["指针"]
        case.mend()
        case.holds(case.before)


def _harm_record(kind: str, bench: Bench) -> None:
    """Readers notice nothing; writers refuse a damaged record or bring back a lost one; a repair loses nothing."""
    with bench.case() as case, case.reader():
        damage(case.store / "record.sqlite3", kind)
        assert case.ask()["notices"] == []
        assert "记录" in case.check()
        case.mend()
        case.holds(case.before)
        case.change()
        case.follow()


def _older_store(bench: Bench) -> None:
    """A manifest as the first version wrote it, in a generation named by the time of day."""
    with bench.case() as case:
        manifest = case.generation / "manifest.json"
        known = json.loads(manifest.read_text("utf-8"))
        kept = {"documents", "chunks", "content", "embedder", "dimension", "chromadb", "created"}
        manifest.write_text(
            json.dumps({name: value for name, value in known.items() if name in kept}), "utf-8"
        )
        old = case.generation.rename(case.store / "generations" / "20261122T080102-0badcafe")
        (case.store / "CURRENT").write_text(old.name, "utf-8")
        assert case.check() == ["清单"]
        assert case.ask()["notices"] == []
        case.follow()


def _older_chromadb(bench: Bench) -> None:
    with bench.case() as case, case.reader():
        manifest = case.generation / "manifest.json"
        manifest.write_text(
            json.dumps(json.loads(manifest.read_text("utf-8")) | {"chromadb": "0.6.3"}), "utf-8"
        )
        assert case.ask()["notices"] != []
        assert case.check() == ["向量索引"]
        case.follow()
        assert case.ask()["notices"] == []


def _newer_record(bench: Bench) -> None:
    with bench.case() as case, case.reader():
        with closing(sqlite3.connect(case.store / "record.sqlite3")) as newer:
            newer.execute("PRAGMA user_version = 99")
        refused(case.sync(), "由更新版本的程序建立:请升级本程序")
        is_refused(case, "由更新版本的程序建立:请升级本程序")
        assert case.ask()["notices"] == []
        assert case.check() == ["记录"]


def _copied(bench: Bench) -> None:
    with bench.case() as case:
        copy = case.store.with_name("copy")
        shutil.copytree(case.store, copy, copy_function=shutil.copyfile)
        copied = Case(case.docs, copy)
        assert copied.ask()["notices"] == []
        assert copied.check() == []
        shutil.rmtree(copy)


def _lost_generations(bench: Bench) -> None:
    with bench.case() as case, case.reader():
        shutil.rmtree(case.store / "generations")
        assert case.check() == ["索引"]
        refused(command("ask", "公园", "--store", str(case.store)), "index repair", "index sync")
        case.mend()
        case.holds(case.before)
