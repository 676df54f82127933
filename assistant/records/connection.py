"""The SQLite file of the records: opened so that many write at once and nothing deleted stays in it."""

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from index.datatypes import PolicyError

_LADDER = (
    (
        """CREATE TABLE answers (
            sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, thread TEXT,
            record TEXT NOT NULL)""",
        "CREATE INDEX answers_by_time ON answers (at)",
        "CREATE INDEX answers_by_thread ON answers (thread) WHERE thread IS NOT NULL",
    ),
    (
        """CREATE TABLE feedback (
            answer TEXT PRIMARY KEY, at TEXT NOT NULL, good INTEGER NOT NULL, reason TEXT,
            comment TEXT NOT NULL) WITHOUT ROWID""",
        # Whatever deletes an answer, forgetting or age, by this version or an older one that has the file open.
        """CREATE TRIGGER feedback_goes_with_its_answer AFTER DELETE ON answers
            BEGIN DELETE FROM feedback WHERE answer = OLD.id; END""",
    ),
    (
        "CREATE TABLE titles (thread TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID",
        """CREATE TRIGGER title_goes_with_its_last_answer AFTER DELETE ON answers
            WHEN NOT EXISTS (SELECT 1 FROM answers WHERE thread = OLD.thread)
            BEGIN DELETE FROM titles WHERE thread = OLD.thread; END""",
    ),
    (
        """CREATE TABLE complaints (
            number TEXT PRIMARY KEY, at TEXT NOT NULL, due TEXT NOT NULL, visitor TEXT NOT NULL, answer TEXT,
            matter TEXT NOT NULL, text TEXT NOT NULL, reply TEXT NOT NULL, replied TEXT, closed TEXT) WITHOUT ROWID""",
        "CREATE INDEX complaints_by_visitor ON complaints (visitor, at)",
        """CREATE TABLE requests (
            sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, id TEXT NOT NULL, visitor TEXT, address TEXT NOT NULL,
            act TEXT NOT NULL, outcome TEXT NOT NULL, seconds REAL NOT NULL, notices INTEGER NOT NULL,
            sources TEXT NOT NULL)""",
        "CREATE INDEX requests_by_time ON requests (at)",
    ),
)
"""What brings a file from each version to the next; `user_version` tells how many steps it has taken."""
_VERSION = len(_LADDER)
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class RecordsError(PolicyError):
    """The records cannot be read or written."""


def connect(path: Path, wait: float) -> sqlite3.Connection:
    """A connection in autocommit mode to the records at `path`, made if there are none, readable by their owner only.

    `wait`: seconds for which a lock of another connection is waited out. Committed records outlive the process at
    once, a power cut only from the next checkpoint on: an answer waits for no disk. Raises sqlite3.Error, OSError,
    and RecordsError where the file comes from a newer program.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Its own rights, which SQLite gives its other files too. A file that is there is not opened here: closing it would
    # undo the locks that other connections of this process hold on it (POSIX), and another process that closes its
    # connection would then delete the write-ahead log under them.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        _prepare(connection, path, wait)
    except BaseException:
        connection.close()
        raise
    return connection


def told(path: Path, fault: Exception) -> RecordsError:
    """What to tell of records that SQLite or the system has a fault with."""
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    if code in _DAMAGED:
        return RecordsError(f"问答记录 {path} 已损坏({fault}):请把它移走,下次提问时会另建新的")
    if code in _LOCKED:
        return RecordsError(f"问答记录 {path} 正由别的程序占用,请稍后再试")
    return RecordsError(f"无法使用问答记录 {path}({fault}):请确认磁盘有空间、可以写入")


def _prepare(connection: sqlite3.Connection, path: Path, wait: float) -> None:
    """Have the tables there. Two that make the file at once are not made to wait by SQLite, so they try again."""
    deadline = time.monotonic() + wait
    while True:
        try:
            ((version,),) = connection.execute("PRAGMA user_version").fetchall()
            if version > _VERSION:
                raise RecordsError(f"问答记录 {path} 由更新版本的程序建立:请升级本程序后再用")
            if version < _VERSION:
                connection.execute("PRAGMA journal_mode = WAL")
                _climb(connection)
            return
        except sqlite3.OperationalError as fault:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if fault.sqlite_errorcode & 0xFF not in _LOCKED or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _climb(connection: sqlite3.Connection) -> None:
    """Take the steps of the ladder that the file lacks: all or none, and no two programs at once."""
    connection.execute("BEGIN IMMEDIATE")
    ((taken,),) = connection.execute("PRAGMA user_version").fetchall()
    for statement in (statement for step in _LADDER[taken:] for statement in step):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {max(taken, _VERSION)}")
    connection.execute("COMMIT")
