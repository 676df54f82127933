"""Bring a store up to date with a folder of documents: a diff by digest, then a new generation."""

from contextlib import closing
from pathlib import Path

from index.choose import EmbedderChoice
from index.chunk import chunk_document
from index.datatypes import Document, Failure, PolicyError, SyncReport
from index.embedder import Embedder
from index.folder import FoundFile, FoundFiles, find_files
from index.generation import Progress, silent
from index.load import load_document
from index.lock import sole_writer
from index.metadata import CATALOGUE
from index.questions import place_questions
from index.record import Entry, Record, RecordError
from index.renew import choose_for_writing, renew
from index.restore import open_record
from index.unused import unused_lines

_LEAST_LEFT = 0.5
"""Share of a folder's files that has to be left of it, unless it is said that the others are to go."""
_READINGS = 3
"""How often a file that changes while it is read is read before it is given up for now."""


def sync_folder(
    folder: str | Path,
    store: str | Path,
    *,
    embedder: Embedder | str | EmbedderChoice | None = None,
    progress: Progress | None = None,
    prune: bool = False,
    origin: str | None = None,
    server: str | None = None,
) -> SyncReport:
    """Make `store` hold the documents of `folder` as they are now, and report by file name what was done.

    Unchanged files are skipped; a document whose file is gone is deleted, if it came from this folder; a file
    that cannot be indexed is reported and keeps its last good version. Lines of its questions that are of no use are
    told of each time. Hidden files, lock files, links out of
    the folder, and files of unknown suffix are passed over. Where less than half of the files that the folder had
    are left, nothing is done unless `prune`.

    `embedder` is as `EmbedderChoice` says; None is the one the store was built with. `progress` is told what is
    done, how much of it, and of how much. `origin` names the folder in the store, where its path may change; else
    its path does. `server` is the URL of a Chroma server to hold the vectors, None for files in the store. Readers
    of the store go on with what they opened.

    Raises PolicyError where there is no such folder, its catalogue or its questions are wrong, most of its files are
    gone, or the store cannot be used or is being written to by others.
    """
    root, target, progress = Path(folder), Path(store), progress or silent
    if not root.is_dir():
        raise PolicyError(f"没有文件夹 {root},请检查路径")
    with sole_writer(target), closing(open_record(target)) as record:
        chosen = choose_for_writing(embedder, target)
        with record.transaction():
            report = _update_documents(record, root, origin, progress, prune)
        renew(record, target, chosen, progress, server=server)
    return report


def _update_documents(
    record: Record, root: Path, origin: str | None, progress: Progress, prune: bool
) -> SyncReport:
    """Make the documents of `record` that come from `root` those that stand there now."""
    path = str(root.resolve())
    name, own = origin or path, {origin or path, path}
    entries = record.entries()
    known = {entry.file: entry for entry in entries if entry.folder in own}
    # An id counts as taken as long as the folder that took it exists: one that moved takes its ids along.
    taken = {e.document_id: e.folder for e in entries if e.folder not in own and _stands(e.folder)}
    found = find_files(root)
    gone = _gone(known, found, root, prune)
    written: list[str] = []
    skipped: list[str] = []
    failed = list(found.closed)
    for done, file in enumerate(found.files, start=1):
        try:
            owner = taken.setdefault(file.document_id, file.name)
            if owner != file.name:
                raise PolicyError(
                    f"文件编号 {file.document_id} 已被 {owner} 占用,请在 {CATALOGUE} 里为它另定 id,或改文件名"
                )
            before, digest = known.get(file.name), file.digest()
            if before and (before.digest, before.folder) == (digest, name):
                skipped.append(file.name)
            else:
                document, digest = _read(file, digest)
                entry = Entry(document.id, name, file.name, digest)
                chunks = chunk_document(document)
                questions = place_questions(file.questions, document, chunks)
                record.write_document(entry, document, chunks, questions)
                written.append(file.name)
        except RecordError:
            raise
        except PolicyError as fault:
            failed.append(Failure(file.name, str(fault)))
        except Exception as fault:
            # Whatever is wrong with one file, the others are indexed.
            failed.append(Failure(file.name, f"未能处理({fault!r}),请检查文件是否完好"))
        progress("读取文件", done, len(found.files))
    for entry in record.entries():
        if entry.folder in own and entry.file in gone:
            record.delete_document(entry.document_id)
    kept = {entry.document_id for entry in known.values() if entry.file not in gone}
    unused = unused_lines(record, found, held={*written, *skipped}, kept=kept)
    return SyncReport(tuple(written), tuple(skipped), tuple(sorted(gone)), tuple(failed), unused)


def _stands(folder: str) -> bool:
    """Whether the folder of this name is there; one that is not named by its path always is."""
    return not Path(folder).is_absolute() or Path(folder).is_dir()


def _gone(known: dict[str, Entry], found: FoundFiles, root: Path, prune: bool) -> set[str]:
    """Which of the known files are there no more. Raises PolicyError where they are too many to be believed."""
    names = {file.name for file in found.files}
    gone = {name for name in known if name not in names and not found.hides(name)}
    left = len(known) - len(gone)
    if not prune and left < _LEAST_LEFT * len(known):
        raise PolicyError(
            f"{root} 原有 {len(known)} 个文件,现在只剩 {left} 个,将删除 {len(gone)} 个,未作任何改动:"
            "请检查文件夹是否完整;确要删除,请加 --prune(程序中用 prune=True)"
        )
    return gone


def _read(file: FoundFile, digest: str) -> tuple[Document, str]:
    """The document in `file` and the digest of just what was read."""
    for _ in range(_READINGS):
        document = load_document(file.path, document_id=file.document_id, metadata=file.metadata)
        before, digest = digest, file.digest()
        if before == digest:
            return document, digest
    raise PolicyError(f"{file.name} 正在被修改,请等它写完后再同步")
