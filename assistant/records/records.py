"""The records: written, listed, reopened, forgotten."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.records.connection import RecordsError
from assistant.records.file import WAIT_TO_FORGET, RecordsFile
from assistant.records.private import thread_key
from assistant.records.values import Feedback, Reason, Record, from_json, to_json

_EXPIRED_AT_ONCE = 100
"""Most expired records that one write removes, so that no answer waits for a great clearing."""
_ERASING = 0.05  # seconds between two tries

_log = logging.getLogger(__name__)


class Records:
    """The answers of the last `days` days in one SQLite file.

    Threads may share it, and processes the file. A file that is deleted meanwhile is made anew. The methods raise
    RecordsError where the file cannot be used; only `add` makes one.
    """

    def __init__(self, path: Path, days: int) -> None:
        self.path = path
        self.file = RecordsFile(path)
        self._days = days

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        self.file.close()

    def add(self, record: Record) -> None:
        """Keep `record`, and remove some of those that are older than the time for which they are kept."""
        with self.file.writing() as connection:
            connection.execute(
                "INSERT INTO answers (id, at, thread, record) VALUES (?, ?, ?, ?)",
                (record.id, record.at, record.thread, to_json(record)),
            )
            connection.execute(
                "DELETE FROM answers WHERE sequence IN"
                " (SELECT sequence FROM answers WHERE at < ? ORDER BY at LIMIT ?)",
                (self._oldest(), _EXPIRED_AT_ONCE),
            )

    def latest(self, most: int, thread: str | None = None) -> tuple[Record, ...]:
        """At most `most` records, of `thread` where one is named, the latest first."""
        where, values = self._where(thread)
        query = f"SELECT record FROM answers WHERE {where} ORDER BY sequence DESC LIMIT ?"
        return tuple(self._record(written) for (written,) in self.file.rows(query, (*values, most)))

    def before(self, record: Record, most: int) -> tuple[Record, ...]:
        """At most `most` records that came before `record` in its conversation, the earliest first."""
        query = (
            "SELECT earlier.record FROM answers JOIN answers AS earlier ON earlier.thread = answers.thread"
            " AND earlier.sequence < answers.sequence WHERE answers.id = ? AND earlier.at >= ?"
            " ORDER BY earlier.sequence DESC LIMIT ?"
        )
        found = self.file.rows(query, (record.id, self._oldest(), most))
        return tuple(reversed([self._record(written) for (written,) in found]))

    def find(self, beginning: str) -> Record:
        """The record whose id begins so. Raises RecordsError where there is none, or more than one."""
        query = "SELECT record FROM answers WHERE at >= ? AND id >= ? AND id < ? LIMIT 2"
        wanted = thread_key(
            beginning
        )  # a text that SQLite takes; an id is hexadecimal, so all its kin are below "g"
        found = list(self.file.rows(query, (self._oldest(), wanted, f"{wanted}g"))) if beginning else []
        if len(found) != 1:
            cause = f"有几条记录的编号以 {beginning} 开头" if found else f"没有编号为 {beginning} 的记录"
            raise RecordsError(f"{cause},请用 policy-assistant log list 查看完整编号")
        return self._record(found[0][0])

    def lines(self, thread: str | None = None) -> Iterator[str]:
        """Every record, of `thread` where one is named, as a line of JSON, the earliest first."""
        where, values = self._where(thread)
        query = f"SELECT record FROM answers WHERE {where} ORDER BY sequence"
        return (written for (written,) in self.file.rows(query, values))

    def rate(self, feedback: Feedback) -> bool:
        """Keep `feedback` with the record of its answer, in place of any before; False where there is none."""
        if not self.path.exists():
            return False
        answer = thread_key(feedback.answer)  # a text that SQLite takes
        with self.file.writing() as connection:
            kept = connection.execute(
                "INSERT INTO feedback (answer, at, good, reason, comment)"
                " SELECT id, ?, ?, ?, ? FROM answers WHERE id = ? AND at >= ?"
                " ON CONFLICT (answer) DO UPDATE"
                " SET at = excluded.at, good = excluded.good, reason = excluded.reason, comment = excluded.comment",
                (feedback.at, feedback.good, feedback.reason, feedback.comment, answer, self._oldest()),
            )
            return kept.rowcount == 1

    def rated(self, most: int | None = None) -> Iterator[tuple[Record, Feedback]]:
        """Records with the feedback on them, the latest feedback first; at most `most`, where it is not None."""
        query = (
            "SELECT record, answer, feedback.at, good, reason, comment FROM feedback"
            " JOIN answers ON answers.id = answer WHERE answers.at >= ? ORDER BY feedback.at DESC, answer LIMIT ?"
        )
        for written, *row in self.file.rows(query, (self._oldest(), -1 if most is None else most)):
            yield self._record(written), _feedback(*row)

    def feedback_on(self, thread: str) -> dict[str, Feedback]:
        """The feedback on the answers of one conversation, by the ids of the answers."""
        query = (
            "SELECT answer, feedback.at, good, reason, comment FROM feedback"
            " JOIN answers ON answers.id = answer WHERE thread = ?"
        )
        return {row[0]: _feedback(*row) for row in self.file.rows(query, (thread_key(thread),))}

    def opinions(self) -> dict[str, int]:
        """How many answers were found good and how many bad: "good", "bad", and each reason by its own words."""
        query = (
            "SELECT good, reason, count(*) FROM feedback JOIN answers ON answers.id = answer WHERE answers.at >= ?"
            " GROUP BY good, reason"
        )
        found = {"good": 0, "bad": 0}
        for good, reason, count in self.file.rows(query, (self._oldest(),)):
            found["good" if good else "bad"] += count
            if reason:
                found[reason] = found.get(reason, 0) + count
        return found

    def forget(self, thread: str) -> int:
        """Delete all records of `thread`, and leave not a byte of them in the file; returns how many there were.

        An id in place of a thread deletes that one answer. Takes as long as writing the rest anew.
        """
        wanted = thread_key(thread)
        return self._forget("thread = ? OR id = ?", (wanted, wanted))

    def forget_starting(self, beginning: str) -> int:
        """As `forget`, all records whose threads begin so."""
        return self._forget("thread >= ? AND thread < ?", (beginning, f"{beginning}\U0010ffff"))

    def _forget(self, which: str, values: tuple[str, str]) -> int:
        if not self.path.exists():
            return 0
        with self.file.patient() as connection:
            forgotten = connection.execute(f"DELETE FROM answers WHERE {which}", values).rowcount
            self._erase(connection)
            try:
                connection.execute("VACUUM")  # gives the room back; deleting has overwritten it
            except sqlite3.OperationalError as fault:
                _log.warning("%s is not made smaller: %s", self.path, fault)
            self._erase(connection)
            return forgotten

    def _erase(self, connection: sqlite3.Connection) -> None:
        """Empty the write-ahead log, in which pages stand as they were; readers are waited for."""
        deadline = time.monotonic() + WAIT_TO_FORGET
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > deadline:
                raise RecordsError(
                    f"记录已删除,但有程序正在读 {self.path},旧内容还没有从磁盘抹去:请等它结束后再执行一次"
                )
            time.sleep(_ERASING)

    def _where(self, thread: str | None) -> tuple[str, tuple[str, ...]]:
        if thread is None:
            return "at >= ?", (self._oldest(),)
        return "at >= ? AND thread = ?", (self._oldest(), thread_key(thread))

    def _oldest(self) -> str:
        """The time of which a record may be; what is older is not shown, though it may not be removed yet."""
        return (datetime.now(UTC) - timedelta(days=self._days)).isoformat(timespec="milliseconds")

    def _record(self, written: str) -> Record:
        try:
            return from_json(written)
        except (ValueError, KeyError, TypeError) as fault:
            raise RecordsError(f"{self.path} 里有一条记录读不懂({fault!r}):请升级本程序后再试") from fault


def _feedback(answer: str, at: str, good: int, reason: str | None, comment: str) -> Feedback:
    return Feedback(answer, at, bool(good), Reason(reason) if reason else None, comment)
