"""Make a new generation of a store from its record: vectors by the difference to the last one, the rest anew."""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.answerable import Answerable
from index.datatypes import PolicyError
from index.embedder import Embedder
from index.files import Stamp, files_below, flush
from index.generation import (
    ANSWERABLE,
    BIGRAMS,
    CHROMA,
    MANIFEST,
    TEXTS,
    WORDS,
    Manifest,
    Progress,
    complete_generations,
    discard,
    new_generation,
)
from index.lexical import LexicalIndex
from index.probe import verify_vectors
from index.record import Record
from index.vectors import ServedVectors, VectorFolder, Vectors
from index.words import bigrams, words

_MOST_CHANGED = 0.5
"""Share of vectors changed since they were last written anew, above which they are written anew."""
_SPARE = 20 * 2**20
"""Bytes that a generation may be larger than the last one."""


def build_generation(
    record: Record, store: Path, embedder: Embedder, progress: Progress, server: str | None = None
) -> Path:
    """Make a generation of what `record` has committed; returns its folder.

    `embedder` has embedded every row. `server` is the URL of the Chroma server for the vectors, None for a folder.
    No reader sees the generation before `index.generation.point_at`. A build that fails leaves nothing behind;
    raises PolicyError where there is too little space on the disk for it.
    """
    texts, digests = record.searched_texts(), record.digests()
    vectors = record.embeddings(embedder.name)
    manifest = Manifest.of(record, embedder, served=server is not None)
    base = None if server else _base(store, manifest)
    _require_space(store)
    path = new_generation(store)
    changed = 0

    def write_vectors() -> None:
        nonlocal changed
        if server:
            place = ServedVectors(server, path.name)
            place.build(list(digests), vectors)
            verify_vectors(place, digests, vectors)
        else:
            changed = _write_folder(path / CHROMA, base, digests, vectors)
        answered, unanswered = vectors[manifest.chunks :], record.unanswered_embeddings(embedder.name)
        if len(answered) and len(unanswered):
            Answerable(answered, unanswered).write(path / ANSWERABLE)

    steps: tuple[Callable[[], None], ...] = (
        lambda: record.write_snapshot(path / TEXTS),
        lambda: LexicalIndex.build([words(text) for text in texts], path / WORDS),
        lambda: LexicalIndex.build([bigrams(text) for text in texts], path / BIGRAMS),
        write_vectors,
    )
    try:
        for done, step in enumerate(steps, start=1):
            step()
            progress("建立索引", done, len(steps))
        for part in path.rglob("*"):
            flush(part)
        stamps = {file.relative_to(path).as_posix(): Stamp.of(file) for file in files_below(path)}
        replace(manifest, changed=changed, files=stamps).write(path)
    except BaseException:
        discard(path, server)
        raise
    return path


def _base(store: Path, wanted: Manifest) -> tuple[Path, Manifest] | None:
    """The generation whose vectors can be copied and changed, with its manifest; None where there is none."""
    for path in complete_generations(store):
        known = Manifest.read(path)
        if (
            known
            and known.rows
            and (known.embedder, known.chromadb, known.served)
            == (wanted.embedder, wanted.chromadb, wanted.served)
            and not known.damaged(path) & {CHROMA, TEXTS}
        ):
            return path, known
    return None


def _write_folder(
    folder: Path, base: tuple[Path, Manifest] | None, digests: dict[str, str], vectors: Vectors
) -> int:
    """Write the vectors of `digests`' rows into `folder`; how many have changed since all were written anew."""
    place = VectorFolder(folder)
    if base and (changed := _change_copy(place, folder, base, digests, vectors)) is not None:
        return changed
    place.build(list(digests), vectors)
    verify_vectors(place, digests, vectors)
    return 0


def _change_copy(
    place: VectorFolder, folder: Path, base: tuple[Path, Manifest], digests: dict[str, str], vectors: Vectors
) -> int | None:
    """As `_write_folder`, from a copy of `base`; None where too much has changed or the copy is not sound."""
    path, manifest = base
    with closing(Record.open_snapshot(path / TEXTS)) as texts:
        before = texts.digests()
    # A vector that changes is deleted and written: in place, Chroma takes 15 times as long.
    stale = [id_ for id_, digest in before.items() if digests.get(id_) != digest]
    rows = [row for row, (id_, digest) in enumerate(digests.items()) if before.get(id_) != digest]
    changed = manifest.changed + len(stale) + len(rows)
    if changed > _MOST_CHANGED * len(digests):
        return None
    ids = list(digests)
    shutil.copytree(path / CHROMA, folder)
    try:
        place.change(stale, [ids[row] for row in rows], vectors[rows])
        verify_vectors(place, digests, vectors)
    except OSError:
        raise
    except Exception:  # of Chroma: what cannot be changed is made anew
        shutil.rmtree(folder)
        return None
    return changed


def _require_space(store: Path) -> None:
    last = next(iter(complete_generations(store)), None)
    needed = sum(file.stat().st_size for file in files_below(last) if file.name != MANIFEST) if last else 0
    free = shutil.disk_usage(store).free
    if last and free < needed + _SPARE:
        raise PolicyError(
            f"磁盘空间不足:新索引约需 {(needed + _SPARE) // 2**20} MB,{store} 所在磁盘还剩 {free // 2**20} MB,"
            "请清理后重试,原有索引未动"
        )
