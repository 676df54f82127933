"""A visitor's own answers: exported, gone on from, and told what is thought of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from assistant.export import SUFFIXES, compose, write
from assistant.feedback import Reason, give
from assistant.page.desk import Desk
from assistant.page.markup import render
from assistant.page.visitor import Visitor
from assistant.records import Record, RecordsError

_MOST_ANSWERS = 100


class NotTheirsError(Exception):
    """There is no such answer of this visitor, or no such format."""


def own_record(desk: Desk, visitor: Visitor, answer: str) -> Record:
    """The record with this id. Raises NotTheirsError where there is none, or it is somebody else's."""
    try:
        record = desk.records.find(answer)
    except RecordsError as fault:
        raise NotTheirsError from fault
    if record.id != answer or not (record.thread or "").startswith(visitor.beginning):
        raise NotTheirsError
    return record


def export_answer(desk: Desk, visitor: Visitor, answer: str, suffix: str) -> bytes:
    """One answer as a file. Raises NotTheirsError."""
    return _written(desk, [own_record(desk, visitor, answer)], suffix)


def export_conversation(desk: Desk, visitor: Visitor, name: str, suffix: str) -> bytes:
    """A conversation as a file, the earliest question first. Raises NotTheirsError, and ValueError for no name."""
    return _written(desk, desk.records.latest(_MOST_ANSWERS, visitor.thread(name))[::-1], suffix)


def rate(
    desk: Desk, visitor: Visitor, answer: str, *, good: bool, reason: Reason | None, comment: str
) -> None:
    """Keep what the visitor thinks of an answer, in place of any before. Raises NotTheirsError."""
    own_record(desk, visitor, answer)
    if give(desk.records, answer, good=good, reason=reason, comment=comment) is None:
        raise NotTheirsError


def following(desk: Desk, visitor: Visitor, answer: str) -> str:
    """HTML of what to ask after an answer; "" where there is nothing to offer. Raises NotTheirsError."""
    questions = desk.assistant.suggest(own_record(desk, visitor, answer).answer)
    return render("following", following=questions) if questions else ""


def _written(desk: Desk, records: Sequence[Record], suffix: str) -> bytes:
    if not records or suffix not in SUFFIXES:
        raise NotTheirsError
    asked = [datetime.fromisoformat(record.at) for record in records]
    paper = compose([record.answer for record in records], desk.documents(), datetime.now(UTC), asked)
    return write(paper, suffix)
