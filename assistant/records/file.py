"""The one SQLite file of the records, as its tables share it: one connection that writes, and others that read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from assistant.records.connection import RecordsError, connect, told

_WAIT_TO_WRITE = 1.0  # seconds: somebody waits for the answer
WAIT_TO_FORGET = 20.0


class RecordsFile:
    """The file at `path`. Threads may share it, and processes the file; deleted meanwhile, it is made anew.

    The methods raise RecordsError where the file cannot be used; only `writing` makes one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        with self._lock:
            self._close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes, within a transaction: all of the block counts, or none of it."""
        with self._told(), self._turn():
            connection = self._current()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def patient(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own, in autocommit mode, that waits long for others."""
        with self._told(), closing(connect(self.path, WAIT_TO_FORGET)) as connection:
            yield connection

    def rows(
        self, query: str, values: tuple[str | int, ...] | dict[str, str | int]
    ) -> Iterator[tuple[Any, ...]]:
        """What `query` finds; nothing where there is no file."""
        if not self.path.exists():
            return
        with self.patient() as connection:
            yield from connection.execute(query, values)

    def _current(self) -> sqlite3.Connection:
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
