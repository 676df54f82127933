"""The records: written, listed, reopened, forgotten."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from assistant.records.connection import RecordsError, connect, told
from assistant.records.private import thread_key
from assistant.records.values import Feedback, Reason, Record, from_json, to_json

_WAIT_TO_WRITE = 1.0  # seconds: somebody waits for the answer
_WAIT_TO_FORGET = 20.0
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
        self._days = days
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        with self._lock:
            self._close()

    def add(self, record: Record) -> None:
        """Keep `record`, and remove some of those that are older than the time for which they are kept."""
        with self._told(), self._turn():
            connection = self._writing()
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute(
                    "INSERT INTO answers (id, at, thread, record) VALUES (?, ?, ?, ?)",
                    (record.id, record.at, record.thread, to_json(record)),
                )
                connection.execute(
                    "DELETE FROM answers WHERE sequence IN"
                    " (SELECT sequence FROM answers WHERE at < ? ORDER BY at LIMIT ?)",
                    (self._oldest(), _EXPIRED_AT_ONCE),
                )
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def latest(self, most: int, thread: str | None = None) -> tuple[Record, ...]:
        """At most `most` records, of `thread` where one is named, the latest first."""
        where, values = self._where(thread)
        query = f"SELECT record FROM answers WHERE {where} ORDER BY sequence DESC LIMIT ?"
        return tuple(self._record(written) for (written,) in self._rows(query, (*values, most)))

    def before(self, record: Record, most: int) -> tuple[Record, ...]:
        """At most `most` records that came before `record` in its conversation, the earliest first."""
        query = (
            "SELECT earlier.record FROM answers JOIN answers AS earlier ON earlier.thread = answers.thread"
            " AND earlier.sequence < answers.sequence WHERE answers.id = ? AND earlier.at >= ?"
            " ORDER BY earlier.sequence DESC LIMIT ?"
        )
        found = self._rows(query, (record.id, self._oldest(), most))
        return tuple(reversed([self._record(written) for (written,) in found]))

    def find(self, beginning: str) -> Record:
        """The record whose id begins so. Raises RecordsError where there is none, or more than one."""
        query = "SELECT record FROM answers WHERE at >= ? AND id >= ? AND id < ? LIMIT 2"
        wanted = thread_key(
            beginning
        )  # a text that SQLite takes; an id is hexadecimal, so all its kin are below "g"
        found = list(self._rows(query, (self._oldest(), wanted, f"{wanted}g"))) if beginning else []
        if len(found) != 1:
            cause = f"有几条记录的编号以 {beginning} 开头" if found else f"没有编号为 {beginning} 的记录"
            raise RecordsError(f"{cause},请用 policy-assistant log list 查看完整编号")
        return self._record(found[0][0])

    def lines(self, thread: str | None = None) -> Iterator[str]:
        """Every record, of `thread` where one is named, as a line of JSON, the earliest first."""
        where, values = self._where(thread)
        query = f"SELECT record FROM answers WHERE {where} ORDER BY sequence"
        return (written for (written,) in self._rows(query, values))

    def rate(self, feedback: Feedback) -> bool:
        """Keep `feedback` with the record of its answer, in place of any before; False where there is none."""
        if not self.path.exists():
            return False
        with self._told(), self._turn():
            answer = thread_key(feedback.answer)  # a text that SQLite takes
            kept = self._writing().execute(
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
        for row in self._rows(query, (self._oldest(), -1 if most is None else most)):
            written, answer, at, good, reason, comment = row
            feedback = Feedback(answer, at, bool(good), Reason(reason) if reason else None, comment)
            yield self._record(written), feedback

    def forget(self, thread: str) -> int:
        """Delete all records of `thread`, and leave not a byte of them in the file; returns how many there were.

        An id in place of a thread deletes that one answer. Takes as long as writing the rest anew.
        """
        if not self.path.exists():
            return 0
        with self._told(), closing(connect(self.path, _WAIT_TO_FORGET)) as connection:
            wanted = thread_key(thread)
            forgotten = connection.execute(
                "DELETE FROM answers WHERE thread = ? OR id = ?", (wanted, wanted)
            ).rowcount
            self._erase(connection)
            try:
                connection.execute("VACUUM")  # gives the room back; deleting has overwritten it
            except sqlite3.OperationalError as fault:
                _log.warning("%s is not made smaller: %s", self.path, fault)
            self._erase(connection)
            return forgotten

    def _erase(self, connection: sqlite3.Connection) -> None:
        """Empty the write-ahead log, in which pages stand as they were; readers are waited for."""
        deadline = time.monotonic() + _WAIT_TO_FORGET
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

    def _rows(self, query: str, values: tuple[str | int, ...]) -> Iterator[tuple[Any, ...]]:
        if not self.path.exists():
            return
        with self._told(), closing(connect(self.path, _WAIT_TO_FORGET)) as connection:
            yield from connection.execute(query, values)

    def _record(self, written: str) -> Record:
        try:
            return from_json(written)
        except (ValueError, KeyError, TypeError) as fault:
            raise RecordsError(f"{self.path} 里有一条记录读不懂({fault!r}):请升级本程序后再试") from fault

    def _writing(self) -> sqlite3.Connection:
        """The connection that writes, to the file that stands at `path` now."""
        if self._connection is None or _identity(self.path) != self._file:
            self._close()
            self._connection = connect(self.path, _WAIT_TO_WRITE)
            self._file = _identity(self.path)
        return self._connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the connection; no thread waits longer than for another process."""
        if not self._lock.acquire(timeout=_WAIT_TO_WRITE):
            raise RecordsError(f"问答记录 {self.path} 正由别的程序占用,请稍后再试")
        try:
            yield
        finally:
            self._lock.release()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            raise told(self.path, fault) from fault


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
