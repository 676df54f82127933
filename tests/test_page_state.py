"""What the page keeps, brings back and gives up, in a real browser."""

import re
from contextlib import closing

from playwright.sync_api import Browser, Route, expect

from assistant.records import Complaints, Records
from eval.served import PageServer
from tests.browsing import QUESTION, QUOTE, Opening, ask, complain


def test_complaint_gives_a_number_by_which_it_is_followed(opening: Opening, page_server: PageServer) -> None:
    page = opening()
    ask(page, "养老床位有多少?")
    answer = page.locator("#live .turn").get_attribute("data-answer") or ""
    expect(page.locator("#live .request")).to_contain_text(answer[:12])
    number = complain(page, "床位数不对")
    assert re.fullmatch(r"\d{6}-[2-9A-Z]{8}", number)
    expect(page.locator(".receipt")).to_contain_text("15 日内")
    page.click(".receipt [data-act=close-complaints]")
    expect(page.locator(".letters")).to_be_hidden()
    with closing(Records(page_server.records / "answers.sqlite3", 30)) as records:
        complaints = Complaints(records.file, 30)
        kept = complaints.find(number)
        assert kept is not None and (kept.answer, kept.text) == (answer, "床位数不对")
        complaints.reply(number, "已更正")
    other = opening()
    other.click(".side [data-act=complain]")
    other.fill("#letter-number", number.lower())
    other.click(".follow-form button")
    expect(other.locator(".followed")).to_contain_text("已更正")
    other.fill("#letter-number", "261122-AAAAAAAA")
    other.click(".follow-form button")
    expect(other.locator(".followed")).to_contain_text("没有编号为")
    other.keyboard.press("Escape")
    expect(other.locator(".letters")).to_be_hidden()


def test_reload_brings_back_suggestions_thumbs_source_and_draft(opening: Opening) -> None:
    page = opening()
    ask(page, "大连的公租房有什么政策?")
    offered = page.locator("#live .following[aria-label=可以接着问] .chip")
    expect(offered).to_have_count(3)
    questions = offered.all_text_contents()
    page.click("#live [data-act=good]")
    expect(page.locator("#live [data-act=good]")).to_have_attribute("aria-pressed", "true")
    page.locator("#live .cite").first.click()
    quote = page.locator(".panel mark").inner_text()
    page.fill("#question textarea", "还没有发送的话")
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.locator("#past .following[aria-label=可以接着问] .chip")).to_have_text(questions)
    expect(page.locator("#past [data-act=good]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#past [data-act=bad]")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".panel mark")).to_have_text(quote)
    expect(page.locator("#question textarea")).to_have_value("还没有发送的话")


def test_back_undoes_one_step_at_a_time_and_keeps_the_conversation(opening: Opening) -> None:
    page = opening()
    ask(page, QUESTION)
    conversation = page.locator("#live .text").inner_text()
    page.locator("#live .cite").first.click()
    expect(page.locator(".panel mark")).to_have_text(QUOTE)
    page.locator("#live .cite").last.click()
    expect(page.locator(".panel mark")).not_to_have_text(QUOTE)
    quote = page.locator(".panel mark").inner_text()
    page.click(".panel [data-act=read]")
    expect(page.locator(".paper mark")).to_be_visible()
    page.click("[data-act=close-reader]")
    expect(page.locator(".reader")).to_be_hidden()
    expect(page.locator(".panel mark")).to_have_text(quote)
    page.go_forward()
    expect(page.locator(".paper mark")).to_be_visible()
    page.go_back()
    expect(page.locator(".reader")).to_be_hidden()
    expect(page.locator(".panel mark")).to_have_text(quote)
    page.go_back()
    expect(page.locator(".panel")).to_be_hidden()
    assert page.locator("#live .text").inner_text() == conversation
    assert page.url.endswith("/")
    page.click("[data-act=new]")
    expect(page.locator(".welcome")).to_be_visible()
    page.go_back()
    expect(page.locator("#past .question")).to_have_text(QUESTION)
    page.goto("about:blank")
    page.go_back()
    page.wait_for_selector("body.ready")
    expect(page.locator("#past .question")).to_have_text(QUESTION)


def test_browser_closed_and_opened_again_finds_its_conversations(
    opening: Opening, browser: Browser, page_server: PageServer
) -> None:
    page = opening()
    ask(page, "养老床位有多少?")
    kept = page.context.storage_state()
    page.context.close()
    again = browser.new_context(storage_state=kept).new_page()
    again.goto(page_server.url)
    again.wait_for_selector("body.ready")
    expect(again.locator(".welcome")).to_be_visible()
    again.click("#conversation-list .open-conversation")
    expect(again.locator("#past .question")).to_have_text("养老床位有多少?")
    again.context.clear_cookies()
    again.reload()
    again.wait_for_selector("body.ready")
    expect(again.locator("#conversation-list")).not_to_contain_text("养老")
    assert again.locator("#past .turn").count() == 0
    again.context.close()


def test_two_tabs_of_a_visitor_tell_each_other(opening: Opening) -> None:
    page = opening()
    ask(page, "养老床位有多少?")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("body.ready")
    other.click("#conversation-list .open-conversation")
    expect(other.locator("#past .question")).to_have_count(1)
    ask(other, "那吉林呢?")
    expect(page.locator(".question")).to_have_text(["养老床位有多少?", "那吉林呢?"])
    page.on("dialog", lambda dialog: dialog.accept())
    page.hover("#conversation-list li")
    page.click("#conversation-list [data-act=delete]")
    expect(other.locator(".welcome")).to_be_visible()
    expect(other.locator("#conversation-list li")).to_have_count(0)
    assert page.locator(".turn").count() == other.locator(".turn").count() == 0


def test_opinion_of_an_answer_that_is_gone_is_refused_in_words(opening: Opening) -> None:
    page = opening()
    ask(page, "养老床位有多少?")
    deleted = page.evaluate("fetch('page/conversations', {method: 'DELETE'}).then(reply => reply.status)")
    assert deleted == 204
    page.click("#live [data-act=good]")
    expect(page.locator("#note")).to_contain_text("没有这个会话或回答")
    expect(page.locator("#live [data-act=good]")).to_have_attribute("aria-pressed", "false")
    page.click("#live .request [data-act=complain]")
    page.fill("#letter-text", "x")
    page.click(".letter [type=submit]")
    expect(page.locator(".letters #note")).to_contain_text("这个回答已经删除")


def test_everything_is_deleted_with_two_clicks(opening: Opening) -> None:
    page = opening()
    ask(page, "养老床位有多少?")
    page.click("[data-act=new]")
    ask(page, "地铁要建哪些线路?")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("[data-act=delete-all]")
    expect(page.locator("#note")).to_have_text("已全部删除")
    expect(page.locator("#conversation-list")).to_contain_text("提问后")
    expect(page.locator(".welcome")).to_be_visible()


def test_what_to_ask_next_of_a_deleted_answer_does_not_come_and_nothing_is_said(opening: Opening) -> None:
    page = opening()
    held: list[Route] = []
    page.route("**/following", lambda route: held.append(route))
    ask(page, "养老床位有多少?")
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_response(lambda reply: reply.request.method == "DELETE"):
        page.click("[data-act=delete-all]")
    expect(page.locator("#note")).to_have_text("已全部删除")
    with page.expect_response("**/following") as reply:
        held[0].continue_()
    assert reply.value.status == 404
    page.click("#side [data-act=new]")
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#note")).to_have_text("已全部删除")
