"""Search by meaning, which may fail without taking the store along: then words alone are searched, and it is said."""

import logging
import math
import time
from collections.abc import Callable
from functools import lru_cache
from threading import Lock

import numpy as np

from index.embedder import Embedder
from index.vectors import VectorIndex, Vectors

_log = logging.getLogger(__name__)
_KEPT = 16  # vectors of the last questions: each is asked for more than once


class Meaning:
    """The vectors of a generation and the embedder that made them.

    `connect` opens the vectors, of which there have to be `rows`. Where that fails, or a search does, `why` says so
    in Chinese and nothing is found until `retry` seconds are over and a new attempt succeeds.
    """

    def __init__(
        self, embedder: Embedder, connect: Callable[[], VectorIndex], rows: int, retry: float = math.inf
    ) -> None:
        self.why = ""
        self.embedder = embedder
        self._connect = connect
        self._rows = rows
        self._retry = retry
        self._next_try = -math.inf
        self._index: VectorIndex | None = None
        self._connecting = Lock()
        self._embed = lru_cache(_KEPT)(lambda text: np.asarray(embedder.embed_query(text), np.float32))
        self._connected()

    def nearest(self, text: str, k: int) -> list[tuple[str, float]]:
        """Ids of the `k` chunks nearest to the question `text`, best first, with their cosine."""
        if (index := self._connected()) is None:
            return []
        try:
            return index.nearest(self._embed(text), k)
        except Exception as fault:
            self._lose(fault)
            return []

    def vector(self, text: str) -> Vectors | None:
        """Unit vector of the question `text`; None while nothing is found."""
        if self._connected() is None:
            return None
        try:
            return self._embed(text)
        except Exception as fault:
            self._lose(fault)
            return None

    def close(self) -> None:
        """Give back what is held; closing twice is harmless."""
        if self._index:
            self._index.close()

    def _connected(self) -> VectorIndex | None:
        """The vectors; None where they are not to be had now, or another thread is just trying to reach them."""
        if self._index or time.monotonic() < self._next_try or not self._connecting.acquire(blocking=False):
            return self._index
        try:
            index = self._connect()
            if (count := index.count()) != self._rows:
                index.close()
                raise ValueError(f"{count} vectors, not {self._rows}")
            # Chroma reads its index at the first search: once it has, the folder may be removed.
            index.nearest(np.ones(self.embedder.dimension, np.float32), k=1)
            self._index, self.why = index, ""
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as fault:  # a panic in Chroma's Rust part is no Exception
            self._lose(fault)
        finally:
            self._connecting.release()
        return self._index

    def _lose(self, fault: BaseException) -> None:
        _log.warning("no search by meaning: %r", fault)
        self._index, self._next_try = None, time.monotonic() + self._retry
        self.why = "向量服务没有应答" if math.isfinite(self._retry) else "向量索引已损坏"


class NoMeaning:
    """Stands for `Meaning` where there is none: finds nothing, and says why."""

    embedder = None

    def __init__(self, why: str) -> None:
        self.why = why

    def nearest(self, text: str, k: int) -> list[tuple[str, float]]:
        """Nothing."""
        return []

    def vector(self, text: str) -> None:
        """None."""

    def close(self) -> None:
        """Nothing to do."""
