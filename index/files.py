"""Files that survive a power cut, and what tells later whether they are still as they were written."""

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from index.datatypes import PolicyError

_UNWRITABLE = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EROFS: "只读",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
}
_REPLACING = 20  # tries: on Windows a file cannot be replaced in the moment in which somebody reads it


class Stamp(NamedTuple):
    """What a file was when it was written: bytes, time of change in nanoseconds, SHA-256."""

    size: int
    modified: int
    digest: str

    @classmethod
    def of(cls, path: Path) -> "Stamp":
        """The stamp of the file at `path` as it is now."""
        status = path.stat()
        return cls(status.st_size, status.st_mtime_ns, digest(path))

    def fits(self, path: Path, *, read: bool) -> bool:
        """Whether the file is as it was. Equal size and time are enough unless `read`, which reads it in any case."""
        try:
            status = path.stat()
            if status.st_size != self.size:
                return False
            return (not read and status.st_mtime_ns == self.modified) or digest(path) == self.digest
        except OSError:
            return False


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """Every file below `folder`, by name."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def write_whole(path: Path, text: str) -> None:
    """Put `text` into `path`, whole or not at all whatever happens meanwhile."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_text(text, "utf-8")
    flush(unfinished)
    for tries in range(1, _REPLACING + 1):
        try:
            unfinished.replace(path)
            break
        except PermissionError:
            if os.name != "nt" or tries == _REPLACING:
                raise
            time.sleep(0.05)
    flush(path.parent)


def flush(path: Path) -> None:
    """Have what was written to a file, or the names in a folder, survive a power cut."""
    if path.is_dir() and os.name == "nt":  # Windows flushes no folders
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(folder: Path, last_word: str) -> None:
    """Remove `folder`, the file `last_word` first, without which the rest counts for nothing.

    What somebody holds open on Windows stays until the next time.
    """
    (folder / last_word).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def told_unwritable(folder: Path) -> Iterator[None]:
    """Turn the refusal of a disk to take more into a PolicyError that names `folder`."""
    try:
        yield
    except OSError as fault:
        if (cause := _UNWRITABLE.get(fault.errno or 0)) is None:
            raise
        raise PolicyError(f"无法写入 {folder}({cause}),原有索引未动,请检查磁盘空间和权限后重试") from fault
