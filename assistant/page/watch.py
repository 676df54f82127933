"""The log of requests as the page keeps it: each question and how it ended, and each other act but reading."""

import logging
import secrets
import time
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.datatypes import Answer
from assistant.page.limits import RateLimit, TooManyError
from assistant.page.visitor import COOKIE, Visitor, known_visitor
from assistant.records import ASKED, RecordsError, Request, RequestLog

_PAUSE = 10.0
"""Seconds for which nothing is logged after a fault, so that not every question waits for a lock."""
_REFUSALS = 600
"""Refused requests that are logged a minute: nobody fills the disk with them."""
_GRADIO, _ELSEWHERE = "gradio", "elsewhere"
_log = logging.getLogger(__name__)


class Watch:
    """Puts requests into `log`; a fault is told to whoever runs the server and costs no answer."""

    def __init__(self, log: RequestLog) -> None:
        self._kept = log
        self._rested = 0.0
        self.refusals = RateLimit(_REFUSALS)

    @property
    def kept(self) -> RequestLog:
        """The log itself."""
        return self._kept

    def asked(
        self,
        id_: str,
        visitor: Visitor | None,
        address: str,
        outcome: str,
        seconds: float,
        answer: Answer | None,
    ) -> None:
        """Log a question that has ended; `answer` where it came to one."""
        cited = tuple(dict.fromkeys(c.document_id for c in answer.citations)) if answer else ()
        notices = len(answer.notices) if answer else 0
        self._add(id_, visitor, address, ASKED, outcome, seconds, notices, cited)

    def acted(
        self, id_: str, visitor: Visitor | None, address: str, act: str, code: int, seconds: float
    ) -> None:
        """Log another request: what was done, and the code it ended with."""
        self._add(id_, visitor, address, act, str(code), seconds)

    def _add(
        self,
        id_: str,
        visitor: Visitor | None,
        address: str,
        act: str,
        outcome: str,
        seconds: float,
        notices: int = 0,
        sources: tuple[str, ...] = (),
    ) -> None:
        if time.monotonic() < self._rested:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        beginning = visitor.beginning if visitor else None
        try:
            self._kept.add(
                Request(at, id_, beginning, address, act, outcome, round(seconds, 4), notices, sources)
            )
        except RecordsError as fault:
            self._rested = time.monotonic() + _PAUSE
            _log.warning("requests are not logged for %.0f s: %s", _PAUSE, fault)


def new_id() -> str:
    """Names a request whose answer has no record."""
    return secrets.token_hex(16)


class Watching:
    """ASGI middleware that logs who comes, who changes or takes away something, and who is refused.

    What of a path a visitor may have typed is not logged: it is told by the name of its route.
    """

    def __init__(self, app: ASGIApp, watch: Watch) -> None:
        self._app = app
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let every request through, and log it when it has ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        code = 500

        async def noticed(message: Message) -> None:
            nonlocal code
            if message["type"] == "http.response.start":
                code = message["status"]
            await send(message)

        method, path = scope["method"][:10], scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        try:
            await self._app(scope, receive, noticed)
        finally:
            act = _act(scope, method, path)
            if self._wanted(act, method, code):
                request = HttpRequest(scope)
                visitor = known_visitor(request.cookies.get(COOKIE))
                address = request.client.host if request.client else ""
                answer = scope.get("path_params", {}).get("answer")
                id_ = answer if isinstance(answer, str) and code < 400 else new_id()
                seconds = time.perf_counter() - begun
                await run_in_threadpool(self._watch.acted, id_, visitor, address, act, code, seconds)

    def _wanted(self, act: str, method: str, code: int) -> bool:
        if code >= 400:
            try:
                self._watch.refusals.count("")
            except TooManyError:
                return False
            return True
        return act == "GET /" or "export" in act or (method != "GET" and act != f"{method} {_GRADIO}")


def _act(scope: Scope, method: str, path: str) -> str:
    """What was done, in words of ours."""
    if path.startswith("/gradio_api/"):  # a question that was let through stands in the log already
        return f"{method} {_GRADIO}"
    if path == "/":
        return f"{method} /"
    route = getattr(scope.get("route"), "path", "")
    if route.startswith(("/page/", "/status")):
        return f"{method} {route}"
    return f"{method} {_ELSEWHERE}"
