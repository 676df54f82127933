import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.datatypes import PolicyError
from index.reader import StoreReader
from index.store import Store
from index.sync import sync_folder
from tests.stores import TopicEmbedder, generation, nearest, write_files

Change = Callable[[str], None]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    sync_folder(write_files(tmp_path / "资料"), tmp_path / "库", embedder=TopicEmbedder())
    return tmp_path / "库"


@pytest.fixture
def change(tmp_path: Path, store: Path) -> Change:
    """Write another text into one of the files and synchronise."""

    def apply(text: str) -> None:
        (tmp_path / "资料" / "户籍.txt").write_text(text, "utf-8")
        sync_folder(tmp_path / "资料", store, embedder=TopicEmbedder())

    return apply


@pytest.fixture
def reader(store: Path) -> Iterator[StoreReader]:
    opened = StoreReader(store, lambda: Store.open(store, TopicEmbedder()))
    yield opened
    opened.close()


def text(reader: StoreReader) -> str:
    with reader.use() as store:
        return store.document("户籍").text


def test_the_next_use_sees_the_new_generation_and_one_under_way_the_old(
    reader: StoreReader, change: Change
) -> None:
    with reader.use() as before:
        change("落户没有门槛。")
        assert text(reader) == "落户没有门槛。"
        assert before.document("户籍").text == "全面取消落户限制。\n"
        assert nearest(before, "落户")[0].startswith("户籍#")
    with reader.use() as one, reader.use() as other:
        assert one is other


def test_what_nobody_uses_any_more_is_closed(
    reader: StoreReader, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    close = Store.close
    monkeypatch.setattr(
        Store, "close", lambda store: (closed.append(store.generation.name[:6]), close(store))
    )
    with reader.use(), reader.use():
        change("落户没有门槛。")
        text(reader)
        assert closed == []
    assert closed == ["000001"]
    change("落户有门槛。")
    text(reader)
    assert closed == ["000001", "000002"]


def test_a_pointer_that_is_lost_changes_nothing(reader: StoreReader, store: Path) -> None:
    for damage in ((store / "CURRENT").unlink, lambda: (store / "CURRENT").write_text("")):
        damage()
        assert text(reader) == "全面取消落户限制。\n"


def test_a_generation_that_cannot_be_opened_is_not_followed(
    reader: StoreReader, store: Path, change: Change
) -> None:
    first = generation(store)
    change("落户没有门槛。")
    shutil.rmtree(first)
    (generation(store) / "texts.sqlite3").write_bytes(b"")
    assert text(reader) == text(reader) == "全面取消落户限制。\n"
    change("落户有门槛。")
    assert text(reader) == "落户有门槛。"


def test_a_generation_that_could_not_be_opened_is_tried_again(
    reader: StoreReader, store: Path, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = generation(store)
    change("落户没有门槛。")
    shutil.rmtree(first)
    texts = generation(store) / "texts.sqlite3"
    texts.rename(store / "aside")
    assert text(reader) == "全面取消落户限制。\n"
    (store / "aside").rename(texts)
    assert text(reader) == "全面取消落户限制。\n"  # not at every question
    monkeypatch.setattr("index.reader.time.monotonic", lambda: float("inf"))
    assert text(reader) == "落户没有门槛。"


def test_threads_ask_while_the_store_changes(reader: StoreReader, change: Change) -> None:
    texts = [f"第{number}版。" for number in range(6)]

    def ask(_: int) -> tuple[str, bool]:
        with reader.use() as store:
            found = store.document("户籍").text
            # all parts are of one generation
            whole = "".join(chunk.text for chunk in store.chunks_between("户籍", 0, 99))
            return found, whole == found.strip() and store.shortfalls == ()

    with ThreadPoolExecutor(20) as pool:
        answers = pool.map(ask, range(2000))
        for new in texts:
            change(new)
        seen, whole = zip(*answers, strict=True)
    assert set(whole) == {True}
    assert set(seen) <= {"全面取消落户限制。\n", *texts}
    assert text(reader) == texts[-1]


def test_a_closed_reader_says_so(reader: StoreReader, change: Change) -> None:
    with reader.use() as store:
        reader.close()
        reader.close()
        assert store.document("户籍").text == "全面取消落户限制。\n"
    change("落户没有门槛。")
    with pytest.raises(PolicyError, match="助手已经关闭"):
        text(reader)
