"""Complaints as a visitor sees them: made, with a receipt, and followed by its number."""

from datetime import date

from assistant.days import written
from assistant.feedback import LONGEST_COMPLAINT, Complaint, Matter, complain, found
from assistant.page.answers import own_record
from assistant.page.desk import Desk
from assistant.page.limits import TooManyError
from assistant.page.markup import render
from assistant.page.visitor import Visitor
from assistant.settings import settings

_MOST_SHOWN = 20
_MOST_OPEN = 20
"""Complaints of a visitor that wait for an answer at the same time."""


def offered(desk: Desk, visitor: Visitor) -> str:
    """HTML of where one complains, with the complaints of this visitor so far."""
    return render(
        "complaints",
        matters=[matter.value for matter in Matter],
        longest=LONGEST_COMPLAINT,
        days=settings().complaint_days,
        made=_rows(desk.complaints.of_visitor(visitor.beginning, _MOST_SHOWN)),
    )


def file(desk: Desk, visitor: Visitor, matter: Matter, text: str, answer: str | None) -> str:
    """Keep a complaint; returns HTML of its receipt.

    `answer` is one of the visitor's own, or None. Raises NotTheirsError, TooManyError, PolicyError.
    """
    if answer is not None:
        own_record(desk, visitor, answer)
    desk.complaining.count(visitor.token)
    desk.all_complaining.count("")
    waiting = desk.complaints.of_visitor(visitor.beginning, _MOST_OPEN)
    if len([one for one in waiting if not one.replied and not one.closed]) == _MOST_OPEN:
        raise TooManyError(f"您还有 {_MOST_OPEN} 件没有答复，请等答复后再提")
    days = settings().complaint_days
    complaint = complain(
        desk.complaints, visitor.beginning, text, matter, days=days, answer=answer, today=desk.today
    )
    return render("receipt", complaint=complaint, days=days, due=_day(complaint.due))


def followed(desk: Desk, number: str) -> str:
    """HTML of how far the complaint of this number has come. Whoever knows the number may see that, and the answer;
    what was complained of is shown to its own visitor only. Raises PolicyError where there is none."""
    return render("complaints_made", made=_rows((found(desk.complaints, number),)), own=False)


def _rows(complaints: tuple[Complaint, ...]) -> list[dict[str, object]]:
    return [{"complaint": one, "due": _day(one.due)} for one in complaints]


def _day(day: str) -> str:
    return written(date.fromisoformat(day))
