"""The store as it is now: what was opened, until another generation is pointed at and nobody uses it any more."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from index.datatypes import PolicyError
from index.generation import pointer
from index.store import Store

_log = logging.getLogger(__name__)
_RETRY = 30.0
"""Seconds after which a generation that could not be opened is tried again."""


class _Opened:
    """A store, how many use it, and whether it is to be closed after them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.users = 0
        self.retired = False


class StoreReader:
    """Lends out the newest generation of a store; threads may share it.

        reader = StoreReader(folder, lambda: Store.open(folder))
        with reader.use() as store:
            store.nearest("公租房怎么申请", k=10)

    Whoever uses a store keeps it to the end of the block. A new generation is looked for at the beginning of each
    block, by reading a file of one line; it is opened by one user, while others go on with the one before. Where it
    cannot be opened the one before stays.
    """

    def __init__(self, folder: Path, open_store: Callable[[], Store]) -> None:
        self._folder = folder
        self._open = open_store
        self._lock = Lock()
        self._following = Lock()
        self._seen = pointer(folder)
        self._retry_at = 0.0
        self._current: _Opened | None = _Opened(open_store())

    @contextmanager
    def use(self) -> Iterator[Store]:
        """The newest store, held open for the block. Raises PolicyError once the reader is closed."""
        self._follow()
        with self._lock:
            if (opened := self._current) is None:
                raise PolicyError("助手已经关闭,请新建一个再用")
            opened.users += 1
        try:
            yield opened.store
        finally:
            with self._lock:
                opened.users -= 1
                unused = opened.retired and not opened.users
            if unused:
                opened.store.close()

    def close(self) -> None:
        """Close the store as soon as nobody uses it; closing twice is harmless."""
        self._replace(None)

    def _follow(self) -> None:
        """Open the generation that is pointed at, where that is another one than before."""
        seen = pointer(self._folder)
        if seen == self._seen and not self._is_retried():
            return
        if self._current is None or not self._following.acquire(blocking=False):
            return
        try:
            if not seen:
                return  # the pointer is lost, the generation is not
            self._seen, self._retry_at = seen, 0.0
            self._replace(_Opened(self._open()))
        except PolicyError as fault:
            _log.warning("the generation before stays: %s", fault)
            self._retry_at = time.monotonic() + _RETRY
        finally:
            self._following.release()

    def _is_retried(self) -> bool:
        return 0.0 < self._retry_at < time.monotonic()

    def _replace(self, new: _Opened | None) -> None:
        with self._lock:
            unneeded = new
            if (old := self._current) is not None:  # else the reader is closed
                self._current, old.retired = new, True
                unneeded = None if old.users else old
        if unneeded:
            unneeded.store.close()
