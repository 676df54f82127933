"""The record of a store: opened, judged, and brought back from texts that were made of it."""

import shutil
from contextlib import closing
from pathlib import Path

from index.files import flush
from index.generation import RECORD, TEXTS, Manifest, complete_generations
from index.record import Record, RecordDamagedError, RecordError


def open_record(store: Path) -> Record:
    """The record of `store`; one that is lost is brought back from the newest sound texts, where there are any."""
    if _is_lost(store):
        _restore(store)
    return Record.open(store / RECORD)


def read_record(store: Path) -> Record:
    """The record of `store` for reading, also where nothing can be written; RecordError where that fails."""
    if _is_lost(store):
        raise RecordDamagedError("文件不在了,或是空的")
    try:
        return Record.open(store / RECORD)
    except RecordDamagedError:
        raise
    except RecordError:
        wal = store / f"{RECORD}-wal"
        if wal.exists() and wal.stat().st_size:  # what is in it is not in the file yet
            raise
        return Record.open_snapshot(store / RECORD)


def verify_record(store: Path) -> None:
    """Raise RecordDamagedError where SQLite finds fault with the record or it does not say what texts made of the same
    say, and RecordError where that cannot be told."""
    with closing(read_record(store)) as record:
        digest, content = record.text_digest(), record.content_digest()
    if texts := _vouched_texts(store):
        with closing(Record.open_snapshot(texts)) as snapshot:
            if snapshot.content_digest() == content and snapshot.text_digest() != digest:
                raise RecordDamagedError("文字与由它建立的索引不同")


def restore_if_damaged(store: Path) -> bool:
    """Bring the record of `store` back where it is damaged; whether that was needed.

    Raises RecordError where there are no sound texts to bring it back from, or it is only out of reach.
    """
    try:
        verify_record(store)
    except RecordDamagedError as fault:
        if not _restore(store):
            raise RecordDamagedError(
                f"{store} 的记录已损坏({fault}),也没有完好的索引可以恢复它:"
                f"请移走 {RECORD},再对各文件夹运行 policy-assistant index sync"
            ) from fault
        return True
    return False


def _is_lost(store: Path) -> bool:
    """Whether there is no record, or an empty file in its place, of which SQLite would make an empty record."""
    files = (store / RECORD, store / f"{RECORD}-wal")
    return not any(file.is_file() and file.stat().st_size for file in files)


def _restore(store: Path) -> bool:
    """Make the record anew of sound texts; the one before is kept under another name. Vectors are not in it."""
    if (texts := _vouched_texts(store)) is None:
        return False
    record, unfinished = store / RECORD, store / f"{RECORD}.new"
    shutil.copyfile(texts, unfinished)
    flush(unfinished)
    for suffix in ("-wal", "-shm"):  # of the file before, and poison to any other
        record.with_name(f"{RECORD}{suffix}").unlink(missing_ok=True)
    if record.exists():
        record.replace(record.with_name(f"{RECORD}.damaged"))
    unfinished.replace(record)
    flush(store)
    return True


def _vouched_texts(store: Path) -> Path | None:
    """The newest texts of `store` that are byte for byte as they were written."""
    for generation in complete_generations(store):
        manifest = Manifest.read(generation)
        if manifest and TEXTS in manifest.files and manifest.files[TEXTS].fits(generation / TEXTS, read=True):
            return generation / TEXTS
    return None
