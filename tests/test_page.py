"""The page in a real browser, as a citizen and a civil servant use it."""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Dialog, expect

from assistant import PolicyAssistant
from assistant.records import Records
from eval.served import PageServer
from index import sync_folder
from tests.browsing import QUESTION, QUOTE, Opening, ask, complain, finished
from tests.proxy import proxied

EVIL = "<script>window.ran=1</script><img src=x onerror=window.ran=1>${window.ran=1}{{constructor}}![x](http://evil.example/x.png)"


def test_first_screen_tells_what_is_covered_and_asks_with_one_click(
    opening: Opening, shipped: PolicyAssistant
) -> None:
    page = opening()
    titles = [document.title for document in shipped.documents()]
    assert page.locator(".coverage a").all_text_contents() == titles
    expect(page.locator(".coverage")).to_contain_text("2021-03-16 印发")
    page.click("text=地铁要建哪些线路")
    finished(page, page.locator("#live .question").inner_text())
    expect(page.locator("#live .turn")).to_have_attribute("data-status", "answered")
    assert page.locator(".welcome").count() == 0


def test_marker_opens_the_clause_with_exactly_the_quoted_words_marked(opening: Opening) -> None:
    page = opening()
    ask(page, QUESTION)
    page.locator("#live .cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".panel mark")).to_have_text(QUOTE)
    assert page.evaluate("document.activeElement.className") == "panel"
    expect(page.locator(".panel .badge")).to_have_text(["市", "正式全文", "规划期已届满"])
    expect(page.locator(".panel .path li").last).to_have_text("推进城乡社区更新改造")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "cite"


def test_whole_text_opens_at_the_quote_and_can_be_shared(opening: Opening) -> None:
    page = opening()
    ask(page, QUESTION)
    page.locator("#live .cite").first.click()
    page.click(".panel [data-act=read]")
    expect(page.locator(".paper mark")).to_have_text(QUOTE)
    expect(page.locator(".paper mark")).to_be_in_viewport()
    shared = page.url.partition("?")[2]
    page.go_back()
    expect(page.locator(".reader")).to_be_hidden()
    other = opening(f"/?{shared}")
    expect(other.locator(".paper mark")).to_be_in_viewport()
    expect(other.locator(".tree [aria-current]")).to_be_visible()


def test_reader_has_every_character_and_finds_clauses(opening: Opening, shipped: PolicyAssistant) -> None:
    page = opening("/?doc=dalian-urban-quality-opinion")
    document = shipped.document("dalian-urban-quality-opinion")
    shown = page.evaluate(
        "[...document.querySelectorAll('.piece, .furniture')].map(e => e.textContent).join('')"
    )
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", document.text)
    page.fill("#tree-search", "停车")
    expect(page.locator(".tree-count")).to_have_text("1 处条款")
    page.locator(".tree a.hit").last.click()
    expect(page.locator(".piece.here")).to_contain_text("停车")
    assert "clause=" in page.url


def test_refusal_tells_why_the_nearest_clause_and_where_to_ask(opening: Opening) -> None:
    page = opening()
    ask(page, "办理公租房要带什么材料?")
    expect(page.locator("#live .headline")).to_have_text("这要以办事部门的答复为准")
    expect(page.locator("#live .offices")).to_contain_text("12345")
    page.click("#live .nearest button")
    expect(page.locator(".panel mark")).to_contain_text("公租房")


def test_follow_up_is_understood_after_a_reload(opening: Opening) -> None:
    page = opening()
    ask(page, "大连的公租房有什么政策?")
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.locator("#past .turn")).to_have_count(1)
    ask(page, "那吉林呢?")
    expect(page.locator("#live .understood")).to_contain_text("吉林")
    expect(page.locator("#live .understood")).to_contain_text("公租房")
    expect(page.locator("#conversation-list li")).to_have_count(1)


def test_filters_narrow_the_search(opening: Opening) -> None:
    page = opening()
    page.click("#scope-button button")
    page.locator("#scope label", has_text="吉林省城市高质量发展实施方案").click()
    expect(page.locator("#scope-count")).to_have_text("1")
    ask(page, "城市更新怎么推进?")
    forms = page.locator("#live .cited-form").all_text_contents()
    assert forms and all("吉林" in form for form in forms)
    page.locator("#scope label", has_text="大连").last.click()  # a region where that document is not
    ask(page, "城市更新怎样推进?")
    expect(page.locator("#live .reply")).to_contain_text("所选范围里没有文件")


def test_documents_whose_period_is_over_can_be_left_out(opening: Opening) -> None:
    page = opening()
    page.click("#scope-button button")
    page.locator("#scope label", has_text="规划期已届满").click()
    ask(page, QUESTION)
    assert page.locator("#live .badge", has_text="规划期已届满").count() == 0


def test_official_gets_whole_clauses_cited_in_full_and_what_was_found(opening: Opening) -> None:
    page = opening()
    page.locator("#audience label", has_text="公务").click()
    ask(page, QUESTION)
    expect(page.locator("#live .text")).to_contain_text("将城镇老旧小区改造列入重大民生工程")
    expect(page.locator("#live .cited-form").first).to_contain_text("大连市人民政府\uff0c2021年3月16日")
    page.click("#live .found summary")
    expect(page.locator("#live .found li")).to_have_count(10)
    expect(page.locator("#live .found-why").first).to_contain_text("词")
    page.locator("#audience label", has_text="群众").click()
    expect(page.locator("#past .cited-form")).not_to_have_count(0)
    assert page.locator(".found").count() == 0
    ask(page, QUESTION)
    assert "重大民生工程" not in page.locator("#live .text").inner_text()


def test_copy_carries_citations_notices_and_label(opening: Opening) -> None:
    page = opening()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "大连的公租房有什么政策?")
    page.click("#live [data-act=copy-answer]")
    expect(page.locator("#note")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "增加保障性租赁住房供给。[1]" in copied
    assert "[1] 《大连市国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要》第十二章 第四节" in copied
    assert "已届满" in copied and "原文摘录" in copied


def test_retry_and_edit_take_the_place_of_the_last_exchange(opening: Opening) -> None:
    page = opening()
    ask(page, "养老床位有多少?")
    page.click("#live [data-act=retry]")
    page.wait_for_function(
        "document.querySelector('#past').children.length === 0 && document.querySelector('#live .turn')"
    )
    finished(page, "养老床位有多少?")
    page.hover("#live .turn")
    page.click("#live [data-act=edit]")
    expect(page.locator("#question textarea")).to_have_value("养老床位有多少?")
    ask(page, "大连的公租房有什么政策?")
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.locator(".question")).to_have_text(["大连的公租房有什么政策?"])


def test_exports_are_word_markdown_and_a_page_to_print(opening: Opening) -> None:
    page = opening()
    ask(page, "大连的公租房有什么政策?")
    page.click("#live .menu-of summary")
    with page.expect_download() as download:
        page.click("#live .menu >> text=Word")
    assert re.fullmatch(r"政策问答-\d{8}-\d{4}\.docx", download.value.suggested_filename)
    words = "\n".join(
        p.text for p in docx.Document(io.BytesIO(Path(download.value.path()).read_bytes())).paragraphs
    )
    assert "增加保障性租赁住房供给" in words and "原文摘录" in words
    page.click("#bar .menu-of summary")
    with page.expect_download() as download:
        page.click("#bar .menu >> text=Markdown")
    assert "增加保障性租赁住房供给" in Path(download.value.path()).read_text("utf-8")
    page.click("#bar .menu-of summary")
    with page.context.expect_page() as printed:
        page.click("#bar .menu >> text=打印")
    expect(printed.value.locator("body")).to_contain_text("增加保障性租赁住房供给")


def test_feedback_is_kept_with_the_answer_and_the_last_one_counts(
    opening: Opening, page_server: PageServer
) -> None:
    page = opening()
    ask(page, "养老床位有多少?")
    page.click("#live [data-act=good]")
    expect(page.locator("#live [data-act=good]")).to_have_attribute("aria-pressed", "true")
    page.click("#live [data-act=bad]")
    page.locator("#live .feedback label", has_text="没答到点上").click()
    page.fill("#live .feedback textarea", "应当给出总数")
    page.click("#live .feedback [type=submit]")
    expect(page.locator("#live [data-act=good]")).to_have_attribute("aria-pressed", "false")
    answer = page.locator("#live .turn").get_attribute("data-answer")
    rated = [f for _, f in Records(page_server.records / "answers.sqlite3", 30).rated() if f.answer == answer]
    assert [(f.good, f.reason, f.comment) for f in rated] == [(False, "没答到点上", "应当给出总数")]


def test_visitors_see_only_their_own(opening: Opening) -> None:
    page, other = opening(), opening()
    ask(page, "地铁要建哪些线路?")
    answer = page.locator("#live .turn").get_attribute("data-answer")
    conversation = page.evaluate("sessionStorage.getItem('conversation')")
    other.reload()
    other.wait_for_selector("body.ready")
    expect(other.locator("#conversation-list")).not_to_contain_text("地铁")
    statuses = other.evaluate(
        """async ([answer, conversation]) => {
            const put = { method: "PUT", headers: { "Content-Type": "application/json" }, body: '{"good": true}' };
            return [
                (await fetch(`page/answers/${answer}/feedback`, put)).status,
                (await fetch(`page/answers/${answer}/export.md`)).status,
                (await fetch(`page/conversations/${conversation}/export.md`)).status,
            ];
        }""",
        [answer, conversation],
    )
    assert statuses == [404, 404, 404]


def test_conversations_are_renamed_continued_and_deleted(opening: Opening) -> None:
    page = opening()
    ask(page, "地铁要建哪些线路?")
    page.click("[data-act=new]")
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, "养老床位有多少?")
    expect(page.locator("#conversation-list li")).to_have_count(2)
    answers = iter(["轨道调研", None])

    def answered(dialog: Dialog) -> None:
        text = next(answers)
        dialog.accept(text) if text else dialog.accept()

    page.on("dialog", answered)
    row = page.locator("#conversation-list li", has_text="地铁")
    row.hover()
    row.locator("[data-act=rename]").click()
    page.locator("#conversation-list .open-conversation", has_text="轨道调研").click()
    expect(page.locator("#past .question")).to_have_text(["地铁要建哪些线路?"])
    row = page.locator("#conversation-list li", has_text="轨道调研")
    row.hover()
    row.locator("[data-act=delete]").click()
    expect(page.locator("#conversation-list li")).to_have_count(1)
    expect(page.locator(".welcome")).to_be_visible()


def test_keyboard_breaks_lines_and_does_not_send_while_composing(opening: Opening) -> None:
    page = opening()
    page.fill("#question textarea", "第一行")
    page.press("#question textarea", "Shift+Enter")
    page.keyboard.type("第二行")
    assert page.input_value("#question textarea") == "第一行\n第二行"
    page.dispatch_event(
        "#question textarea", "keydown", {"key": "Enter", "isComposing": True, "bubbles": True}
    )
    page.fill("#question textarea", "  ")
    page.click("#send")
    page.wait_for_timeout(500)
    assert page.locator(".turn").count() == 0


def test_question_is_not_lost_where_the_server_is(opening: Opening) -> None:
    page = opening()
    page.route("**/gradio_api/queue/join*", lambda route: route.abort())
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    expect(page.locator("#note")).to_contain_text("没有连上服务")
    expect(page.locator("#question textarea")).to_have_value(QUESTION)
    page.unroute("**/gradio_api/queue/join*")
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.locator("#question textarea")).to_have_value(QUESTION)
    page.press("#question textarea", "Enter")
    finished(page, QUESTION)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (640, 400)])
def test_narrow_or_enlarged_page_does_not_scroll_sideways(opening: Opening, width: int, height: int) -> None:
    """640 x 400 is what 200 % leaves of 1280 x 800."""
    page = opening(width=width, height=height)
    wide = "Math.max(document.documentElement.scrollWidth, document.querySelector('#middle').scrollWidth)"
    assert page.evaluate(wide) <= width
    before = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.lead')).fontSize)")
    page.click("[data-act=larger]")
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.lead')).fontSize)") > before
    ask(page, "大连和吉林在城市更新上有什么不同?")
    assert page.evaluate(wide) <= width
    page.locator("#live .cite").first.click()
    expect(page.locator(".panel mark")).to_be_in_viewport()
    page.click("[data-act=close-source]")
    page.click("[data-act=side]")
    expect(page.locator(".side [data-act=new]")).to_be_in_viewport()


@pytest.fixture(scope="module")
def evil_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store whose one document carries scripts in its title and clauses, below a path of a proxy."""
    folder = tmp_path_factory.mktemp("evil")
    (folder / "files").mkdir()
    (folder / "files" / "evil.md").write_text(
        f"# 关于{EVIL}的意见\n\n一、停车{EVIL}\n\n公共停车场由{EVIL}建设。\n", "utf-8"
    )
    assert sync_folder(folder / "files", folder / "store").failed == ()
    server = PageServer(folder / "store", folder, root_path="/policy")
    with proxied(server.url, "/policy") as address:
        yield address
    server.close()


def test_scripts_in_question_title_and_clause_do_not_run(opening: Opening, evil_server: str) -> None:
    page = opening(server=evil_server)
    assert "${window.ran=1}" in page.locator(".coverage a").first.inner_text()
    ask(page, "停车")
    page.locator("#live .cite").first.click()
    expect(page.locator(".panel mark")).to_contain_text("onerror")
    page.click(".panel [data-act=read]")
    expect(page.locator(".paper")).to_contain_text("{{constructor}}")
    page.click("[data-act=close-reader]")
    ask(page, EVIL)
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.locator("#past .question").last).to_have_text(EVIL)
    assert page.evaluate("window.ran") is None
    assert page.context.cookies()[0]["path"] == "/policy"


AXE = os.environ.get("AXE_CORE")


@pytest.mark.skipif(not AXE, reason="AXE_CORE names no axe.min.js")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_serious_fault(opening: Opening, dark: bool) -> None:
    page = opening()
    if dark:
        page.click("[data-act=dark]")

    def faults() -> list[str]:
        page.evaluate(Path(AXE or "").read_text("utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [
            f"{v['id']}: {[n['html'][:160] for n in v['nodes']][:4]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]

    assert faults() == []
    ask(page, QUESTION)
    page.locator("#live .cite").first.click()
    expect(page.locator(".panel mark")).to_be_visible()
    assert faults() == []
    page.click("[data-act=close-source]")
    page.locator("#audience label", has_text="公务").click()
    ask(page, "办理公租房要带什么材料?")
    page.click("#live .found summary")
    page.click("#scope-button button")
    page.click("#live [data-act=bad]")
    assert faults() == []
    complain(page, "床位数不对")
    assert faults() == []
    page.click(".receipt [data-act=close-complaints]")
    page.click("#live .request [data-act=complain]")
    expect(page.locator(".made")).to_be_visible()
    assert faults() == []
    page.keyboard.press("Escape")
    page.goto(page.url + "?doc=dalian-urban-quality-opinion")
    page.wait_for_selector(".paper")
    page.wait_for_selector("body.ready")
    assert faults() == []
