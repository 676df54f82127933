"""SQLite files of ours: opened the safe way, and brought to the newest schema step by step."""

import sqlite3
from pathlib import Path

from index.datatypes import PolicyError

# Columns of clauses, furniture and chunks stand in the order of the dataclass fields.
_TABLES = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY, folder TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL,
    text TEXT NOT NULL, metadata TEXT NOT NULL, source TEXT NOT NULL,
    UNIQUE (folder, file));
CREATE TABLE clauses (
    document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE, position INTEGER NOT NULL,
    id TEXT NOT NULL, parent TEXT, kind TEXT NOT NULL, label TEXT NOT NULL, number INTEGER,
    heading TEXT NOT NULL, citation TEXT NOT NULL, depth INTEGER NOT NULL,
    start INTEGER NOT NULL, heading_end INTEGER NOT NULL, "end" INTEGER NOT NULL,
    PRIMARY KEY (document_id, position), UNIQUE (document_id, id)) WITHOUT ROWID;
CREATE TABLE furniture (
    document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE, position INTEGER NOT NULL,
    kind TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    PRIMARY KEY (document_id, position)) WITHOUT ROWID;
CREATE TABLE chunks (
    id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    clause_id TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL,
    searched TEXT NOT NULL, tokens INTEGER NOT NULL,
    position INTEGER NOT NULL, digest TEXT NOT NULL,
    UNIQUE (document_id, position));
CREATE INDEX chunks_by_digest ON chunks (digest);
CREATE TABLE models (name TEXT PRIMARY KEY, fitted_on INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE embeddings (
    embedder TEXT NOT NULL, digest TEXT NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (embedder, digest)) WITHOUT ROWID;
"""

# `searched` lists all that is searched, in the order of rows: the chunks, then the questions they answer.
_QUESTIONS = """
CREATE TABLE questions (
    id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    chunk_id TEXT NOT NULL, searched TEXT NOT NULL,
    position INTEGER NOT NULL, digest TEXT NOT NULL,
    UNIQUE (document_id, position));
CREATE INDEX questions_by_digest ON questions (digest);
CREATE INDEX questions_by_chunk ON questions (chunk_id);
CREATE VIEW searched AS
    SELECT 0 AS kind, document_id, position, id, id AS chunk_id, searched, digest FROM chunks
    UNION ALL SELECT 1, document_id, position, id, chunk_id, searched, digest FROM questions
"""


# Questions near to a passage that no document answers are kept beside those it answers, and are not searched.
_UNANSWERED = """
ALTER TABLE questions ADD COLUMN answered INTEGER NOT NULL DEFAULT 1;
DROP VIEW searched;
CREATE VIEW searched AS
    SELECT 0 AS kind, document_id, position, id, id AS chunk_id, searched, digest FROM chunks
    UNION ALL SELECT 1, document_id, position, id, chunk_id, searched, digest FROM questions WHERE answered
"""


# The built-in embedder was once fitted on the texts and kept here; now it comes with the package.
_NO_MODELS = "DROP TABLE models; DELETE FROM embeddings WHERE embedder LIKE 'lsa-%'"

LADDER: tuple[str, ...] = (_TABLES, _QUESTIONS, _NO_MODELS, _UNANSWERED)
"""Statements that lead from each `user_version` to the next, the first from an empty file. Only ever added to."""

_WAIT = 5.0  # seconds for which a lock of another connection is waited out


_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class RecordError(PolicyError):
    """The file cannot be used or written: no fault of the document at hand."""


class RecordDamagedError(RecordError):
    """The file is damaged, and not only out of reach."""


def connect(path: Path, *, snapshot: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode to the file at `path`, of the newest schema.

    A file that is there only to be read (`snapshot`) is neither locked nor written to; any other is made if there
    is none and climbs the ladder if it is older. Raises RecordError where it is no file of ours, is locked by
    others, or comes from a newer program.
    """
    address = f"{path.resolve().as_uri()}?immutable=1" if snapshot else str(path)
    try:
        connection = sqlite3.connect(
            address, timeout=_WAIT, isolation_level=None, check_same_thread=False, uri=snapshot
        )
    except sqlite3.Error as fault:
        raise unusable(path, fault) from fault
    try:
        if _version(connection) > len(LADDER):
            raise RecordError(f"{path} 由更新版本的程序建立:请升级本程序后再用")
        if snapshot and _version(connection) < len(LADDER):
            raise RecordError(f"{path} 由旧版程序建立:请重建索引")
        if not snapshot:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            climb(connection)
    except sqlite3.Error as fault:
        connection.close()
        raise unusable(path, fault) from fault
    except RecordError:
        connection.close()
        raise
    return connection


def climb(connection: sqlite3.Connection) -> None:
    """Bring a file to the newest schema, all steps or none of them."""
    if _version(connection) == len(LADDER):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in LADDER[_version(connection) :]:
            for statement in step.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(LADDER)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def unusable(path: Path, fault: sqlite3.Error) -> RecordError:
    """What to tell of a file that SQLite has a fault with."""
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    return (
        damaged(path, fault)
        if code in _DAMAGED
        else RecordError(f"无法使用记录文件 {path}({fault}):请确认磁盘有空间、可以写入、文件未被占用")
    )


def damaged(path: Path, fault: object) -> RecordDamagedError:
    """What to tell of a file that is damaged."""
    return RecordDamagedError(f"记录文件 {path} 已损坏({fault}):请运行 policy-assistant index repair")


def _version(connection: sqlite3.Connection) -> int:
    ((version,),) = connection.execute("PRAGMA user_version").fetchall()
    return int(version)
