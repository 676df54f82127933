"""What a user may type, and what becomes of it."""

import pytest

from assistant.datatypes import Status
from assistant.outcome import Outcome
from assistant.question import Question, read_question


@pytest.mark.parametrize(
    ("asked", "question"),
    [
        ("外地人能在大连落户吗?", Question("外地人能在大连落户吗?", "外地人能在大连落户吗?")),
        ("  大连\t公租房\r\n政策 ", Question("大连 公租房 政策", "大连 公租房 政策")),
        ("大連實施意見第12條", Question("大連實施意見第12條", "大连实施意见第12条")),
        (
            "大连实施意见第\uff11\uff12条\uff1f",
            Question("大连实施意见第\uff11\uff12条\uff1f", "大连实施意见第12条?"),
        ),
        ("大\u200b连\ufeff公\u202e租房\x00", Question("大连公租房", "大连公租房")),
        ("公租房\ud800政策", Question("公租房政策", "公租房政策")),
    ],
)
def test_question_is_cleaned(asked: str, question: Question) -> None:
    assert read_question(asked) == question


@pytest.mark.parametrize("asked", ["", "   ", "\n\t", "?!\u3002\uff0c…", "\u200b\u200d\ufeff", "\x00\x1b"])
def test_nothing_to_answer_is_unclear(asked: str) -> None:
    assert read_question(asked) == Outcome(Status.UNCLEAR)


@pytest.mark.parametrize("length", [1001, 10_000_000])
def test_too_long_is_told_at_once(length: int) -> None:
    assert read_question("问" * length) == Outcome(Status.TOO_LONG, {"limit": "1000"})


def test_the_longest_question_is_read() -> None:
    assert read_question("问" * 1000) == Question("问" * 1000, "问" * 1000)
