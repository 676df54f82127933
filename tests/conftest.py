"""Shared by all tests: an assistant over the shipped corpus, indexed once, and one over a small made-up folder."""

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from assistant import Answer, PolicyAssistant
from eval.faults.chroma_server import ChromaServer
from eval.served import PageServer
from index import sync_folder
from tests.command_line import PARK
from tests.llm_server import Llm, Reply, queued, serving

if TYPE_CHECKING:
    from tests.written_room import Room

CORPUS = Path(__file__).parent.parent / "index" / "corpus"
TODAY = date(2026, 3, 1)


@pytest.fixture(autouse=True, scope="session")
def _own_records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nor the records, by an assistant that several tests share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLICY_ASSISTANT_RECORDS", str(tmp_path_factory.mktemp("records")))
        yield


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test touches the data folder or the settings of the user who runs it."""
    from assistant.settings import settings

    monkeypatch.setenv("POLICY_ASSISTANT_STORE", str(tmp_path / "own-store"))
    monkeypatch.setenv("POLICY_ASSISTANT_RECORDS", str(tmp_path / "own-records"))
    monkeypatch.setenv("POLICY_ASSISTANT_THREADS", str(tmp_path / "threads.sqlite"))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped corpus, indexed."""
    store = tmp_path_factory.mktemp("shipped") / "store"
    report = sync_folder(CORPUS, store)
    assert (report.failed, report.notices) == ((), ())
    return store


@pytest.fixture(scope="session")
def shipped(shipped_store: Path) -> Iterator[PolicyAssistant]:
    """An assistant over the shipped corpus, on a day after the plan's period."""
    with PolicyAssistant(store=shipped_store, today=TODAY) as assistant:
        yield assistant


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of one small document."""
    folder = tmp_path_factory.mktemp("park")
    (folder / "docs").mkdir()
    (folder / "docs" / "公园.txt").write_text(PARK, encoding="utf-8")
    sync_folder(folder / "docs", folder / "store")
    return str(folder / "store")


@pytest.fixture(scope="module")
def llm() -> Iterator[Llm]:
    """A server that speaks as a chat model does, and writes a good answer unless a test tells it otherwise."""
    from tests.written_room import GOOD

    with serving(queued(Reply(GOOD))) as server:
        yield server


@pytest.fixture
def room(shipped_store: Path, llm: Llm) -> Iterator["Room"]:
    """An assistant that has its answers written by that server."""
    from assistant.written.breaker import Breaker
    from tests.written_room import Room, open_assistant

    llm.requests.clear()
    with open_assistant(shipped_store, llm.url, Breaker(failures=100)) as assistant:
        yield Room(assistant, llm)


@pytest.fixture(scope="module")
def extracted(shipped: PolicyAssistant) -> Answer:
    """The answer in the documents' own words to the question that is asked in that room."""
    from tests.written_room import QUESTION

    return shipped.ask(QUESTION)


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A real Chroma server on loopback."""
    try:
        server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    except OSError as fault:
        pytest.skip(f"chroma run does not start: {fault!r}")
    yield server
    server.kill()


@pytest.fixture(scope="session")
def page_server(shipped_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page over the shipped corpus, as `policy-assistant serve` gives it."""
    server = PageServer(shipped_store, tmp_path_factory.mktemp("page"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Where none is installed what needs it is skipped, or fails if PAGE_TESTS_REQUIRED is set."""
    chromium = shutil.which("chromium")
    if chromium is None and not os.environ.get("PAGE_TESTS_REQUIRED"):
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium or "chromium", args=flags)
        yield browser
        browser.close()
