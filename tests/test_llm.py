"""A chat model that answers, fails, lies or is told to: what is shown holds, and the extracted answer stands in."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from assistant import Answer, PolicyAssistant, Status
from assistant.datatypes import Label
from assistant.events import Event, Noticed, PassagesFound, Shown, Withdrawn
from assistant.settings import settings
from assistant.written.breaker import Breaker
from assistant.written.model import Patience, open_model
from assistant.written.write import Writer
from eval.contract import violations
from index.datatypes import PolicyError
from tests.conftest import TODAY
from tests.llm_server import Llm, Reply, Request, Script, queued, serving, written

QUESTION = "外地人能在大连落户吗?"
KEY = "sk-secret"
WORDS = "全面取消非户籍常住人口的落户限制"
SENTENCE = f"{WORDS},逐步构建以经常居住地登记户口为基本形式的新型户籍制度,建立城乡人口双向自由有序流动通道。"
PLAN = "大连市“十四五”规划纲要"
HONEST = f"大连{WORDS}。"
GOOD = written((HONEST, (1, WORDS)))
PATIENT = Patience(connect=2.0, idle=10.0, total=20.0, pause=0.01)
HASTY = Patience(connect=0.1, idle=0.2, total=0.5, pause=0.01)
FAULT = "大模型{}\uff0c这次改为摘录原文。"
SLOW, BROKEN, BUSY = "没有按时答完", "的回答不完整或无法识别", "服务繁忙"
DENIED, RESTING = "服务没有接受请求\uff08请管理员检查设置\uff09", "服务刚才连续出错\uff0c暂停使用一分钟"
UNREACHABLE, LANGUAGE, UNVERIFIED = "服务连不上", "没有用中文回答", "写出的话核对不上原文"


@dataclass
class Room:
    """An assistant whose chat model is a server of the test."""

    assistant: PolicyAssistant
    llm: Llm

    def ask(self, script: Script | Reply | str) -> Answer:
        """The answer where the model does as `script` says, the same from `ask` and `stream`; no fault of it shown."""
        if isinstance(script, str):
            script = Reply(script)
        self.llm.script = queued(script) if isinstance(script, Reply) else script
        answer = self.assistant.ask(QUESTION)
        streamed = list(self.assistant.stream(QUESTION))
        assert streamed[-1] == answer
        assert _told(streamed) == ((answer.text, answer.citations) if answer.answered else ("", ()))
        documents = {document.id: document for document in self.assistant.documents()}
        assert violations(answer, documents) == ()
        assert KEY not in str(streamed)
        return answer


def _told(events: list[Event]) -> tuple[str, tuple[object, ...]]:
    """Text and citations of the pieces that were not taken back."""
    text, citations = "", ()
    for event in events:
        if isinstance(event, Withdrawn):
            text, citations = "", ()
        elif isinstance(event, Shown):
            text, citations = text + event.text, (*citations, *event.citations)
    return text, citations


@pytest.fixture(scope="module")
def llm() -> Iterator[Llm]:
    with serving(queued(Reply(GOOD))) as server:
        yield server


@pytest.fixture
def room(shipped_store: Path, llm: Llm) -> Iterator[Room]:
    llm.requests.clear()
    with _assistant(shipped_store, llm.url, Breaker(failures=100)) as assistant:
        yield Room(assistant, llm)


def _assistant(
    store: Path, url: str, breaker: Breaker | None = None, patience: Patience = PATIENT
) -> PolicyAssistant:
    writer = Writer("stub", lambda: open_model("stub", url, KEY, patience), patience, breaker)
    return PolicyAssistant(store, today=TODAY, llm=writer)


@pytest.fixture(scope="module")
def extracted(shipped: PolicyAssistant) -> Answer:
    return shipped.ask(QUESTION)


# a model that keeps to the rules


def test_verified_statements_are_the_answer(room: Room, extracted: Answer) -> None:
    answer = room.ask(GOOD)
    assert (answer.status, answer.label) == (Status.ANSWERED, Label.GENERATED)
    assert answer.text == f"{PLAN}\uff1a大连{WORDS}。[1]"
    assert [(c.document_title, c.clause, c.quote) for c in answer.citations] == [
        (extracted.citations[0].document_title, "第九章 第三节", SENTENCE)
    ]
    assert answer.notices == extracted.notices
    assert answer.passages == extracted.passages


def test_statements_are_streamed_as_they_are_verified(room: Room) -> None:
    first, second = "一要提升承载能力。", "大连将逐步构建以经常居住地登记户口为基本形式的新型户籍制度。"
    text = written((HONEST, (1, WORDS)), (first, (99, "x")), (second, (1, "逐步构建以经常居住地登记户口")))
    room.llm.script = queued(Reply(text, between=0.02))
    came = [(type(event), time.perf_counter()) for event in room.assistant.stream(QUESTION)]
    assert [kind for kind, _ in came] == [PassagesFound, Shown, Shown, Noticed, Answer]
    assert came[2][1] - came[1][1] > 0.1


def test_without_a_model_the_quotes_are_streamed(shipped: PolicyAssistant, extracted: Answer) -> None:
    events = list(shipped.stream(QUESTION))
    assert [type(event) for event in events] == [PassagesFound, Shown, Noticed, Answer]
    assert _told(events) == (extracted.text, extracted.citations)
    assert (extracted.label, shipped.ask("上海落户要几年").label) == (Label.EXTRACT, None)
    assert [type(event) for event in shipped.stream("上海落户要几年")] == [Answer]


def test_a_statement_on_two_documents_names_both(room: Room) -> None:
    def script(request: Request) -> Reply:
        found = {
            number: text for number, text in request.passages.items() if "落户" in text or "市民化" in text
        }
        (one, first), (other, second) = next(iter(found.items())), list(found.items())[-1]
        return Reply(written(("推进农业转移人口市民化。", (one, first[:12]), (other, second[-14:]))))

    answer = room.ask(script)
    assert answer.text.endswith("推进农业转移人口市民化。[1][2]")
    names = {document.id: document.metadata.name for document in room.assistant.documents()}
    assert "、".join(names[citation.document_id] for citation in answer.citations) in answer.text


def test_what_is_sent(room: Room) -> None:
    room.ask(GOOD)
    one, other = room.llm.requests
    assert set(one.body) == {"model", "messages", "stream", "temperature"}
    assert (one.body["model"], one.body["temperature"], one.body["stream"]) == ("stub", 0, True)
    assert one.headers["authorization"] == f"Bearer {KEY}"
    assert one.question == QUESTION
    assert SENTENCE in one.passages[1]
    marks = {request.text.split("「")[1].split(" ")[0] for request in (one, other)}
    assert len(marks) == 2  # new for every request
    assert all(QUESTION not in m["content"] for m in one.body["messages"] if m["role"] == "system")


def test_a_partial_answer_is_told(room: Room, extracted: Answer) -> None:
    answer = room.ask(written((HONEST, (1, WORDS)), answers="partly"))
    assert answer.notices == ("文件只写到问题的一部分。", *extracted.notices)


def test_that_the_passages_do_not_answer_is_a_refusal(room: Room) -> None:
    answer = room.ask(written(answers="not"))
    assert (answer.status, answer.citations, answer.label) == (Status.NOT_IN_CORPUS, (), None)


def test_named_clauses_and_refusals_need_no_model(room: Room) -> None:
    for question in ("大连实施意见第二条", "上海落户要几年", "你好"):
        room.assistant.ask(question)
    assert room.llm.requests == []


def test_a_comparison_is_written_too(room: Room) -> None:
    def script(request: Request) -> Reply:
        return Reply(written(*((text.strip(), (number, text)) for number, text in request.passages.items())))

    room.llm.script = script
    answer = room.assistant.ask("大连和吉林在停车方面有什么不同?")
    assert answer.label is Label.GENERATED
    assert len({citation.document_id for citation in answer.citations}) > 1
    assert len(answer.citations) <= 6


# L1-L14


def test_l1_nothing_listens(shipped_store: Path, extracted: Answer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        with _assistant(shipped_store, url) as assistant:
            answer = assistant.ask(QUESTION)
    _stands_in(answer, extracted, UNREACHABLE)


def _stands_in(answer: Answer, extracted: Answer, why: str) -> None:
    assert answer.notices == (FAULT.format(why), *extracted.notices)
    assert (answer.text, answer.citations, answer.label) == (
        extracted.text,
        extracted.citations,
        Label.EXTRACT,
    )


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
    _stands_in(room.ask(reply), extracted, why)
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
    with _assistant(shipped_store, llm.url, Breaker(failures=100), HASTY) as assistant:
        assistant.ask(QUESTION)  # opens the model
        begun = time.perf_counter()
        _stands_in(Room(assistant, llm).ask(reply), extracted, SLOW)
        assert time.perf_counter() - begun < 2 * (HASTY.total + 0.7)


def test_l4_one_retry_and_none_where_the_wait_is_long(room: Room, extracted: Answer) -> None:
    room.llm.script = queued(Reply(status=429), Reply(GOOD))
    assert room.assistant.ask(QUESTION).label is Label.GENERATED
    room.llm.script = queued(Reply(status=503, headers={"Retry-After": "0"}), Reply(GOOD))
    assert room.assistant.ask(QUESTION).label is Label.GENERATED
    assert len(room.llm.requests) == 4
    room.llm.script = queued(Reply(status=429, headers={"Retry-After": "50"}), Reply(GOOD))
    _stands_in(room.assistant.ask(QUESTION), extracted, BUSY)
    room.llm.script = queued(Reply(status=401), Reply(GOOD))
    _stands_in(room.assistant.ask(QUESTION), extracted, DENIED)
    assert len(room.llm.requests) == 6


def test_l4_and_l14_it_rests_after_three_failures_and_comes_back(
    shipped_store: Path, llm: Llm, extracted: Answer
) -> None:
    llm.requests.clear()
    llm.script = queued(Reply(status=401))
    with _assistant(shipped_store, llm.url, Breaker(seconds=0.3)) as assistant:
        answers = [assistant.ask(QUESTION) for _ in range(5)]
        assert len(llm.requests) == 3
        for answer, why in zip(answers, [DENIED, DENIED, DENIED, RESTING, RESTING], strict=True):
            _stands_in(answer, extracted, why)
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


@pytest.mark.parametrize("passage", [99, 0, -1, "一", "1", "1,2-5", "【1】", None, True, 1.0, [1]])
def test_l9_a_passage_number_that_is_none(room: Room, extracted: Answer, passage: object) -> None:
    claim = {"text": HONEST, "quotes": [{"passage": passage, "words": WORDS}]}
    text = '{"answers": "fully"}' + json.dumps(claim, ensure_ascii=False)
    _stands_in(room.ask(text), extracted, UNVERIFIED)


@pytest.mark.parametrize(
    "quotes",
    [None, {}, "全面取消", [], [None], ["全面取消"], [{}], [{"passage": 1}], [{"passage": 1, "words": 5}]],
)
def test_l9_quotes_of_another_form(room: Room, extracted: Answer, quotes: object) -> None:
    text = '{"answers": "fully"}' + json.dumps({"text": HONEST, "quotes": quotes}, ensure_ascii=False)
    _stands_in(room.ask(text), extracted, UNVERIFIED)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(HONEST, "凡在大连居住的一律可以落户", id="not in the corpus"),
        pytest.param(HONEST, "全面取消非户籍常住人口的落户条件", id="one character"),
        pytest.param(HONEST, "落户限制,建立城乡人口双向自由有序流动通道", id="joined"),
        pytest.param(HONEST, "全面取消非戶籍常住人口的落戶限制", id="traditional"),
        pytest.param("大连全面放开落户,每人补贴3000元。", WORDS, id="invented number"),
        pytest.param("长春全面取消非户籍常住人口的落户限制。", WORDS, id="invented place"),
        pytest.param("根据第九十九条,大连全面取消落户限制。", WORDS, id="invented clause"),
        pytest.param("大连实行非户籍常住人口的落户限制。", WORDS, id="negation dropped"),
    ],
)
def test_l10_what_does_not_hold_is_not_shown(room: Room, extracted: Answer, text: str, words: str) -> None:
    _stands_in(room.ask(written((text, (1, words)))), extracted, UNVERIFIED)
    mixed = room.ask(written((text, (1, words)), (HONEST, (1, WORDS))))
    assert mixed.text == f"{PLAN}\uff1a{HONEST}[1]"


def test_l10_a_quote_of_another_document_is_not_shown(room: Room, extracted: Answer) -> None:
    def script(request: Request) -> Reply:
        other = next(number for number, text in request.passages.items() if WORDS not in text)
        return Reply(written((HONEST, (other, WORDS))))

    _stands_in(room.ask(script), extracted, UNVERIFIED)


def test_l10_other_width_is_the_same_and_the_document_s_characters_are_shown(room: Room) -> None:
    answer = room.ask(written((HONEST, (1, "全面取消 非户籍常住人口的\n落户限制\uff0c逐步构建"))))
    assert [citation.quote for citation in answer.citations] == [SENTENCE]


def test_a_fluent_statement_beside_an_unrelated_quote_gives_way_to_the_quote(room: Room) -> None:
    answer = room.ask(written(("您放心来吧\uff0c手续很简便\uff0c当天就办好。", (1, WORDS))))
    assert answer.text == f"{PLAN}\uff1a{SENTENCE}[1]"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"```json\n{GOOD}\n```", id="fence"),
        pytest.param(f"好的\uff0c以下是回答\uff1a\n{GOOD}\n以上供参考。", id="preface"),
        pytest.param(f"<think>先看{{第1段}}</think>\n{GOOD}", id="thinking"),
        pytest.param("[" + GOOD.replace("\n", ",\n") + "]", id="list"),
        pytest.param(GOOD.replace("\n", ""), id="one line"),
        pytest.param(GOOD.replace("}\n", ', "statements": [5, ', 1) + "]}", id="one object"),
        pytest.param(
            json.dumps(json.loads(GOOD.split("\n")[0]))
            + json.dumps(json.loads(GOOD.split("\n")[1]), indent=2),
            id="many lines",
        ),
    ],
)
def test_l12_and_l13_what_stands_around_the_structure(room: Room, text: str) -> None:
    answer = room.ask(Reply(text, thinking="让我想想"))
    assert answer.text == f"{PLAN}\uff1a{HONEST}[1]"


# other models, settings, threads


class Plain(BaseChatModel):
    """A LangChain model of no vendor: one that does not stream."""

    text: str
    reason: dict[str, str]

    @property
    def _llm_type(self) -> str:
        return "plain"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: object,
    ) -> ChatResult:
        message = AIMessage(self.text, response_metadata=self.reason)
        return ChatResult(generations=[ChatGeneration(message=message)])


class Streaming(Plain):
    """One that streams, and ends as Ollama's does."""

    def _stream(self, *_: object, **__: object) -> Iterator[ChatGenerationChunk]:
        for char in self.text:
            yield ChatGenerationChunk(message=AIMessageChunk(char))
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata=self.reason))


@pytest.mark.parametrize(
    ("model", "label"),
    [
        (Plain(text=GOOD, reason={"finish_reason": "stop"}), Label.GENERATED),
        (Plain(text=GOOD, reason={"finish_reason": "STOP"}), Label.GENERATED),
        (Plain(text=GOOD, reason={"stop_reason": "end_turn"}), Label.GENERATED),
        (Streaming(text=GOOD, reason={"done_reason": "stop"}), Label.GENERATED),
        (Streaming(text=GOOD, reason={"done_reason": "length"}), Label.EXTRACT),
        (Plain(text=GOOD, reason={}), Label.EXTRACT),
    ],
)
def test_any_langchain_model_may_write(shipped_store: Path, model: BaseChatModel, label: Label) -> None:
    with PolicyAssistant(shipped_store, today=TODAY, llm=model) as assistant:
        assert assistant.ask(QUESTION).label is label


def test_the_settings_name_a_model(shipped_store: Path, llm: Llm, monkeypatch: pytest.MonkeyPatch) -> None:
    llm.script = queued(Reply(GOOD))
    monkeypatch.setenv("POLICY_ASSISTANT_LLM_MODEL", "stub")
    settings.cache_clear()
    with pytest.raises(
        PolicyError, match="指定了大模型 stub,却没有它的地址,请设置 POLICY_ASSISTANT_LLM_BASE_URL"
    ):
        PolicyAssistant(shipped_store)
    monkeypatch.setenv("POLICY_ASSISTANT_LLM_BASE_URL", llm.url)
    monkeypatch.setenv("POLICY_ASSISTANT_LLM_API_KEY", KEY)
    settings.cache_clear()
    assert KEY not in repr(settings())
    with PolicyAssistant(shipped_store) as assistant:
        assert assistant.ask(QUESTION).label is Label.GENERATED
    with PolicyAssistant(shipped_store, llm="other") as assistant:
        assistant.ask(QUESTION)
    assert [request.body["model"] for request in llm.requests[-2:]] == ["stub", "other"]
    assert llm.requests[-1].headers["authorization"] == f"Bearer {KEY}"


def test_an_address_that_is_none_is_a_fault_of_the_settings(shipped_store: Path, extracted: Answer) -> None:
    with _assistant(shipped_store, "http://[::bad") as assistant:
        assert assistant.ask(QUESTION).label is Label.EXTRACT


def test_the_prompt_fits_the_budget(shipped: PolicyAssistant) -> None:
    from assistant.written.prompt import BUDGET, fill_prompt
    from index.tokens import count_tokens

    documents = {document.id: document for document in shipped.documents()}
    passages = shipped.search("城市 规划 建设 住房 户籍", k=100)
    messages, count = fill_prompt("长" * 1000, passages, documents)
    assert 20 < count < len(passages)
    assert BUDGET - 400 < sum(count_tokens(text) for _, text in messages) <= BUDGET


def test_many_threads_share_a_writer(room: Room) -> None:
    room.llm.script = queued(Reply(GOOD))
    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(lambda _: room.assistant.ask(QUESTION).text, range(16)))
    assert texts == {f"{PLAN}\uff1a{HONEST}[1]"}


def test_a_reader_who_leaves_ends_the_writing(room: Room) -> None:
    room.llm.script = queued(Reply(GOOD + " " * 4000, between=0.01))
    events = room.assistant.stream(QUESTION)
    assert [type(event) for event in islice(events, 2)] == [PassagesFound, Shown]
    begun = time.perf_counter()
    events.close()  # type: ignore[attr-defined]
    assert time.perf_counter() - begun < 0.5


def test_a_breaker_lets_one_caller_try() -> None:
    breaker = Breaker(failures=1, seconds=0.05)
    breaker.note(works=False)
    assert breaker.allows() is False
    time.sleep(0.06)
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.note(works=True)
    assert breaker.allows() is True


def test_the_server_speaks_the_protocol_without_streaming_too(llm: Llm) -> None:
    llm.script = queued(Reply("你好"))
    model = open_model("stub", llm.url, None, PATIENT)
    assert isinstance(model, BaseChatModel)
    assert model.invoke("你好").content == "你好"
    assert llm.requests[-1].body["stream"] is False


def test_without_a_model_none_of_its_libraries_is_imported(shipped_store: Path) -> None:
    code = (
        "import sys\n"
        "from assistant import PolicyAssistant\n"
        "with PolicyAssistant(sys.argv[1]) as assistant:\n"
        "    assert assistant.ask(sys.argv[2]).answered\n"
        "heavy = {'langchain', 'langchain_openai', 'openai', 'langgraph'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    root = str(Path(__file__).parent.parent)
    subprocess.run(
        [sys.executable, "-c", code, str(shipped_store), QUESTION],
        env={**os.environ, "PYTHONPATH": root},
        check=True,
    )
