"""An assistant whose chat model is a server of the test, and what it says of the faults of that server."""

from dataclasses import dataclass
from pathlib import Path

from assistant import Answer, PolicyAssistant
from assistant.datatypes import Label
from assistant.events import Event, Shown, Withdrawn
from assistant.written.breaker import Breaker
from assistant.written.model import Patience, open_model
from assistant.written.write import Writer
from eval.contract import violations
from tests.conftest import TODAY
from tests.llm_server import Llm, Reply, Script, queued, written

QUESTION = "外地人能在大连落户吗?"
KEY = "sk-secret"
WORDS = "全面取消非户籍常住人口的落户限制"
SENTENCE = f"{WORDS},逐步构建以经常居住地登记户口为基本形式的新型户籍制度,建立城乡人口双向自由有序流动通道。"
PLAN = "大连市“十四五”规划纲要"
HONEST = f"大连{WORDS}。"
GOOD = written((HONEST, (1, WORDS)))
PATIENT = Patience(connect=2.0, idle=10.0, total=20.0, pause=0.01)
FAULT = "大模型{}\uff0c这次改为摘录原文。"
UNREACHABLE, LANGUAGE, UNVERIFIED = "服务连不上", "没有用中文回答", "写出的话核对不上原文"


@dataclass
class Room:
    """An assistant whose chat model is a server of the test."""

    assistant: PolicyAssistant
    llm: Llm

    def ask(self, script: Script | Reply | str, question: str = QUESTION) -> Answer:
        """The answer where the model does as `script` says, the same from `ask` and `stream`; no fault of it shown."""
        if isinstance(script, str):
            script = Reply(script)
        self.llm.script = queued(script) if isinstance(script, Reply) else script
        answer = self.assistant.ask(question)
        streamed = list(self.assistant.stream(question))
        assert streamed[-1] == answer
        assert told_by(streamed) == ((answer.text, answer.citations) if answer.answered else ("", ()))
        documents = {document.id: document for document in self.assistant.documents()}
        assert violations(answer, documents) == ()
        assert KEY not in str(streamed)
        return answer


def told_by(events: list[Event]) -> tuple[str, tuple[object, ...]]:
    """Text and citations of the pieces that were not taken back."""
    text, citations = "", ()
    for event in events:
        if isinstance(event, Withdrawn):
            text, citations = "", ()
        elif isinstance(event, Shown):
            text, citations = text + event.text, (*citations, *event.citations)
    return text, citations


def open_assistant(
    store: Path, url: str, breaker: Breaker | None = None, patience: Patience = PATIENT
) -> PolicyAssistant:
    writer = Writer("stub", lambda: open_model("stub", url, KEY, patience), patience, breaker)
    return PolicyAssistant(store, today=TODAY, llm=writer)


def stands_in(answer: Answer, extracted: Answer, why: str) -> None:
    assert answer.notices == (FAULT.format(why), *extracted.notices)
    assert (answer.text, answer.citations, answer.label) == (
        extracted.text,
        extracted.citations,
        Label.EXTRACT,
    )
