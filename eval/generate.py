"""Questions -> responses: ask every system every question, and nothing else. Scoring reads what is kept here."""

import time
from collections.abc import Iterator, Mapping, Sequence

from assistant import Status
from eval.questions import Question
from eval.systems import Response, System
from index.generation import Progress


def generate(
    systems: Mapping[str, System], questions: Sequence[Question], progress: Progress
) -> Iterator[tuple[str, Question, Response]]:
    """(name of the system, question, response) as they come; a system that raises has given a wrong answer."""
    total = len(systems) * len(questions)
    done = 0
    for name, system in systems.items():
        for question in questions:
            yield name, question, _response(system, question)
            done += 1
            progress("提问", done, total)


def _response(system: System, question: Question) -> Response:
    begun = time.perf_counter()
    try:
        return system.ask(question)
    except Exception as fault:
        return Response(Status.ERROR, seconds=time.perf_counter() - begun, fault=repr(fault))
