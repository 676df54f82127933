"""Faults of a Chroma server that holds the vectors: gone, silent, or without what it was given."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from assistant import PolicyAssistant
from assistant.settings import settings
from eval.faults.bench import QUESTION, SOON, Bench, is_refused
from eval.faults.chroma_server import ChromaServer
from eval.faults.damage import Fault
from eval.faults.writing import Skipped

_URL = "POLICY_ASSISTANT_CHROMA_URL"
Course = Callable[[Bench, ChromaServer], None]


def faults() -> Iterator[Fault]:
    """Name and course of each fault of this kind."""
    courses: dict[str, Course] = {"killed and started again": _gone, "stopped": _silent, "emptied": _emptied}
    for name, course in courses.items():
        yield f"Chroma server {name}", partial(_with_server, course)


def _with_server(course: Course, bench: Bench) -> None:
    with _served(bench) as (served, server):
        course(served, server)


@contextmanager
def _served(bench: Bench) -> Iterator[tuple[Bench, ChromaServer]]:
    """A bench like this one whose vectors are on a server."""
    folder = bench.room / "served"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        server = ChromaServer(folder / "chroma")
    except OSError as fault:
        raise Skipped(f"chroma run does not start here ({fault!r})") from fault
    os.environ[_URL] = server.url
    settings.cache_clear()
    try:
        yield Bench(folder, server.url), server
    finally:
        server.kill()
        del os.environ[_URL]
        settings.cache_clear()


def _gone(bench: Bench, server: ChromaServer) -> None:
    with bench.case() as case, case.reader() as reader:
        assert case.check() == []
        server.kill()
        _words_answer(reader)
        assert case.ask()["notices"] != []
        assert case.check() == ["向量服务"]
        case.change()
        is_refused(case, "连不上 Chroma 服务")
        server.start()
        _all_answers(reader)
        case.follow()
        case.ask()


def _silent(bench: Bench, server: ChromaServer) -> None:
    with bench.case() as case, case.reader() as reader:
        server.stop()
        _words_answer(reader)
        assert case.check() == ["向量服务"]
        server.go_on()
        _all_answers(reader)
        assert case.check() == []


def _emptied(bench: Bench, server: ChromaServer) -> None:
    with bench.case() as case, case.reader() as reader:
        server.kill()
        shutil.rmtree(bench.room / "chroma")
        server.start()
        _words_answer(reader)
        assert case.check() == ["向量服务"]
        case.mend()
        case.holds(case.before)
        _all_answers(reader)


def _words_answer(reader: PolicyAssistant) -> None:
    begun = time.monotonic()
    answer = reader.ask(QUESTION)
    assert answer.answered, answer.text
    assert any("语义检索暂不可用" in notice for notice in answer.notices), answer.notices
    assert time.monotonic() - begun < SOON


def _all_answers(reader: PolicyAssistant) -> None:
    """The server is found again by itself, soon."""
    deadline = time.monotonic() + SOON
    while (answer := reader.ask(QUESTION)).notices:
        assert time.monotonic() < deadline, answer.notices
        time.sleep(0.5)
    assert answer.answered
