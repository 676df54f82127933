"""How often somebody may ask: by visitor, and where the settings say so by address."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

_WINDOW = 60.0  # seconds
_MOST_NAMES = 20_000
"""Names that are remembered at once; the one that was longest away is forgotten first."""


class TooManyError(Exception):
    """The limit is reached. The message says in Chinese when to go on."""


class RateLimit:
    """At most `most` calls a minute under one name; 0 allows any number. `act`: what is counted, in Chinese. Threads
    may share it."""

    def __init__(self, most: int, act: str = "操作") -> None:
        self._most = most
        self._act = act
        self._calls: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, name: str) -> None:
        """Count a call. Raises TooManyError where it is one too many; such a call is not counted."""
        if not self._most:
            return
        now = time.monotonic()
        with self._lock:
            calls = self._calls.setdefault(name, deque())
            self._calls.move_to_end(name)
            while calls and calls[0] <= now - _WINDOW:
                calls.popleft()
            if len(calls) >= self._most:
                wait = int(calls[0] + _WINDOW - now) + 1
                raise TooManyError(f"{self._act}太快了，请 {wait} 秒后再试")
            calls.append(now)
            while len(self._calls) > _MOST_NAMES:
                self._calls.popitem(last=False)


class OpenQuestions:
    """At most `most` questions of one name are answered at the same time. Threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def number(self) -> int:
        """Questions of all names that are open now."""
        with self._lock:
            return sum(self._open.values())

    @contextmanager
    def one(self, name: str) -> Iterator[None]:
        """Hold one question open. Raises TooManyError where too many are."""
        with self._lock:
            if self._open.get(name, 0) >= self._most:
                raise TooManyError("上一个问题还在回答，请等它完成或先停止")
            self._open[name] = self._open.get(name, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                self._open[name] -= 1
                if not self._open[name]:
                    del self._open[name]
