"""Complaints with a receipt, the log of requests, the counters for staff, the switch."""

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from assistant.commands.app import NAME, app
from assistant.feedback import Matter, complain, receipt_number
from assistant.page.switch import Switch
from assistant.records import (
    Complaints,
    Day,
    Records,
    Request,
    RequestLog,
    Stage,
    chosen_complaints,
    chosen_records,
    chosen_requests,
)
from assistant.settings import settings
from eval.served import Asker, PageServer
from index import PolicyError

TOKEN = "staff-token-of-many-letters"
ANSWER = re.compile(r'data-answer="(\w+)"')


@pytest.fixture(scope="module")
def server(page_server: PageServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    server = PageServer(page_server.store, tmp_path_factory.mktemp("staff"), STAFF_TOKEN=TOKEN)
    yield server
    server.close()


@pytest.fixture
def visitor(server: PageServer) -> Iterator[Asker]:
    asker = Asker(server.url)
    yield asker
    asker.close()


@pytest.fixture
def as_staff(server: PageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line works on what the server keeps."""
    monkeypatch.setenv("POLICY_ASSISTANT_RECORDS", str(server.records))
    settings.cache_clear()


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments, prog_name=NAME)
    return result.exit_code, result.stdout, result.stderr


def logged(server: PageServer) -> list[Request]:
    with closing(Records(server.records / "answers.sqlite3", 30)) as records:
        return list(RequestLog(records.file, 184).all())


# complaints


def test_complaint_has_a_receipt_is_answered_by_staff_and_followed_by_its_number(
    visitor: Asker, as_staff: None
) -> None:
    answer = ANSWER.findall(visitor.ask("养老床位有多少?")[-1])[0]
    complaint = {"matter": "回答有误", "text": "床位数不对，请打 13800138000 <b>", "answer": answer}
    made = visitor.http.post("/page/complaints", json=complaint)
    due = date.today() + timedelta(days=15)
    assert made.status_code == 201
    assert f"在 15 日内（{due.year}年{due.month}月{due.day}日前）答复" in made.text
    number = re.findall(r"\d{6}-[2-9A-Z]{8}", made.text)[0]

    shown = run("feedback", "show", number.lower().replace("-", " "))[1]
    assert f"{number}  回答有误  待答复\n" in shown
    assert f"应于 {due.isoformat()} 前答复" in shown
    assert "\n床位数不对\uff0c请打 〔手机号〕 <b>\n" in shown
    assert f"所指的回答: 养老床位有多少?(log show {answer[:12]})" in shown
    assert number in run("feedback", "complaints", "--open")[1]

    followed = visitor.http.get("/page/complaint", params={"number": number.lower()}).text
    assert "待答复" in followed and "床位数不对" not in followed
    assert "床位数不对\uff0c请打 〔手机号〕 &lt;b&gt;" in visitor.http.get("/page/complaints").text

    assert run("feedback", "reply", number, "已更正<i>")[:2] == (0, f"已答复 {number}\n")
    assert number not in run("feedback", "complaints", "--open")[1]
    other = Asker(str(visitor.http.base_url))
    followed = other.http.get("/page/complaint", params={"number": number}).text
    assert "已答复" in followed and "已更正&lt;i&gt;" in followed
    assert number not in other.http.get("/page/complaints").text
    other.close()
    assert run("feedback", "close", number)[:2] == (0, f"已办结 {number}\n")
    assert run("feedback", "reply", number, "又") == (1, "", f"{number} 已经办结,不能再答复\n")
    assert json.loads(run("feedback", "show", number, "--json")[1])["stage"] == "已办结"


def test_bad_complaints_are_refused_and_not_kept(visitor: Asker, server: PageServer) -> None:
    def refused(**given: object) -> tuple[int, str]:
        reply = visitor.http.post("/page/complaints", json=given)
        return reply.status_code, reply.json()["detail"]

    assert refused(matter="其他", text=" \n") == (422, "请写明要投诉或反映的事情")
    assert refused(matter="其他", text="长" * 1001)[0] == 422
    assert refused(matter="别的", text="x")[0] == 422
    assert refused(text="x")[0] == 422
    assert refused(matter="其他", text="x", answer=["a"])[0] == 422
    for foreign in ("0" * 32, "' OR 1=1 --", "%"):
        code, why = refused(matter="其他", text="x", answer=foreign)
        assert code == 404 and why.startswith("这个回答已经删除\uff0c或不是在这个浏览器里问的")
    assert "在这个浏览器里提过的" not in visitor.http.get("/page/complaints").text
    without = httpx.post(f"{server.url}/page/complaints", json={"matter": "其他", "text": "x"})
    assert without.status_code == 403
    for number in ("", "x", "261122-AAAAAAA0", "261122-AAAAAAAA", "' OR 1=1 --", "\u0661" * 14):
        assert visitor.http.get("/page/complaint", params={"number": number}).status_code == 404


def test_nobody_floods_the_staff(visitor: Asker) -> None:
    codes = [
        visitor.http.post("/page/complaints", json={"matter": "其他", "text": "x"}).status_code
        for _ in range(4)
    ]
    assert codes == [201, 201, 201, 429]


def test_numbers_are_read_however_they_are_written() -> None:
    assert receipt_number(" 261122-7kqm x2pd ") == "261122-7KQMX2PD"
    assert receipt_number("\uff12\uff16\uff11\uff11\uff12\uff12\uff0d7KQMX2PD") == "261122-7KQMX2PD"
    assert [receipt_number(x) for x in ("", "7KQMX2PD", "261122-7KQMX2P0", "2" * 10_000)] == [None] * 4


def test_complaints_are_ordered_counted_and_kept_until_they_are_answered(tmp_path: Path) -> None:
    with closing(Records(tmp_path / "answers.sqlite3", 30)) as records:
        complaints = Complaints(records.file, days=30)
        assert complaints.counts("2026-03-01") == {"open": 0, "answered": 0, "closed": 0, "overdue": 0}
        made = [
            complain(complaints, "v-", f"第{n}件", Matter.OTHER, days=n, today=date(2026, 2, 20))
            for n in (30, 5, 10)
        ]
        assert [c.text for c in complaints.unanswered(9)] == ["第5件", "第10件", "第30件"]
        assert complaints.counts("2026-03-01") == {"open": 3, "answered": 0, "closed": 0, "overdue": 1}
        answered = complaints.reply(made[0].number, "好")
        assert answered is not None and answered.stage is Stage.ANSWERED
        assert complaints.close(made[2].number) is not None
        assert complaints.close(made[2].number) is None
        assert complaints.counts("2026-03-01") == {"open": 1, "answered": 1, "closed": 1, "overdue": 1}
        with sqlite3.connect(records.path) as connection:
            connection.execute("UPDATE complaints SET at = '2020-01-01'")
        last = complain(complaints, "v-", "新的", Matter.PRIVACY, days=5)
        assert {c.number for c in complaints.latest(9)} == {made[1].number, last.number}
        with pytest.raises(PolicyError, match="上限1000字"):
            complain(complaints, "v-", "长" * 1001, Matter.OTHER, days=5)


def test_commands_tell_what_is_not_there() -> None:
    assert run("feedback", "complaints") == (0, "没有投诉\n", "")
    assert run("feedback", "complaints", "--open") == (0, "没有待答复的投诉\n", "")
    for command in (["show", "x"], ["reply", "x", "好"], ["close", "x"]):
        assert run("feedback", *command) == (1, "", "没有编号为 x 的投诉,请核对回执编号\n")
    complaint = complain(chosen_complaints(chosen_records()), "v-", "事", Matter.FAULT, days=1)
    assert run("feedback", "reply", complaint.number, " ")[0] == 1
    assert run("feedback", "close", complaint.number) == (0, f"已办结 {complaint.number},没有答复\n", "")
    assert run("feedback", "close", complaint.number) == (1, "", f"{complaint.number} 早已办结\n")


# the log of requests


def test_log_tells_who_did_what_when_and_not_what_was_asked(visitor: Asker, server: PageServer) -> None:
    answer = ANSWER.findall(visitor.ask("子丑寅卯:大连的公租房有什么政策?", "f" * 16)[-1])[0]
    visitor.http.put(f"/page/answers/{answer}/feedback", json={"good": True})
    visitor.http.get("/page/conversations", params={"q": "子丑寅卯"})
    visitor.http.get(f"/page/answers/{answer}/export.md")
    visitor.http.delete(f"/page/conversations/{'f' * 16}")
    visitor.http.get("/page/子丑寅卯")
    deadline = time.monotonic() + 10
    asked = next(r for r in logged(server) if r.id == answer)
    mine: list[Request] = []
    while len(mine) < 5 and time.monotonic() < deadline:  # the reply is there a moment before its line
        mine = [r for r in logged(server) if r.visitor == asked.visitor]
    by_act = {request.act: request for request in mine}
    assert {act: request.outcome for act, request in by_act.items()} == {
        "ask": "answered",
        "PUT /page/answers/{answer}/feedback": "204",
        "GET /page/answers/{answer}/export{suffix}": "200",
        "DELETE /page/conversations/{name}": "204",
        "GET elsewhere": "404",
    }
    assert (asked.id, asked.address, asked.sources) == (answer, "127.0.0.1", ("dalian-14th-five-year-plan",))
    assert by_act["PUT /page/answers/{answer}/feedback"].id == answer
    assert 0 < asked.seconds < 30 and asked.notices > 0
    kept = b"".join(file.read_bytes() for file in server.records.parent.rglob("*") if file.is_file())
    assert "子丑寅卯".encode() not in kept


def test_every_end_of_a_question_is_logged(server: PageServer, as_staff: None) -> None:
    asker = Asker(server.url)
    asker.ask("上海怎么落户?")
    asker.ask("养老床位有多少?", "不是名称")
    asker.http.cookies.clear()
    asker.ask("养老床位有多少?")
    asker.close()
    assert [r.outcome for r in logged(server) if r.act == "ask"][-3:] == [
        "another_place",
        "malformed",
        "no_cookie",
    ]
    lines = [json.loads(line) for line in run("log", "requests")[1].splitlines()]
    assert lines[-1]["outcome"] == "no_cookie" and lines[-1]["visitor"] is None


def test_log_is_kept_for_its_days(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with closing(Records(tmp_path / "answers.sqlite3", 1)) as records:
        log = RequestLog(records.file, 184)
        for days in (185, 183, 0):
            at = (now - timedelta(days=days)).isoformat(timespec="milliseconds")
            log.add(Request(at, f"{days}", None, "10.0.0.1", "ask", "answered"))
        assert [r.id for r in log.all()] == ["183", "0"]
        with sqlite3.connect(records.path) as connection:
            assert connection.execute("SELECT count(*) FROM requests").fetchone() == (2,)
    assert settings().log_days == 184


# the counters


def test_days_are_counted_by_outcome_with_median_and_p95(tmp_path: Path) -> None:
    with closing(Records(tmp_path / "answers.sqlite3", 30)) as records:
        log = RequestLog(records.file, 184)
        assert log.by_day("2026-01-01", ("answered",)) == ()
        noon = datetime.now().astimezone().replace(hour=12)
        first = Request(
            noon.astimezone(UTC).isoformat(timespec="milliseconds"), "x", None, "", "ask", "answered"
        )
        for number in range(1, 21):
            log.add(replace(first, seconds=number / 10, notices=number % 2))
        log.add(replace(first, outcome="too_many", seconds=99.0))
        log.add(replace(first, act="GET /", outcome="200"))
        day = f"{noon:%Y-%m-%d}"
        outcomes = {"answered": 20, "too_many": 1}
        assert log.by_day("2026-01-01", ("answered",)) == (Day(day, outcomes, 10, 1.0, 1.9),)
        assert log.by_day("2026-01-01", ()) == (Day(day, outcomes, 10, None, None),)
        assert log.by_day(day, ("answered",)) == ()


def test_counters_are_for_staff_only(server: PageServer, page_server: PageServer) -> None:
    def code(auth: tuple[str, str] | None, path: str = "/status") -> int:
        return httpx.get(server.url + path, auth=auth).status_code

    for path in ("/status", "/status.json"):
        assert code(None, path) == 401
        assert code(("staff", "wrong"), path) == 401
        assert code(("staff", TOKEN[:-1]), path) == 401
        assert code((TOKEN, ""), path) == 401
        assert code(("口令", "口令" * 1000), path) == 401
        assert code(("", TOKEN), path) == 200
        without_one_set = httpx.get(page_server.url + path, auth=("", TOKEN))
        assert without_one_set.status_code == 404
    bad = httpx.get(f"{server.url}/status", headers={"Authorization": "Basic \u00ff".encode("latin-1")})  # type: ignore[dict-item]
    assert bad.status_code == 401
    tried = {code(("staff", "wrong")) for _ in range(40)}
    assert tried == {401, 429}
    assert code(("staff", TOKEN)) == 200


def test_counters_tell_outcomes_latencies_opinions_and_complaints_and_no_question(
    server: PageServer, visitor: Asker
) -> None:
    answer = ANSWER.findall(visitor.ask("甲乙丙丁:养老床位有多少?")[-1])[0]
    visitor.http.put(f"/page/answers/{answer}/feedback", json={"good": False, "reason": "过时"})
    told = httpx.get(f"{server.url}/status.json", auth=("", TOKEN)).json()
    (today,) = told["days"]
    assert today["day"] == date.today().isoformat()
    assert today["outcomes"]["answered"] >= 1
    assert today["questions"] == sum(today["outcomes"].values())
    assert 0 < today["median"] <= today["p95"]
    assert told["feedback"]["bad"] >= 1 and told["feedback"]["过时"] >= 1
    assert set(told["complaints"]) == {"open", "answered", "closed", "overdue"}
    shown = httpx.get(f"{server.url}/status", auth=("", TOKEN))
    assert "已回答" in shown.text and "甲乙丙丁" not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "script" not in shown.text


def test_a_short_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_ASSISTANT_STAFF_TOKEN", "short")
    settings.cache_clear()
    code, _, why = run("serve")
    assert (code, why) == (
        1,
        "POLICY_ASSISTANT_STAFF_TOKEN 太短,请用不少于 16 个字符的随机口令\n",
    )


# the switch


def test_pause_answers_every_question_with_a_notice_until_resume(
    server: PageServer, visitor: Asker, as_staff: None
) -> None:
    assert run("resume") == (0, "没有暂停\n", "")
    assert run("pause", "系统\n维护<b>") == (0, "已暂停,网页对每个问题只说: 系统 维护<b>\n", "")
    try:
        paused = visitor.ask("养老床位有多少?")[-1]
        assert "系统 维护&lt;b&gt;" in paused and "床位" not in paused.partition("reply")[2]
        assert "系统 维护&lt;b&gt;" in visitor.http.get("/page/welcome").text
        assert visitor.http.get("/health").json()["status"] == "paused"
        assert visitor.http.get("/page/conversations").status_code == 200
        number = re.findall(r"编号 (\w{12})", paused)[0]
        assert any(r.id.startswith(number) and r.outcome == "paused" for r in logged(server))
    finally:
        assert run("resume") == (0, "已恢复回答\n", "")
    assert 'data-status="answered"' in visitor.ask("养老床位有多少?")[-1]
    acts = [r.act for r in chosen_requests(chosen_records()).all()]
    assert acts.count("pause") == acts.count("resume") == 1


def test_switch_has_words_and_is_closed_by_the_setting_too(tmp_path: Path) -> None:
    switch = Switch(tmp_path / "new" / "paused.txt")
    assert switch.closed == ""
    assert switch.pause("") == switch.closed == "服务暂停\uff0c请稍后再来。"
    assert switch.pause("长" * 9999) == switch.closed == "长" * 500
    assert (switch.resume(), switch.closed, switch.resume()) == (True, "", False)
    assert Switch(tmp_path / "paused.txt", always="停").closed == "停"
    (tmp_path / "paused.txt").mkdir()
    assert Switch(tmp_path / "paused.txt").closed == "服务暂停\uff0c请稍后再来。"


# last, for the server rests from writing after it


def test_a_locked_log_costs_no_answer(server: PageServer, visitor: Asker) -> None:
    with closing(sqlite3.connect(server.records / "answers.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert 'data-status="answered"' in visitor.ask("养老床位有多少?")[-1]
