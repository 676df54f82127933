"""The page while a chat model writes: piece by piece, stopped, left."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.records import Records
from eval.served import PageServer
from tests.browsing import ask
from tests.llm_server import Llm, Reply, Request, serving, written

SLOW = "大连的公租房有什么政策?"
ENDLESS = "地铁要建哪些线路?"


def script(request: Request) -> Reply:
    """Three statements, each resting on the beginning of a passage; one question is answered slowly, one for
    longer than a test waits."""
    words = [text.strip()[:16] for text in list(request.passages.values())[:3]]
    text = written(*((f"{word}。", (number, word)) for number, word in enumerate(words, start=1)))
    if request.question == ENDLESS:
        return Reply(text, piece=2, between=0.3)
    return Reply(text, piece=12, between=0.3 if request.question == SLOW else 0.0)


@pytest.fixture(scope="module")
def llm() -> Iterator[Llm]:
    with serving(script) as llm:
        yield llm


@pytest.fixture(scope="module")
def server(
    llm: Llm, page_server: PageServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PageServer]:
    folder = tmp_path_factory.mktemp("written")
    settings = {"LLM_MODEL": "stub", "LLM_BASE_URL": llm.url}
    server = PageServer(page_server.store, folder, **settings)
    yield server
    server.close()


@pytest.fixture
def page(browser: Browser, server: PageServer) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_selector("body.ready")
    yield page
    context.close()


def test_text_grows_while_the_model_writes_and_is_labelled(page: Page) -> None:
    page.fill("#question textarea", SLOW)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#live [data-state=pending] .cite", timeout=15_000)
    early = page.locator("#live .cite").count()
    page.wait_for_selector("#live [data-state=done]", timeout=30_000)
    assert 0 < early < page.locator("#live .text .cite").count()
    expect(page.locator("#live .label")).to_have_text("由人工智能生成\uff0c仅供参考")


def test_escape_stops_the_model_and_the_conversation_goes_on_at_once(page: Page, llm: Llm) -> None:
    before = llm.pieces
    page.fill("#question textarea", ENDLESS)
    page.press("#question textarea", "Enter")
    page.wait_for_timeout(4_000)
    assert llm.pieces > before
    page.keyboard.press("Escape")
    expect(page.locator("#live .waiting")).to_have_text("已停止")
    begun = time.monotonic()
    ask(page, "养老床位有多少?")
    assert time.monotonic() - begun < 10
    expect(page.locator("#live .turn")).to_have_attribute("data-status", "answered")
    expect(page.locator("#conversation-list li")).to_have_count(1)
    time.sleep(1)
    written = llm.pieces
    time.sleep(2)
    assert llm.pieces == written


def test_no_answer_is_written_for_who_has_left(browser: Browser, server: PageServer, llm: Llm) -> None:
    kept = len(Records(server.records / "answers.sqlite3", 30).latest(100))
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_selector("body.ready")
    before = llm.pieces
    page.fill("#question textarea", ENDLESS)
    page.press("#question textarea", "Enter")
    page.wait_for_timeout(4_000)
    assert llm.pieces > before
    context.close()
    time.sleep(3)
    written = llm.pieces
    time.sleep(3)
    assert llm.pieces == written  # the model is not kept at it either
    assert len(Records(server.records / "answers.sqlite3", 30).latest(100)) == kept
