"""Who still listens: a question whose page is closed, or that was stopped, is not answered to its end.

gradio notices that a listener has gone when the next piece comes; a model that thinks, or writes what is not shown yet,
would go on until then.
"""

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

_STREAM = "/gradio_api/queue/data"
_GRACE = 1.0
"""Seconds after which a listener has gone: a page that asks again opens its next stream before that."""


class Presence:
    """The streams that are open, by gradio's name of the page they belong to; the questions that are answered, by that
    name and by their conversation."""

    def __init__(self) -> None:
        self._streams: Counter[str] = Counter()
        self._questions: defaultdict[str, set[threading.Event]] = defaultdict(set)
        self._lock = threading.Lock()

    @contextmanager
    def question(self, session: str, thread: str) -> Iterator[Callable[[], bool]]:
        """Answer a question of that page and conversation; gives what tells whether nobody waits for it any more."""
        gone = threading.Event()
        with self._lock:
            for name in (session, thread):
                self._questions[name].add(gone)
        try:
            yield gone.is_set
        finally:
            with self._lock:
                for name in (session, thread):
                    self._questions[name].discard(gone)
                    if not self._questions[name]:
                        del self._questions[name]

    def stop(self, thread: str) -> None:
        """Give up the questions of that conversation."""
        with self._lock:
            self._give_up(thread)

    def came(self, session: str) -> None:
        """A stream of that page was opened."""
        with self._lock:
            self._streams[session] += 1

    def went(self, session: str) -> None:
        """A stream of that page was closed."""
        with self._lock:
            self._streams[session] -= 1
            if not self._streams[session]:
                del self._streams[session]

    def leave(self, session: str) -> None:
        """Give up the questions of that page, if it listens no more."""
        with self._lock:
            if session not in self._streams:
                self._give_up(session)

    def _give_up(self, name: str) -> None:
        for gone in self._questions.get(name, ()):
            gone.set()


class Attending:
    """ASGI middleware that tells `presence` which streams are open."""

    def __init__(self, app: ASGIApp, presence: Presence) -> None:
        self._app = app
        self._presence = presence
        self._leaving: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let every request through."""
        path = scope["path"].removeprefix(scope.get("root_path", "")) if scope["type"] == "http" else ""
        if path.rstrip("/") != _STREAM:
            await self._app(scope, receive, send)
            return
        session = Request(scope).query_params.get("session_hash", "")
        self._presence.came(session)
        try:
            await self._app(scope, receive, send)
        finally:
            self._presence.went(session)
            task = asyncio.get_running_loop().create_task(self._left(session))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _left(self, session: str) -> None:
        await asyncio.sleep(_GRACE)
        self._presence.leave(session)
