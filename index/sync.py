"""Bring a store up to date with a folder of documents: a diff by digest, then a new generation."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.chunk import chunk_document
from index.datatypes import Failure, Metadata, PolicyError, SyncReport
from index.embedder import Embedder
from index.generation import Manifest, Progress, build_generation, switch_generation
from index.load import READERS, load_document, printable
from index.lsa import LsaEmbedder
from index.metadata import CATALOGUE, read_catalogue
from index.record import Entry, Model, Record, metadata_to_json
from index.store import Store

PIPELINE = 1
"""Number of the rules that make chunks and tokens of a file; raised with them, it has all made anew."""

RECORD = "record.sqlite3"
_BATCH = 256  # contents embedded at a time; those done are kept if a later batch fails


def sync_folder(
    folder: str | Path,
    store: str | Path,
    *,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Make `store` hold the documents of `folder` as they are now, and report by file name what was done.

    Unchanged files are skipped; a document whose file is gone is deleted, if it came from this folder; a file
    that cannot be indexed is reported and keeps its last good version. Hidden files, lock files, links out of
    the folder, and files of unknown suffix are passed over.

    `embedder` None is the built-in one, fitted on the texts themselves. `progress` is told what is done, how
    much of it, and of how much. Readers of the store go on with what they opened.

    Raises PolicyError where there is no such folder, its catalogue is wrong, or the store cannot be used.
    """
    root, target, progress = Path(folder), Path(store), progress or _silent
    if not root.is_dir():
        raise PolicyError(f"没有文件夹 {root},请检查路径")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise PolicyError(f"无法建立文件夹 {target}({fault.strerror}),请检查路径和权限") from fault
    # One writer at a time: the lock of the store belongs around this block.
    with closing(Record.open(target / RECORD)) as record:
        with record.transaction():
            report = _update_documents(record, root, progress)
        embedder = embedder or _built_in(record)
        _embed(record, embedder, progress)
        if not _is_sound(target, Manifest.of(record, embedder), embedder):
            _renew(record, target, embedder, progress)
        with record.transaction():
            record.prune_embeddings()
    return report


@dataclass(frozen=True, slots=True)
class _File:
    """A file to index. `name` is its path in the folder, printable, with slashes."""

    path: Path
    name: str
    document_id: str
    metadata: Metadata | None

    def digest(self) -> str:
        """Changes with the file's bytes, what is known of it, and the rules."""
        with self.path.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
        metadata = metadata_to_json(self.metadata) if self.metadata else None
        made_of = json.dumps([PIPELINE, self.document_id, metadata, content])
        return hashlib.sha256(made_of.encode()).hexdigest()


def _files(folder: Path) -> Iterator[_File]:
    """Files to index, by name. A link counts as the file it leads to, and only inside `folder`."""
    catalogue = read_catalogue(folder)
    inside = folder.resolve()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        unread = any(part.startswith((".", "~$")) for part in relative.parts)
        if unread or path.suffix.lower() not in READERS or not path.is_file():
            continue
        if path.resolve().is_relative_to(inside):
            name = relative.as_posix()
            entry = catalogue.get(name)
            yield _File(
                path,
                printable(name),
                entry.document_id if entry else printable(name.removesuffix(path.suffix)),
                entry.metadata if entry else None,
            )


def _update_documents(record: Record, root: Path, progress: Progress) -> SyncReport:
    """Make the documents of `record` that come from `root` those that stand there now."""
    folder = str(root.resolve())
    entries = record.entries()
    known = {entry.file: entry.digest for entry in entries if entry.folder == folder}
    # An id counts as taken as long as the folder that took it exists: one that moved takes its ids along.
    taken = {e.document_id: e.folder for e in entries if e.folder != folder and Path(e.folder).is_dir()}
    written: list[str] = []
    skipped: list[str] = []
    failed: list[Failure] = []
    files = tuple(_files(root))
    for done, file in enumerate(files, start=1):
        try:
            owner = taken.setdefault(file.document_id, file.name)
            if owner != file.name:
                raise PolicyError(
                    f"文件编号 {file.document_id} 已被 {owner} 占用,请在 {CATALOGUE} 里为它另定 id,或改文件名"
                )
            digest = file.digest()
            if known.get(file.name) == digest:
                skipped.append(file.name)
            else:
                document = load_document(file.path, document_id=file.document_id, metadata=file.metadata)
                entry = Entry(document.id, folder, file.name, digest)
                record.write_document(entry, document, chunk_document(document))
                written.append(file.name)
        except PolicyError as fault:
            failed.append(Failure(file.name, str(fault)))
        except Exception as fault:
            # Whatever is wrong with one file, the others are indexed.
            failed.append(Failure(file.name, f"未能处理({fault!r}),请检查文件是否完好"))
        progress("读取文件", done, len(files))
    names = {file.name for file in files}
    for entry in record.entries():
        if entry.folder == folder and entry.file not in names:
            record.delete_document(entry.document_id)
    deleted = tuple(sorted(known.keys() - names))
    return SyncReport(tuple(written), tuple(skipped), deleted, tuple(failed))


def _built_in(record: Record) -> Embedder:
    """The built-in embedder, fitted anew where the number of chunks has moved by half since it was."""
    saved, count = record.model(), len(record.chunk_ids())
    if saved and (count == saved.fitted_on or abs(count - saved.fitted_on) < saved.fitted_on / 2):
        return LsaEmbedder.from_bytes(saved.data)
    fitted = LsaEmbedder.fit(chunk.searched for chunk in record.chunks())
    with record.transaction():
        record.write_model(Model(fitted.name, count, fitted.to_bytes()))
    return fitted


def _embed(record: Record, embedder: Embedder, progress: Progress) -> None:
    """Embed the contents that `embedder` has not embedded yet."""
    missing = record.missing_embeddings(embedder.name)
    for start in range(0, len(missing), _BATCH):
        batch = dict(missing[start : start + _BATCH])
        vectors = np.asarray(embedder.embed_documents(list(batch.values())), np.float32)
        with record.transaction():
            record.write_embeddings(embedder.name, list(batch), vectors)
        progress("计算向量", start + len(batch), len(missing))


def _is_sound(store: Path, manifest: Manifest, embedder: Embedder) -> bool:
    """Whether readers of `store` can open a generation that is made of the same as `manifest`."""
    try:
        with closing(Store.open(store, embedder)) as opened:
            return opened.manifest == manifest
    except PolicyError:
        return False


def _renew(record: Record, store: Path, embedder: Embedder, progress: Progress) -> None:
    try:
        switch_generation(store, build_generation(record, store, embedder, progress))
    except Exception as fault:
        raise PolicyError(f"未能建立索引({fault!r}),原有索引未动,请检查磁盘空间后重试") from fault


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""
