"""Follow-ups made to stand alone by a chat model: taken over only where nothing is added to what was said."""

from pathlib import Path

import pytest

from assistant import PolicyAssistant
from assistant.written.breaker import Breaker
from assistant.written.model import Patience, open_model
from assistant.written.rewrite import adds_nothing
from assistant.written.write import Writer
from tests.conftest import TODAY
from tests.llm_server import Reply, Request, Script, serving

PATIENT = Patience(connect=2.0, idle=10.0, total=20.0, pause=0.01)
FIRST, NEXT = "大连加装电梯有什么规定?", "那吉林呢"
BY_RULES = "吉林加装电梯有什么规定?"


def says(rewritten: str) -> Script:
    """A model that rewrites so, and leaves answers to the documents."""

    def script(request: Request) -> Reply:
        return Reply(rewritten) if "最后一句" in request.text else Reply('{"answers": "fully"}\n')

    return script


def second(store: Path, script: Script) -> str | None:
    """How the second question of a conversation is understood."""
    with serving(script) as llm:
        writer = Writer("stub", lambda: open_model("stub", llm.url, None, PATIENT), PATIENT, Breaker())
        with PolicyAssistant(store=store, embedder="builtin", today=TODAY, llm=writer) as assistant:
            assistant.ask(FIRST, thread_id="a")
            return assistant.ask(NEXT, thread_id="a").standalone


def test_the_models_words_are_taken_over(shipped_store: Path) -> None:
    assert (
        second(shipped_store, says("吉林对老旧小区加装电梯是怎么规定的?"))
        == "吉林对老旧小区加装电梯是怎么规定的?"
    )


@pytest.mark.parametrize(
    "rewritten",
    [
        "沈阳加装电梯有什么规定?",  # a place that nobody named
        "吉林2030年加装电梯有什么规定?",  # a year
        "吉林加装10部电梯有什么规定?",  # a number
        "What are the rules in Jilin?",
        "好的。\n吉林加装电梯有什么规定?",
        "吉林" + "加装电梯" * 40,
        "",
    ],
)
def test_the_rules_stand_where_it_adds_something(shipped_store: Path, rewritten: str) -> None:
    assert second(shipped_store, says(rewritten)) == BY_RULES


def test_the_rules_stand_where_it_is_down(shipped_store: Path) -> None:
    assert second(shipped_store, lambda _: Reply(status=500, body="{}")) == BY_RULES


def test_what_counts_as_added() -> None:
    said = "大连到2025年要建多少公租房?\n那三年以后呢"
    assert adds_nothing("大连2025年的公租房", said)
    assert not adds_nothing("大连2035年的公租房", said)
    assert not adds_nothing("吉林的公租房", said)
