"""Which chat model writes, how much it is sent, and what is imported without one."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from assistant import Answer, PolicyAssistant
from assistant.datatypes import Label
from assistant.events import PassagesFound, Shown
from assistant.settings import settings
from assistant.written.breaker import Breaker
from assistant.written.model import open_model
from index.datatypes import PolicyError
from tests.conftest import TODAY
from tests.llm_server import Llm, Reply, queued
from tests.written_room import GOOD, HONEST, KEY, PATIENT, PLAN, QUESTION, Room, open_assistant

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
    with open_assistant(shipped_store, "http://[::bad") as assistant:
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
