"""The user's own store: the corpus of the package always stands in it, beside the user's own documents."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest

from assistant.settings import settings
from assistant.shipped import chosen_embedder, open_reader, open_store, prepare_own_store
from index.datatypes import PolicyError
from index.lock import sole_writer
from index.models import FoundModel
from index.store import Shortfall
from index.sync import sync_folder
from tests.checkpoints import write_bert
from tests.stores import generation

SHIPPED = {"户籍": "全面取消落户限制。", "住房": "老旧小区可以加装电梯。"}


@pytest.fixture(autouse=True)
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The corpus of a smaller package."""
    folder = tmp_path / "package" / "corpus"
    folder.mkdir(parents=True)
    for name, text in SHIPPED.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    monkeypatch.setattr("assistant.shipped.files", lambda _: tmp_path / "package")
    monkeypatch.setattr("assistant.shipped._models", tuple)
    return folder


def texts() -> dict[str, str]:
    with closing(open_store(None)) as store:
        assert store.shortfalls == ()
        return {document.id: document.text for document in store.documents()}


@contextmanager
def busy() -> Iterator[None]:
    """Another process writes to the own store: here a thread, which the lock keeps out just so."""
    release, held = Event(), Event()

    def hold() -> None:
        with sole_writer(settings().store):
            held.set()
            release.wait()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        held.wait()
        yield
        release.set()


def test_the_first_use_indexes_and_the_next_ones_write_nothing() -> None:
    assert texts() == SHIPPED
    first = generation(settings().store)
    with busy():
        assert texts() == SHIPPED
    assert generation(settings().store) == first


def test_an_upgrade_of_the_package_is_noticed_and_spares_what_the_user_added(
    corpus: Path, tmp_path: Path
) -> None:
    texts()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "教育.txt").write_text("就近入学。", "utf-8")
    sync_folder(tmp_path / "own", settings().store)
    (corpus / "户籍.txt").write_text("落户没有门槛。", "utf-8")
    (corpus / "住房.txt").unlink()
    assert texts() == {"户籍": "落户没有门槛。", "教育": "就近入学。"}
    (corpus / "户籍.txt").unlink()
    (corpus / "医疗.txt").write_text("推进分级诊疗。", "utf-8")
    assert texts() == {"医疗": "推进分级诊疗。", "教育": "就近入学。"}


@pytest.mark.parametrize("changed", ["PIPELINE", "chroma_version"])
def test_other_rules_or_another_chromadb_are_noticed(monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    texts()
    first = generation(settings().store)
    if changed == "PIPELINE":
        for module in ("assistant.shipped", "index.generation", "index.folder"):
            monkeypatch.setattr(f"{module}.PIPELINE", 99)
    else:
        for module in ("assistant.shipped", "index.generation", "index.store"):
            monkeypatch.setattr(f"{module}.chroma_version", lambda: "99")
    assert texts() == SHIPPED
    second = generation(settings().store)
    assert (texts(), generation(settings().store)) == (SHIPPED, second)
    assert second != first


def test_a_package_at_another_path_is_the_same_package(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts()
    first = generation(settings().store)
    shutil.copytree(corpus, tmp_path / "environment" / "corpus")
    monkeypatch.setattr("assistant.shipped.files", lambda _: tmp_path / "environment")
    (settings().store / "SHIPPED").unlink()
    assert (texts(), generation(settings().store)) == (SHIPPED, first)


def test_an_upgrade_that_has_to_wait_is_told_and_the_old_index_answers(corpus: Path) -> None:
    texts()
    (corpus / "户籍.txt").write_text("落户没有门槛。", "utf-8")
    with busy():
        reader, news = open_reader(None, None)
        with closing(reader), reader.use() as store:
            assert store.document("户籍").text == "全面取消落户限制。"
    ((told, why),) = [(shortfall.name, shortfall.why) for shortfall in news]
    assert told == "outdated"
    assert "更新,请等它结束后再试" in why


def test_a_first_index_that_another_makes_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = [pool.submit(texts) for _ in range(4)]
    assert [future.result() for future in opened] == [SHIPPED] * 4
    shutil.rmtree(settings().store)
    monkeypatch.setattr("assistant.shipped._PATIENCE", 0.0)
    with busy(), pytest.raises(PolicyError, match="更新,请等它结束后再试"):
        texts()


def test_a_better_embedder_that_appears_is_taken_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts()
    bert = FoundModel("bge", write_bert(tmp_path / "bge"), 16, 1, reranks=False, prepared=False, problem="")
    monkeypatch.setattr("assistant.shipped._models", lambda: (bert,))
    reader, news = open_reader(None, None)
    with closing(reader), reader.use() as store:
        assert (store.embedder_name[:4], store.shortfalls) == ("bge-", ())
    assert news == (Shortfall("upgraded", ""),)
    reader, news = open_reader(None, None)
    reader.close()
    assert news == ()
    monkeypatch.setattr("assistant.shipped._models", tuple)
    with closing(open_store(None)) as store:
        assert [shortfall.name for shortfall in store.shortfalls] == ["words_only"]
        assert (store.word_scores([("落户", 1.0)]).own > 0).sum() == 1


def test_the_built_in_embedder_is_kept_where_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts()
    bert = FoundModel("bge", write_bert(tmp_path / "bge"), 16, 1, reranks=False, prepared=False, problem="")
    monkeypatch.setattr("assistant.shipped._models", lambda: (bert,))
    assert prepare_own_store(chosen_embedder("builtin")) == ()


def test_an_index_beyond_use_is_made_anew_from_the_record(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "教育.txt").write_text("就近入学。", "utf-8")
    texts()
    sync_folder(tmp_path / "own", settings().store)
    shutil.rmtree(tmp_path / "own")
    for file in settings().store.glob("generations/*/texts.sqlite3"):
        file.write_bytes(b"")
    assert texts() == {**SHIPPED, "教育": "就近入学。"}
    for file in settings().store.glob("generations/*/manifest.json"):
        file.write_text('{"documents": 3, "created": "2025"}')
    assert texts() == {**SHIPPED, "教育": "就近入学。"}
    shutil.rmtree(settings().store / "generations")
    assert texts() == {**SHIPPED, "教育": "就近入学。"}
