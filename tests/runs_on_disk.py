"""Runs of three questions on disk, as the evaluation leaves them."""

from collections.abc import Sequence
from pathlib import Path

from assistant import Status
from eval.evaluation import Evaluation, evaluate
from eval.output import write_all
from eval.questions import Question, Span
from eval.runs import Header, write_header, write_response
from eval.systems import Cited, Response
from tests.papers import DOCUMENTS, HOMES, REFUSAL, ROW, changed, gold

HOSTILE = "<script>alert(1)</script>{{ header }}{% raw %}'\"&\u2028"
SECOND = changed(ROW, id="q2", turns=[f"{HOSTILE}多少套"])
AT = Span("住房", 16, 27)
GOOD = Response(
    Status.ANSWERED, f"{HOMES}[1]", (Cited(AT, HOMES, "一、(一)"),), (AT,), confidence=1.0, seconds=0.01
)
REFUSED = Response(Status.UNCLEAR, HOSTILE, (), (AT,), seconds=0.02)
FILES = ("scores.json", "scores.csv", "report.html")


def questions(folder: Path) -> list[Question]:
    return list(gold(folder / "gold.jsonl", ROW, SECOND, REFUSAL))


def run(
    folder: Path, name: str, responses: Sequence[Response], system: str = "ours", source: str | None = None
) -> Path:
    """A run of the three questions, as `generate` leaves it."""
    asked = questions(folder)
    made = folder / "results" / name
    made.mkdir(parents=True)
    header = Header(
        created="2026-03-01T08:00:00+00:00",
        gold=source or str(folder / "gold.jsonl"),
        systems=(system,),
        settings={"store": "/data"},
        versions={"numpy": "2"},
        index={"chunks": 5, "embedder": "static"},
        documents={document.id: document.digest for document in DOCUMENTS.values()},
        cold_start=1.25,
    )
    write_header(made, header)
    for question, response in zip(asked, responses, strict=False):
        write_response(made, system, question, response)
    return made


def scored(folder: Path, against: Path | None = None) -> Evaluation:
    found = evaluate(folder, tuple(DOCUMENTS.values()), against)
    write_all(found, tuple(DOCUMENTS.values()))
    return found
