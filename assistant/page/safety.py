"""What stands before every request and every reply of the page: size, allowed paths, the visitor's token, headers."""

import re
from base64 import b64encode
from collections.abc import MutableMapping
from hashlib import sha256
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.page.visitor import COOKIE, known_visitor, new_visitor

_LARGEST = 64 * 1024
"""Bytes of a request: a question of 1,000 characters is 6 KB as JSON."""
_KEPT = 180 * 24 * 3600  # seconds for which a browser keeps the token
_ALLOWED = re.compile(
    r"/(?:$|health$|status(?:\.json)?$|page/|assets/|static/|theme\.css$|favicon\.ico$|manifest\.json$|config/?$"
    r"|gradio_api/(?:queue/(?:join|data)/?$|cancel$|reset/?$|heartbeat/|startup-events$|info/?$|app_id/?$|theme\.css$))"
)
"""What the page needs. All else that gradio offers, such as uploads, files, proxies and monitoring, is not there."""
_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_FOREIGN = re.compile(rb"<meta\s[^>]*(?:og|twitter):[^>]*>")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class TooLargeError(Exception):
    """The request is larger than any the page makes."""


class Safety:
    """ASGI middleware around the whole page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through that the page may make, and its reply with the headers of the page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        reply = _Reply(send, request, is_page=path == "/")
        if not _ALLOWED.match(path):
            await PlainTextResponse("没有这个页面", 404)(scope, receive, reply.send)
        elif int(request.headers.get("content-length") or 0) > _LARGEST:
            await PlainTextResponse("内容太长", 413)(scope, receive, reply.send)
        else:
            if path == "/":  # its scripts are read below
                MutableHeaders(scope=scope)["accept-encoding"] = "identity"
            try:
                await self._app(scope, _measured(receive), reply.send)
            except TooLargeError:
                await PlainTextResponse("内容太长", 413)(scope, receive, reply.send)


def _measured(receive: Receive) -> Receive:
    """The request, as long as it is no larger than allowed, whatever it says of itself."""
    taken = 0

    async def measured() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > _LARGEST:
            raise TooLargeError
        return message

    return measured


class _Reply:
    """A reply on its way out. That of the page itself is held until its scripts are known."""

    def __init__(self, send: Send, request: Request, *, is_page: bool) -> None:
        self._send = send
        self._request = request
        self._is_page = is_page
        self._start: MutableMapping[str, Any] = {}
        self._body = b""

    async def send(self, message: Message) -> None:
        """Pass `message` on, with headers."""
        if message["type"] == "http.response.start":
            self._start = message
            if not self._is_page:
                self._set_headers(b"")
                await self._send(message)
        elif self._is_page and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_page(message)
        else:
            await self._send(message)

    async def _send_page(self, last: Message) -> None:
        body = _FOREIGN.sub(b"", self._body.replace(b'lang="en"', b'lang="zh-CN"', 1))
        headers = self._set_headers(body)
        if self._request.method == "GET":
            headers["content-length"] = str(len(body))
        headers["cache-control"] = "no-store"
        token = self._request.cookies.get(COOKIE)
        visitor = known_visitor(token) or new_visitor()  # a known one is kept for another while
        secure = "; Secure" if self._request.url.scheme == "https" else ""
        place = self._request.scope.get("root_path") or "/"
        headers.append(
            "set-cookie",
            f"{COOKIE}={visitor.token}; Path={place}; Max-Age={_KEPT}; HttpOnly; SameSite=Strict{secure}",
        )
        await self._send(self._start)
        await self._send({**last, "body": body})

    def _set_headers(self, page: bytes) -> MutableHeaders:
        headers = MutableHeaders(scope=self._start)
        for name, value in _HEADERS.items():
            headers[name] = value
        headers["Content-Security-Policy"] = content_policy(page)
        return headers


def content_policy(page: bytes) -> str:
    """The Content-Security-Policy of `page`: nothing from elsewhere, no inline script but those it came with.

    gradio compiles its templates in the browser, which needs 'unsafe-eval', and sets styles on elements.
    """
    hashes = " ".join(f"'sha256-{b64encode(sha256(s).digest()).decode()}'" for s in _INLINE.findall(page))
    return (
        f"default-src 'none'; script-src 'self' 'unsafe-eval' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
    )
