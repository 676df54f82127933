"""Shared by all tests: an assistant over the shipped corpus, indexed once, and one over a small made-up folder."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from assistant import Answer, PolicyAssistant
from assistant.records import Records
from eval.faults.chroma_server import ChromaServer
from eval.served import PageServer
from index import sync_folder
from tests import recording
from tests.browsing import Opening
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


@pytest.fixture
def opening(browser: Browser, page_server: PageServer) -> Iterator[Opening]:
    """Opens the page for a new visitor; at the end no request may have left loopback, and no script failed."""
    contexts: list[BrowserContext] = []
    seen: list[str] = []

    def opened(
        address: str = "/", width: int = 1280, height: int = 800, server: str = page_server.url
    ) -> Page:
        # Without motion: what is measured right after a click is not on its way.
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: seen.append(request.url))
        page.on("pageerror", lambda fault: seen.append(f"fault {fault}"))
        page.set_default_timeout(60_000)
        page.goto(server + address)
        page.wait_for_selector("body.ready")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [url for url in seen if not re.match(r"http://127\.0\.0\.1:\d+/|data:|blob:", url)] == []


@pytest.fixture(scope="session")
def recorded_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park's rules, indexed, for tests of records."""
    folder = tmp_path_factory.mktemp("park")
    (folder / "docs").mkdir()
    (folder / "docs" / "公园.txt").write_text(recording.PARK, encoding="utf-8")
    sync_folder(folder / "docs", folder / "store")
    return folder / "store"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records kept for 30 days, in a folder of the test's own."""
    with closing(Records(tmp_path / "records" / "answers.sqlite3", days=30)) as opened:
        yield opened
