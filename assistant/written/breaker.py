"""A breaker: after some failures in a row nothing is tried for a while, then one try decides."""

import time
from threading import Lock

FAILURES = 3
SECONDS = 60.0
"""So a model that has recovered writes again within this time and the next question."""


class Breaker:
    """Open after `failures` in a row for `seconds`; shared by threads."""

    def __init__(self, failures: int = FAILURES, seconds: float = SECONDS) -> None:
        self._most = failures
        self._seconds = seconds
        self._failures = 0
        self._closed_again = 0.0
        self._lock = Lock()

    def allows(self) -> bool:
        """Whether to try now. After the pause one caller may; the others wait for what comes of it."""
        with self._lock:
            if self._failures < self._most:
                return True
            now = time.monotonic()
            if now < self._closed_again:
                return False
            self._closed_again = now + self._seconds
            return True

    def note(self, *, works: bool) -> None:
        """What came of a try."""
        with self._lock:
            self._failures = 0 if works else self._failures + 1
            self._closed_again = time.monotonic() + self._seconds
