"""Generations: what readers open, made from the record and never changed afterwards.

record.sqlite3              the record
CURRENT                     name of the generation to read
generations/<name>/
    texts.sqlite3           documents and chunks as they were
    words/ bigrams/ chroma/ indexes whose row n is chunk n of texts.sqlite3
    manifest.json           what it was made of; written last
"""

import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from index.embedder import Embedder
from index.lexical import LexicalIndex
from index.record import Record
from index.vectors import VectorIndex, chroma_version
from index.words import bigrams, words

GENERATIONS, CURRENT, MANIFEST = "generations", "CURRENT", "manifest.json"
TEXTS, WORDS, BIGRAMS, CHROMA = "texts.sqlite3", "words", "bigrams", "chroma"

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made of: two equal ones answer alike. `created` is UTC in ISO 8601."""

    documents: int
    chunks: int
    content: str
    embedder: str
    dimension: int
    chromadb: str
    created: str = field(compare=False)

    @classmethod
    def of(cls, record: Record, embedder: Embedder) -> "Manifest":
        """The manifest of a generation made now from `record` with `embedder`."""
        return cls(
            documents=len(record.entries()),
            chunks=len(record.chunk_ids()),
            content=record.content_digest(),
            embedder=embedder.name,
            dimension=embedder.dimension,
            chromadb=chroma_version(),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    @classmethod
    def read(cls, generation: Path) -> "Manifest":
        """The manifest of the generation in this folder."""
        return cls(**json.loads((generation / MANIFEST).read_text("utf-8")))


def current_generation(store: Path) -> Path | None:
    """Folder of the generation that readers of `store` are to open, or None where there is none."""
    try:
        name = (store / CURRENT).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    path = store / GENERATIONS / name
    return path if (path / MANIFEST).is_file() else None


def build_generation(record: Record, store: Path, embedder: Embedder, progress: Progress) -> str:
    """Make a new generation of `store` from what `record` has committed; returns its name.

    `embedder` has embedded every chunk. No reader sees the generation before `switch_generation`.
    A build that fails leaves nothing behind.
    """
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    path = store / GENERATIONS / name
    path.mkdir(parents=True)
    # Each part is made anew. A build that copies the last generation and applies the difference to it
    # need change these four steps only.
    chunks = record.chunks()
    ids = [chunk.id for chunk in chunks]
    steps: tuple[Callable[[], None], ...] = (
        lambda: record.write_snapshot(path / TEXTS),
        lambda: LexicalIndex.build([words(chunk.searched) for chunk in chunks], path / WORDS),
        lambda: LexicalIndex.build([bigrams(chunk.searched) for chunk in chunks], path / BIGRAMS),
        lambda: VectorIndex.build(path / CHROMA, ids, record.embeddings(embedder.name)),
    )
    try:
        for done, step in enumerate(steps, start=1):
            step()
            progress("建立索引", done, len(steps))
        for part in path.rglob("*"):
            _flush(part)
        _write(path / MANIFEST, json.dumps(asdict(Manifest.of(record, embedder)), indent=1))
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    return name


def switch_generation(store: Path, name: str) -> None:
    """Have readers of `store` open generation `name` from now on.

    The generation before it stays, for readers that are just opening it; all others are removed.
    """
    before = current_generation(store)
    _write(store / CURRENT, name + "\n")
    kept = {name, before.name if before else name}
    for path in (store / GENERATIONS).iterdir():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    """Put `text` into `path`, whole or not at all whatever happens meanwhile."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_text(text, "utf-8")
    _flush(unfinished)
    unfinished.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    """Have what was written to a file, or the names in a folder, survive a power cut."""
    if path.is_dir() and os.name == "nt":  # Windows flushes no folders
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
