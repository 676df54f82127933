"""The server of the page without a browser: limits, rights, headers, isolation, many visitors at once."""

import json
import re
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from assistant.page.visitor import COOKIE
from eval.load import at_once, percentile
from eval.served import Asker, PageServer

ANSWER = re.compile(r'data-answer="(\w+)"')


@pytest.fixture
def visitor(page_server: PageServer) -> Iterator[Asker]:
    asker = Asker(page_server.url)
    yield asker
    asker.close()


def test_answer_is_recorded_under_the_id_it_shows(visitor: Asker) -> None:
    pieces = visitor.ask("大连的公租房有什么政策?", "b" * 16)
    assert 'data-state="done"' in pieces[-1] and 'data-status="answered"' in pieces[-1]
    assert f"编号 {ANSWER.findall(pieces[-1])[0][:12]}" in pieces[-1]
    assert "修订完善公租房管理办法" in visitor.http.get(f"/page/conversations/{'b' * 16}").text


def test_only_the_event_that_asks_is_an_endpoint(visitor: Asker) -> None:
    config = visitor.http.get("/config").json()
    assert [d["id"] for d in config["dependencies"] if d["backend_fn"]] == [0]
    assert visitor.http.get("/gradio_api/info").json()["named_endpoints"] == {}


def test_event_without_the_visitors_token_is_refused(page_server: PageServer) -> None:
    asker = Asker(page_server.url)
    asker.http.cookies.clear()
    assert "Cookie" in asker.ask("大连的公租房有什么政策?")[-1]
    asker.http.cookies.set(COOKIE, "a' OR 1=1 --")
    assert "Cookie" in asker.ask("大连的公租房有什么政策?")[-1]
    asker.close()


def test_sixteenth_question_of_a_minute_is_refused(page_server: PageServer, visitor: Asker) -> None:
    refused = ['data-status="page"' in visitor.ask("你好")[-1] for _ in range(16)]
    assert refused == [False] * 15 + [True]
    other = Asker(page_server.url)
    assert 'data-status="page"' not in other.ask("你好")[-1]
    other.close()


def test_ten_megabytes_are_refused_at_once(visitor: Asker) -> None:
    begun = time.monotonic()
    body = json.dumps({"data": ["长" * 3_500_000], "fn_index": 0, "session_hash": "s"})
    assert visitor.http.post("/gradio_api/queue/join", content=body).status_code == 413
    chunks = (b"x" * 65_536 for _ in range(160))  # of a length that is not told
    assert visitor.http.post("/gradio_api/queue/join", content=chunks).status_code in (400, 413)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../../../etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:22/",
        "/gradio_api/upload",
        "/gradio_api/stream/x/y/z/playlist.m3u8",
        "/gradio_api/component_server",
        "/gradio_api/runs",
        "/monitoring",
        "/monitoring/summary",
        "/docs",
        "/openapi.json",
        "/gradio_api/openapi.json",
        "/static/..%2f..%2f..%2f..%2fetc/passwd",
        "/assets/..%2f..%2f..%2f..%2f..%2fetc/passwd",
        "/page/../../pyproject.toml",
        "/page/app.py",
        "/page/examples.toml",
        "/page/..%2fsettings.py",
        "/gradio_api/vibe-code",
        "/login",
    ],
)
def test_nothing_else_is_served(visitor: Asker, path: str) -> None:
    assert 400 <= visitor.http.get(path).status_code < 500


def test_headers_stand_on_every_reply(visitor: Asker) -> None:
    for path in ("/", "/page/page.js", "/page/welcome", "/gradio_api/file=x", "/health"):
        headers = visitor.http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0], path
        assert "http" not in policy, path


def test_token_is_kept_from_scripts_and_other_sites(visitor: Asker) -> None:
    cookie = httpx.get(str(visitor.http.base_url)).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie


def test_another_visitors_conversation_is_not_there(page_server: PageServer, visitor: Asker) -> None:
    visitor.ask("老房子没电梯政府管不管?", "c" * 16)
    other = Asker(page_server.url)
    assert other.http.get(f"/page/conversations/{'c' * 16}").text == ""
    assert "电梯" not in other.http.get("/page/conversations").text
    assert other.http.delete(f"/page/conversations/{'c' * 16}").status_code == 204
    assert "电梯" in visitor.http.get("/page/conversations").text
    other.close()


def test_conversation_is_renamed_searched_and_deleted_for_real(
    page_server: PageServer, visitor: Asker
) -> None:
    address = f"/page/conversations/{'d' * 16}"
    visitor.ask("甲乙丙丁:地铁要建哪些线路?", "d" * 16)
    assert visitor.http.put(address, json={"title": "子丑寅卯<b>调研</b>"}).status_code == 204
    assert "子丑寅卯&lt;b&gt;调研" in visitor.http.get("/page/conversations", params={"q": "调研"}).text
    assert "子丑寅卯" not in visitor.http.get("/page/conversations", params={"q": "养老"}).text
    assert visitor.http.delete(address).status_code == 204
    assert visitor.http.get(address).text == ""
    kept = (file for file in page_server.records.parent.rglob("*.sqlite*") if file.is_file())
    content = b"".join(file.read_bytes() for file in kept)
    assert "子丑寅卯".encode() not in content and "甲乙丙丁".encode() not in content


def test_everything_of_a_visitor_is_deleted_at_once_and_nothing_of_others(
    page_server: PageServer, visitor: Asker
) -> None:
    other = Asker(page_server.url)
    other.ask("庚辛壬癸:养老床位有多少?", "d" * 16)
    for name in "gh":
        answer = ANSWER.findall(visitor.ask("戊己庚申:地铁要建哪些线路?", name * 16)[-1])[0]
        visitor.http.put(f"/page/answers/{answer}/feedback", json={"good": False, "comment": "戊己庚申"})
        visitor.http.put(f"/page/conversations/{name * 16}", json={"title": "戊己庚申"})
    assert visitor.http.delete("/page/conversations").status_code == 204
    assert "提问后" in visitor.http.get("/page/conversations").text
    content = b"".join(f.read_bytes() for f in page_server.records.parent.rglob("*.sqlite*") if f.is_file())
    assert "戊己庚申".encode() not in content and "庚辛壬癸".encode() in content
    assert "庚辛壬癸" in other.http.get(f"/page/conversations/{'d' * 16}").text
    other.close()


def test_feedback_counts_once_and_only_on_ones_own_answer(page_server: PageServer, visitor: Asker) -> None:
    answer = ANSWER.findall(visitor.ask("养老床位有多少?", "k" * 16)[-1])[0]
    address = f"/page/answers/{answer}/feedback"

    def shown() -> list[str]:
        return re.findall(
            r'data-act="(?:good|bad)" aria-pressed="(\w+)"',
            visitor.http.get(f"/page/conversations/{'k' * 16}").text,
        )

    assert shown() == ["false", "false"]
    assert visitor.http.put(address, json={"good": True}).status_code == 204
    assert shown() == ["true", "false"]
    bad = {"good": False, "reason": "过时", "comment": "<旧>"}
    assert visitor.http.put(address, json=bad).status_code == 204
    assert shown() == ["false", "true"]
    again = visitor.http.get(f"/page/conversations/{'k' * 16}").text
    assert 'value="过时" checked' in again and "&lt;旧&gt;</textarea>" in again

    other = Asker(page_server.url)
    for asker, place in ((other, address), (visitor, f"/page/answers/{'0' * 32}/feedback")):
        refused = asker.http.put(place, json={"good": True})
        assert refused.status_code == 404 and refused.json()["detail"].startswith("没有这个会话或回答\uff1a")
    other.close()
    assert visitor.http.put(address, json={"good": True, "comment": "长" * 501}).status_code == 422
    assert visitor.http.put(address, json={"good": "maybe"}).status_code == 422
    assert shown() == ["false", "true"]
    visitor.http.delete(f"/page/conversations/{'k' * 16}")
    assert visitor.http.put(address, json={"good": True}).status_code == 404


def test_what_to_ask_next_is_for_ones_own_answer(page_server: PageServer, visitor: Asker) -> None:
    answer = ANSWER.findall(visitor.ask("大连的公租房有什么政策?", "m" * 16)[-1])[0]
    offered = visitor.http.get(f"/page/answers/{answer}/following")
    assert offered.text.count('data-act="ask"') == 3
    other = Asker(page_server.url)
    assert other.http.get(f"/page/answers/{answer}/following").status_code == 404
    other.close()


def test_hostile_events_are_turned_down_in_words(visitor: Asker) -> None:
    assert visitor.ask("") == visitor.ask("  \n") == []
    assert "内容不完整" in visitor.ask("养老床位有多少?", "../../etc/passwd")[-1]
    assert "太长" in visitor.ask("长" * 5_000)[-1]
    assert 'data-state="done"' in visitor.ask("\x00\u202e\udcff\u200b养老床位有多少?")[-1]
    data = [None, None, None, "群众", [], [], [], False]
    body = {"data": data, "fn_index": 0, "session_hash": "none"}
    assert visitor.http.post("/gradio_api/queue/join", json=body).status_code == 200


def test_clause_that_is_none_is_not_found(visitor: Asker) -> None:
    for query in (
        "doc=x&start=1&end=2",
        "doc=jilin-urban-quality-plan&start=9&end=4",
        "doc=jilin-urban-quality-plan",
    ):
        assert visitor.http.get(f"/page/source?{query}").status_code in (404, 422)


def test_health(visitor: Asker) -> None:
    assert visitor.http.get("/health").json() == {"status": "ok", "documents": 5}


def test_fifty_visitors_are_answered_apart(page_server: PageServer) -> None:
    (alone,) = at_once(page_server.url, 1, 10)
    talks = at_once(page_server.url, 50, 10)
    assert [talk.wrong for talk in talks] == [()] * 50
    seconds = [one for talk in talks for one in talk.seconds]
    assert len(seconds) == 500
    p95 = percentile(seconds, 0.95)
    print(f"p95 of 50 visitors {p95:.2f} s, of one {percentile(alone.seconds, 0.95):.2f} s")  # noqa: T201
    assert p95 < 30


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_memory_stays_flat(page_server: PageServer) -> None:
    """After the visitors above: a leak of a 40 KB answer a question would be 20 MB."""
    at_once(page_server.url, 10, 10)
    before = page_server.memory
    for _ in range(5):
        assert all(talk.wrong == () for talk in at_once(page_server.url, 10, 10))
    grown = page_server.memory - before
    print(f"{grown:.1f} MB more after 500 questions, of {before:.0f} MB")  # noqa: T201
    assert grown < 16
