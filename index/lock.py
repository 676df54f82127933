"""One writer at a time: a lock on the store that dies with its holder (the only filelock import)."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from index.datatypes import PolicyError
from index.files import told_unwritable

LOCK, HOLDER = "LOCK", "LOCK.holder"


class StoreBusyError(PolicyError):
    """Somebody else is writing to the store."""


@contextmanager
def sole_writer(store: Path) -> Iterator[None]:
    """Hold the lock of `store` in the block; the folder is made if there is none.

    The system gives the lock back when its holder ends, however it ends; the file `LOCK` stays and means nothing.
    Raises StoreBusyError at once, naming the holder, where another process or thread has it, and PolicyError where
    the store cannot be written, here or in the block.
    """
    from filelock import FileLock, Timeout

    with told_unwritable(store):
        try:
            store.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as fault:
            raise PolicyError(f"无法建立文件夹 {store}({fault.strerror}),请检查路径和权限") from fault
        lock = FileLock(store / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as fault:
            raise StoreBusyError(f"{store} 正由{_holder(store)}更新,请等它结束后再试") from fault
        try:
            (store / HOLDER).write_text(json.dumps(_self()), "utf-8")
            yield
        finally:
            lock.release()


def _self() -> dict[str, str | int]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _holder(store: Path) -> str:
    """Who holds the lock, as far as it has written that down already."""
    try:
        known = json.loads((store / HOLDER).read_text("utf-8"))
        since = datetime.fromisoformat(known["since"]).astimezone()
        return f"进程 {known['pid']}(主机 {known['host']},始于 {since:%Y-%m-%d %H:%M:%S})"
    except (OSError, ValueError, KeyError, TypeError):
        return "另一个进程"
