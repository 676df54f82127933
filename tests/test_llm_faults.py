"""A chat model that fails, or is not there: the extracted answer stands in, and nobody waits for long."""

import json
import logging
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer
from assistant.datatypes import Label
from assistant.events import Noticed, PassagesFound, Shown, Withdrawn
from assistant.written.breaker import Breaker
from assistant.written.model import Patience
from tests.llm_server import Llm, Reply, queued, written
from tests.written_room import (
    FAULT,
    GOOD,
    KEY,
    LANGUAGE,
    QUESTION,
    UNREACHABLE,
    UNVERIFIED,
    WORDS,
    Room,
    open_assistant,
    stands_in,
)

HASTY = Patience(connect=0.1, idle=0.2, total=0.5, pause=0.01)
SLOW, BROKEN, BUSY = "没有按时答完", "的回答不完整或无法识别", "服务繁忙"
DENIED, RESTING = "服务没有接受请求\uff08请管理员检查设置\uff09", "服务刚才连续出错\uff0c暂停使用一分钟"


# L1-L14


def test_l1_nothing_listens(shipped_store: Path, extracted: Answer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        with open_assistant(shipped_store, url) as assistant:
            answer = assistant.ask(QUESTION)
    stands_in(answer, extracted, UNREACHABLE)


_HTML = {"Content-Type": "text/html"}
_JSON = {"Content-Type": "application/json"}
_EVENTS = {"Content-Type": "text/event-stream"}


def _event(value: dict[str, Any]) -> Reply:
    return Reply(body=f"data: {json.dumps(value)}\n\ndata: [DONE]\n\n", headers=_EVENTS)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        pytest.param(Reply(status=429), BUSY, id="L4 429"),
        pytest.param(Reply(status=429, headers={"Retry-After": "50"}), BUSY, id="L4 Retry-After 50"),
        pytest.param(
            Reply(status=429, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), BUSY, id="L4 date"
        ),
        pytest.param(Reply(status=500, body=KEY), BROKEN, id="L5 500"),
        pytest.param(Reply(status=502, body="<html>", headers=_HTML), BROKEN, id="L5 502"),
        pytest.param(Reply(status=401, body=f'{{"error":{{"message":"{KEY}"}}}}'), DENIED, id="L5 401"),
        pytest.param(Reply(status=404, body="no such model"), DENIED, id="L5 404"),
        pytest.param(Reply(body="<html>登录</html>", headers=_HTML), BROKEN, id="L6 HTML"),
        pytest.param(Reply(body="{}", headers=_JSON), BROKEN, id="L6 {}"),
        pytest.param(Reply(body="data: {}\n\n", headers=_EVENTS), BROKEN, id="L6 empty event"),
        pytest.param(Reply(body="data: {broken\n\n", headers=_EVENTS), BROKEN, id="L6 broken event"),
        pytest.param(_event({"id": "1", "choices": []}), BROKEN, id="L6 no choices"),
        pytest.param(
            _event(
                {"id": "1", "choices": [{"index": 0, "delta": {"content": None}, "finish_reason": "stop"}]}
            ),
            BROKEN,
            id="L6 content null",
        ),
        pytest.param(Reply(GOOD, cut_after=99), BROKEN, id="L7 cut behind the text"),
        pytest.param(Reply(GOOD, cut_after=6), BROKEN, id="L7 cut"),
        pytest.param(Reply(GOOD, error_after=6), BROKEN, id="L7 error event"),
        pytest.param(Reply(GOOD, finish=None), BROKEN, id="L7 no finish_reason"),
        pytest.param(Reply(GOOD, finish="length"), BROKEN, id="L8 length"),
        pytest.param(Reply(GOOD, finish="content_filter"), BROKEN, id="L8 content_filter"),
        pytest.param(Reply(GOOD, finish="tool_calls"), BROKEN, id="L8 tool_calls"),
        pytest.param(Reply("好" * 1_000_000, piece=50_000), BROKEN, id="L11 a megabyte"),
        pytest.param(Reply('{"answers":' + "[" * 9000), BROKEN, id="L11 deep JSON"),
        pytest.param(Reply("You may register your household in Dalian."), BROKEN, id="L12 English prose"),
        pytest.param(
            Reply(written(("Restrictions on settling are lifted.", (1, WORDS)))), LANGUAGE, id="L12 English"
        ),
        pytest.param(Reply("请问您是哪里人\uff1f"), BROKEN, id="L13 asks back"),
        pytest.param(Reply("<think></think>"), BROKEN, id="L13 empty thinking"),
        pytest.param(Reply(f"<think>{GOOD}"), BROKEN, id="L13 thinking without an end"),
        pytest.param(Reply(""), BROKEN, id="nothing"),
        pytest.param(Reply('{"answers": "yes"}'), BROKEN, id="unknown extent"),
        pytest.param(Reply(GOOD.partition("\n")[2]), BROKEN, id="no extent"),
        pytest.param(Reply(GOOD[:-3]), BROKEN, id="JSON without an end"),
        pytest.param(Reply('{"answers": "fully"}'), UNVERIFIED, id="no statement"),
    ],
)
def test_the_extracted_answer_stands_in(
    room: Room, extracted: Answer, reply: Reply, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="assistant")
    stands_in(room.ask(reply), extracted, why)
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(GOOD, first=3.0), id="L2 never answers"),
        pytest.param(Reply(GOOD, between=0.15, piece=2), id="L3 trickle"),
        pytest.param(Reply("", thinking="想" * 400, between=0.05), id="L3 thinks for ever"),
    ],
)
def test_l2_and_l3_nobody_waits_longer_than_the_deadline(
    shipped_store: Path, llm: Llm, extracted: Answer, reply: Reply
) -> None:
    with open_assistant(shipped_store, llm.url, Breaker(failures=100), HASTY) as assistant:
        assistant.ask(QUESTION)  # opens the model
        begun = time.perf_counter()
        stands_in(Room(assistant, llm).ask(reply), extracted, SLOW)
        assert time.perf_counter() - begun < 2 * (HASTY.total + 0.7)


def test_l4_one_retry_and_none_where_the_wait_is_long(room: Room, extracted: Answer) -> None:
    room.llm.script = queued(Reply(status=429), Reply(GOOD))
    assert room.assistant.ask(QUESTION).label is Label.GENERATED
    room.llm.script = queued(Reply(status=503, headers={"Retry-After": "0"}), Reply(GOOD))
    assert room.assistant.ask(QUESTION).label is Label.GENERATED
    assert len(room.llm.requests) == 4
    room.llm.script = queued(Reply(status=429, headers={"Retry-After": "50"}), Reply(GOOD))
    stands_in(room.assistant.ask(QUESTION), extracted, BUSY)
    room.llm.script = queued(Reply(status=401), Reply(GOOD))
    stands_in(room.assistant.ask(QUESTION), extracted, DENIED)
    assert len(room.llm.requests) == 6


def test_l4_and_l14_it_rests_after_three_failures_and_comes_back(
    shipped_store: Path, llm: Llm, extracted: Answer
) -> None:
    llm.requests.clear()
    llm.script = queued(Reply(status=401))
    with open_assistant(shipped_store, llm.url, Breaker(seconds=0.3)) as assistant:
        answers = [assistant.ask(QUESTION) for _ in range(5)]
        assert len(llm.requests) == 3
        for answer, why in zip(answers, [DENIED, DENIED, DENIED, RESTING, RESTING], strict=True):
            stands_in(answer, extracted, why)
        llm.script = queued(Reply(GOOD))
        time.sleep(0.35)
        assert [assistant.ask(QUESTION).label for _ in range(2)] == [Label.GENERATED] * 2


def test_what_was_shown_is_taken_back_where_the_answer_breaks_off(room: Room, extracted: Answer) -> None:
    room.llm.script = queued(Reply(GOOD, finish=None))
    events = list(room.assistant.stream(QUESTION))
    kinds = [PassagesFound, Shown, Withdrawn, Shown, Noticed, Noticed, Answer]
    assert [type(event) for event in events] == kinds
    labels = [event.label for event in events if isinstance(event, Shown)]
    assert labels == [Label.GENERATED, Label.EXTRACT]
    assert [event.why for event in events if isinstance(event, Withdrawn)] == [FAULT.format(BROKEN)]
