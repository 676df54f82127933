"""The record of a store: opened, judged, and brought back from texts that were made of it."""

import shutil
from contextlib import closing
from pathlib import Path

from index.files import flush
from index.generation import RECORD, TEXTS, Manifest, complete_generations
from index.record import Record, RecordError


def open_record(store: Path) -> Record:
    """The record of `store`; one that is lost is brought back from the newest sound texts, where there are any."""
    if _is_lost(store):
        _restore(store)
    return Record.open(store / RECORD)


def read_record(store: Path) -> Record:
    """The record of `store` for reading, also where nothing can be written; RecordError where it is lost."""
    if _is_lost(store):
        raise RecordError("文件不在了,或是空的")
    try:
        return Record.open(store / RECORD)
    except RecordError:
        wal = store / f"{RECORD}-wal"
        if wal.exists() and wal.stat().st_size:  # what is in it is not in the file yet
            raise
        return Record.open_snapshot(store / RECORD)


def record_fault(store: Path) -> str:
    """What is wrong with the record, "" where nothing is: SQLite's own check, and what texts made of the same say."""
    try:
        with closing(read_record(store)) as record:
            digest, content = record.text_digest(), record.content_digest()
        if (texts := _vouched_texts(store)) is None:
            return ""
        with closing(Record.open_snapshot(texts)) as snapshot:
            differs = snapshot.content_digest() == content and snapshot.text_digest() != digest
            return "文字与由它建立的索引不同" if differs else ""
    except RecordError as fault:
        return str(fault)


def restore_if_damaged(store: Path) -> bool:
    """Bring the record back where it is damaged and there are sound texts; whether that was done."""
    return bool(record_fault(store)) and _restore(store)


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
