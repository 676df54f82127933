"""What is measured: anything that answers gold questions, and our assistant among them."""

import time
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from assistant import PolicyAssistant, Status
from eval.questions import Question, Span

OURS = "ours"
SYSTEMS = {OURS: "本系统", "naive": "通行做法", "words": "只用词", "vectors": "只用向量"}
"""Systems that can be measured, and how they are called in tables."""
BGE = "-bge"
"""Ends the name of a system that searches with BGE vectors beside one that does not."""
DEPTH = 60
"""Passages asked of a system: enough for 4,500 characters of short ones."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A quote in an answer, its place, and the clause it is said to stand in."""

    span: Span
    quote: str
    clause: str


@dataclass(frozen=True, slots=True)
class Response:
    """What a system says to a question. `confidence` grows with how sure it is; `fault` tells why there is none."""

    status: str
    text: str = ""
    citations: tuple[Cited, ...] = ()
    passages: tuple[Span, ...] = ()
    notices: tuple[str, ...] = ()
    confidence: float = 0.0
    seconds: float = 0.0
    fault: str | None = None

    @property
    def answered(self) -> bool:
        """Whether it is an answer."""
        return Status(self.status).answers

    @property
    def refused(self) -> bool:
        """Whether it is a refusal: neither an answer nor a crash."""
        return not self.answered and self.fault is None


class System(Protocol):
    """Anything that answers gold questions."""

    def ask(self, question: Question) -> Response:
        """The response to the last turn of `question`; may raise, which counts as a wrong answer."""
        ...


class Ours:
    """`PolicyAssistant` as it stands."""

    def __init__(self, assistant: PolicyAssistant) -> None:
        self._assistant = assistant

    def ask(self, question: Question) -> Response:
        """Its answer after all turns, with the passages that its search gives to the last one, standing alone."""
        thread = uuid4().hex if len(question.turns) > 1 else None
        for turn in question.turns[:-1]:
            self._assistant.ask(turn, thread)
        begun = time.perf_counter()
        answer = self._assistant.ask(question.turns[-1], thread)
        seconds = time.perf_counter() - begun
        found = self._assistant.search(answer.standalone or question.turns[-1], k=DEPTH)
        return Response(
            status=answer.status,
            text=answer.text,
            notices=answer.notices,
            citations=tuple(
                Cited(Span(c.document_id, c.start, c.end), c.quote, c.clause) for c in answer.citations
            ),
            passages=tuple(Span(p.document_id, p.start, p.end) for p in found),
            confidence=answer.confidence,
            seconds=seconds,
            fault="查阅时出了故障" if answer.status is Status.ERROR else None,
        )


def system_name(key: str) -> str:
    """What the system of this key is called in tables: 通行做法（BGE） for "naive-bge"."""
    return SYSTEMS[key.removesuffix(BGE)] + ("（BGE）" if key.endswith(BGE) else "")
