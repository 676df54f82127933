"""Documents with their clauses and chunks, and embeddings by content, in one SQLite file."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Chunk, ChunkQuestion, Clause, ClauseKind, Document, Furniture, FurnitureKind
from index.record.connection import climb, connect, damaged, unusable
from index.record.values import Entry, metadata_from_json, metadata_to_json

_READ_TABLES = ("documents", "clauses", "furniture", "chunks", "questions")
_CHUNK = 'id, document_id, clause_id, start, "end", text, searched, tokens'
_ROW_ORDER = "ORDER BY document_id, position"
_SEARCHED_ORDER = f"ORDER BY kind, {_ROW_ORDER.removeprefix('ORDER BY ')}"
_VARIABLES = 500  # parameters of one statement; SQLite's oldest limit is 999


class Record:
    """Documents with their clauses and chunks, and embeddings by content.

    Texts are kept as they are and come back as equal values. The order of rows, here and in every index made
    from the record, is that of document id and place in the document.

        with closing(Record.open(path)) as record, record.transaction():
            record.write_document(entry, document, chunks)

    One connection behind a lock: any thread may read. Writing is for one thread of one process.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path) -> "Record":
        """The record at `path`, made if there is none and brought to the newest schema if it is older.

        Raises RecordError where the file is no record, is locked by others, or comes from a newer version.
        """
        return cls(connect(path), path)

    @classmethod
    def open_snapshot(cls, path: Path) -> "Record":
        """A file made by `write_snapshot`, for reading: it is neither locked nor written to."""
        return cls(connect(path, snapshot=True), path)

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are kept together, or none of them where an exception leaves the block.

        Raises RecordError where the file cannot be written.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        except sqlite3.Error as fault:
            raise unusable(self._path, fault) from fault

    def write_snapshot(self, path: Path) -> None:
        """Copy what readers need (all but the embeddings), as last committed, to the new file `path`."""
        with closing(sqlite3.connect(path, isolation_level=None)) as copy:
            climb(copy)
            copy.execute("ATTACH ? AS record", (str(self._path),))
            copy.execute("BEGIN")
            for table in _READ_TABLES:
                copy.execute(f"INSERT INTO main.{table} SELECT * FROM record.{table}")
            copy.execute("COMMIT")

    def entries(self) -> tuple[Entry, ...]:
        """What each document was read from, by document id."""
        return tuple(
            Entry(*row) for row in self._rows("SELECT id, folder, file, digest FROM documents ORDER BY id")
        )

    def write_document(
        self,
        entry: Entry,
        document: Document,
        chunks: Sequence[Chunk],
        questions: Sequence[ChunkQuestion] = (),
    ) -> None:
        """Write `document` in place of what its id or its file gave before; on an exception that stays.

        Raises RecordError where the file takes no more, after which the transaction is over.
        """
        self._connection.execute("SAVEPOINT document")
        try:
            self._insert(entry, document, chunks, questions)
        except BaseException as fault:
            if self._connection.in_transaction:  # a full disk ends it at once
                self._connection.execute("ROLLBACK TO document")
            if isinstance(fault, sqlite3.OperationalError):
                raise unusable(self._path, fault) from fault
            raise
        self._connection.execute("RELEASE document")

    def delete_document(self, document_id: str) -> None:
        """Delete the document with its clauses and chunks; an unknown id is nothing to do."""
        self._connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def documents(self) -> tuple[Document, ...]:
        """Every document, by id."""
        return tuple(found for entry in self.entries() if (found := self.document(entry.document_id)))

    def document(self, document_id: str) -> Document | None:
        """The document with this id, or None."""
        rows = self._rows("SELECT text, metadata, source FROM documents WHERE id = ?", (document_id,))
        if not rows:
            return None
        ((text, metadata, source),) = rows
        of_document = f"WHERE document_id = ? {_ROW_ORDER}"
        clauses = self._rows(
            "SELECT id, parent, kind, label, number, heading, citation, depth, start, heading_end, "
            f'"end" FROM clauses {of_document}',
            (document_id,),
        )
        furniture = self._rows(f'SELECT kind, start, "end" FROM furniture {of_document}', (document_id,))
        return Document(
            id=document_id,
            text=text,
            metadata=metadata_from_json(metadata),
            clauses=tuple(
                Clause(id_, parent, ClauseKind(kind), *rest) for id_, parent, kind, *rest in clauses
            ),
            furniture=tuple(Furniture(FurnitureKind(kind), start, end) for kind, start, end in furniture),
            source=source,
        )

    def chunks(self) -> tuple[Chunk, ...]:
        """Every chunk, in the order of rows."""
        return tuple(Chunk(*row) for row in self._rows(f"SELECT {_CHUNK} FROM chunks {_ROW_ORDER}"))

    def chunks_between(self, document_id: str, start: int, end: int) -> tuple[Chunk, ...]:
        """Chunks of the document that lie inside `start:end`, in reading order."""
        where = 'WHERE document_id = ? AND start >= ? AND "end" <= ?'
        rows = self._rows(f"SELECT {_CHUNK} FROM chunks {where} ORDER BY position", (document_id, start, end))
        return tuple(Chunk(*row) for row in rows)

    def chunks_by_id(self, ids: Sequence[str]) -> tuple[Chunk, ...]:
        """The chunks with these ids, in this order; raises KeyError for an unknown one."""
        found: dict[str, Chunk] = {}
        for start in range(0, len(ids), _VARIABLES):
            asked = ids[start : start + _VARIABLES]
            rows = self._rows(f"SELECT {_CHUNK} FROM chunks WHERE id IN ({_marks(len(asked))})", asked)
            found.update((row[0], Chunk(*row)) for row in rows)
        return tuple(found[id_] for id_ in ids)

    def questions_of(self, chunk_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Searched texts of the questions that these chunks answer, by chunk id; chunks without any are left out."""
        found: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(chunk_ids), _VARIABLES):
            asked = chunk_ids[start : start + _VARIABLES]
            where = f"WHERE answered AND chunk_id IN ({_marks(len(asked))}) {_ROW_ORDER}"
            for chunk_id, text in self._rows(f"SELECT chunk_id, searched FROM questions {where}", asked):
                found[chunk_id] = (*found.get(chunk_id, ()), text)
        return found

    def lists_unanswered(self, text: str) -> bool:
        """Whether `text` is, as it is kept, a question that no document answers."""
        digest = ChunkQuestion("", "", "", text).digest
        return bool(self._rows("SELECT 1 FROM questions WHERE digest = ? AND NOT answered", (digest,)))

    def chunk_ids(self) -> tuple[str, ...]:
        """Ids of all chunks, in the order of rows."""
        return tuple(id_ for (id_,) in self._rows(f"SELECT id FROM chunks {_ROW_ORDER}"))

    def searched_texts(self) -> tuple[str, ...]:
        """The text of every row that is searched: those of the chunks, then the questions they answer."""
        return tuple(text for (text,) in self._rows(f"SELECT searched FROM searched {_SEARCHED_ORDER}"))

    def digests(self) -> dict[str, str]:
        """Digest of the content of every row that is searched by its id, in the order of rows."""
        return dict(self._rows(f"SELECT id, digest FROM searched {_SEARCHED_ORDER}"))

    def chunks_of_questions(self) -> dict[str, str]:
        """Id of the chunk that answers it, by the id of each question, in the order of rows."""
        return dict(self._rows(f"SELECT id, chunk_id FROM questions WHERE answered {_ROW_ORDER}"))

    def content_digest(self) -> str:
        """SHA-256 over the digests of all documents and rows: equal records give equal indexes."""
        whole = hashlib.sha256()
        for row in self._rows("SELECT id, digest FROM documents ORDER BY id"):
            whole.update(repr(row).encode())
        for row in self.digests().items():
            whole.update(repr(row).encode())
        return whole.hexdigest()

    def text_digest(self) -> str:
        """SHA-256 over every character that is quoted or searched: equal in a record and its snapshot.

        Raises RecordDamagedError where SQLite finds the file damaged.
        """
        whole = hashlib.sha256()
        try:
            if (faults := self._rows("PRAGMA quick_check(1)")) != [("ok",)]:
                raise damaged(self._path, faults[0][0])
            for query in (
                "SELECT id, text, metadata FROM documents ORDER BY id",
                f"SELECT * FROM clauses {_ROW_ORDER}",
                f"SELECT {_CHUNK} FROM chunks {_ROW_ORDER}",
                f"SELECT * FROM questions {_ROW_ORDER}",
            ):
                for row in self._rows(query):
                    whole.update(repr(row).encode("utf-8", "surrogatepass"))
        except sqlite3.Error as fault:  # a text that is not UTF-8 any more is one too
            raise damaged(self._path, fault) from fault
        return whole.hexdigest()

    def missing_embeddings(self, embedder: str) -> tuple[tuple[str, str], ...]:
        """(digest, searched text) of each content that `embedder` has not embedded yet."""
        unknown = "digest NOT IN (SELECT digest FROM embeddings WHERE embedder = ?)"
        found = self._rows(
            f"SELECT digest, searched FROM searched WHERE {unknown} {_SEARCHED_ORDER}", (embedder,)
        )
        found += self._rows(
            f"SELECT digest, searched FROM questions WHERE NOT answered AND {unknown} {_ROW_ORDER}",
            (embedder,),
        )
        return tuple(dict(found).items())

    def write_embeddings(self, embedder: str, digests: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep one row of `vectors` for each content digest."""
        rows = (
            (embedder, digest, vector.tobytes())
            for digest, vector in zip(digests, vectors.astype("<f4"), strict=True)
        )
        self._connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)

    def embeddings(self, embedder: str) -> NDArray[np.float32]:
        """Vectors of all rows that `embedder` has embedded, in the order of rows: (rows, dimension)."""
        return self._vectors("searched", _SEARCHED_ORDER, embedder)

    def unanswered_embeddings(self, embedder: str) -> NDArray[np.float32]:
        """Vectors of the questions that no document answers and `embedder` has embedded: (questions, dimension)."""
        return self._vectors("(SELECT * FROM questions WHERE NOT answered)", _ROW_ORDER, embedder)

    def prune_embeddings(self) -> None:
        """Delete the vectors of content that no row has any more."""
        self._connection.execute(
            "DELETE FROM embeddings WHERE digest NOT IN (SELECT digest FROM chunks)"
            " AND digest NOT IN (SELECT digest FROM questions)"
        )

    def _insert(
        self,
        entry: Entry,
        document: Document,
        chunks: Sequence[Chunk],
        questions: Sequence[ChunkQuestion],
    ) -> None:
        self.delete_document(document.id)
        place = (entry.folder, entry.file)
        self._connection.execute("DELETE FROM documents WHERE folder = ? AND file = ?", place)
        insert = self._connection.executemany
        insert(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(*astuple(entry), document.text, metadata_to_json(document.metadata), document.source)],
        )
        insert(
            f"INSERT INTO clauses VALUES ({_marks(13)})",
            [(document.id, at, *astuple(clause)) for at, clause in enumerate(document.clauses)],
        )
        insert(
            f"INSERT INTO furniture VALUES ({_marks(5)})",
            [(document.id, at, *astuple(piece)) for at, piece in enumerate(document.furniture)],
        )
        insert(
            f"INSERT INTO chunks VALUES ({_marks(10)})",
            [(*astuple(chunk), at, chunk.digest) for at, chunk in enumerate(chunks)],
        )
        insert(
            "INSERT INTO questions (id, document_id, chunk_id, searched, answered, position, digest)"
            f" VALUES ({_marks(7)})",
            [(*astuple(question), at, question.digest) for at, question in enumerate(questions)],
        )

    def _vectors(self, table: str, order: str, embedder: str) -> NDArray[np.float32]:
        rows = self._rows(
            f"SELECT vector FROM {table} JOIN embeddings USING (digest) WHERE embedder = ? {order}",
            (embedder,),
        )
        return np.stack([np.frombuffer(blob, "<f4") for (blob,) in rows]) if rows else np.empty((0, 0), "<f4")

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _marks(count: int) -> str:
    return ", ".join("?" * count)
