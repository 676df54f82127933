"""Complaints: each under a number, with the day by which it is to be answered, and what staff answered."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from assistant.records.file import RecordsFile
from assistant.records.private import thread_key

_COLUMNS = "number, at, due, visitor, answer, matter, text, reply, replied, closed"


class Matter(StrEnum):
    """What a complaint is about."""

    WRONG = "回答有误"
    PRIVACY = "个人信息"
    FAULT = "使用故障"
    SUGGESTION = "意见建议"
    OTHER = "其他"


class Stage(StrEnum):
    """How far a complaint has come."""

    OPEN = "待答复"
    ANSWERED = "已答复"
    CLOSED = "已办结"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint as it is kept.

    `at`, `replied`, `closed`: when, UTC in ISO 8601, None where it has not come to that. `due`: the day by which it is
    to be answered, ISO 8601. `visitor`: how the threads of whoever complained begin. `answer`: id of the answer it is
    about, or None. `text`: with personal identifiers masked. `reply`: what staff answered; "" where they have not.
    """

    number: str
    at: str
    due: str
    visitor: str
    answer: str | None
    matter: Matter
    text: str
    reply: str = ""
    replied: str | None = None
    closed: str | None = None

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.closed:
            return Stage.CLOSED
        return Stage.ANSWERED if self.replied else Stage.OPEN


class Complaints:
    """The complaints in `file`. One that is done with is removed `days` days after it was made.

    The methods raise RecordsError where the file cannot be used.
    """

    def __init__(self, file: RecordsFile, days: int) -> None:
        self._file = file
        self._days = days

    def add(self, complaint: Complaint) -> None:
        """Keep a new complaint."""
        oldest = (datetime.now(UTC) - timedelta(days=self._days)).isoformat(timespec="milliseconds")
        values = [getattr(complaint, name) for name in _COLUMNS.split(", ")]
        with self._file.writing() as connection:
            connection.execute(f"INSERT INTO complaints ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)", values)
            connection.execute(
                "DELETE FROM complaints WHERE at < ? AND (replied IS NOT NULL OR closed IS NOT NULL)",
                (oldest,),
            )

    def find(self, number: str) -> Complaint | None:
        """The complaint of this number."""
        return next(iter(self._where("number = ?", thread_key(number))), None)

    def of_visitor(self, visitor: str, most: int) -> tuple[Complaint, ...]:
        """At most `most` complaints of one visitor, the latest first."""
        return self._where("visitor = ? ORDER BY at DESC, number LIMIT ?", visitor, most)

    def latest(self, most: int) -> tuple[Complaint, ...]:
        """At most `most` complaints, the latest first."""
        return self._where("true ORDER BY at DESC, number LIMIT ?", most)

    def unanswered(self, most: int) -> tuple[Complaint, ...]:
        """At most `most` complaints that wait for an answer, those first that are due first."""
        return self._where("replied IS NULL AND closed IS NULL ORDER BY due, at, number LIMIT ?", most)

    def counts(self, today: str) -> dict[str, int]:
        """How many are "open", "answered" and "closed", and "overdue": open, and due before `today`."""
        query = (
            "SELECT count(*) FILTER (WHERE replied IS NULL AND closed IS NULL),"
            " count(*) FILTER (WHERE replied IS NOT NULL AND closed IS NULL),"
            " count(*) FILTER (WHERE closed IS NOT NULL),"
            " count(*) FILTER (WHERE replied IS NULL AND closed IS NULL AND due < ?) FROM complaints"
        )
        names = ("open", "answered", "closed", "overdue")
        counted = next(iter(self._file.rows(query, (today,))), (0,) * len(names))
        return dict(zip(names, counted, strict=True))

    def reply(self, number: str, reply: str) -> Complaint | None:
        """Answer a complaint, in place of any answer before; None where there is none, or it is closed."""
        return self._change(number, "reply = ?, replied = ?", reply, _now())

    def close(self, number: str) -> Complaint | None:
        """Be done with a complaint, answered or not; None where there is none, or it is closed already."""
        return self._change(number, "closed = ?", _now())

    def _change(self, number: str, change: str, *values: str) -> Complaint | None:
        with self._file.writing() as connection:
            query = f"UPDATE complaints SET {change} WHERE number = ? AND closed IS NULL"
            changed = connection.execute(query, (*values, thread_key(number))).rowcount
        return self.find(number) if changed else None

    def _where(self, condition: str, *values: str | int) -> tuple[Complaint, ...]:
        rows = self._file.rows(f"SELECT {_COLUMNS} FROM complaints WHERE {condition}", values)
        kept = (dict(zip(_COLUMNS.split(", "), row, strict=True)) for row in rows)
        return tuple(Complaint(**{**one, "matter": Matter(one["matter"])}) for one in kept)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
