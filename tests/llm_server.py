"""A chat model on loopback that speaks the OpenAI protocol, streamed or not, and does what a test's script says."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

_MARKED = re.compile(r"(◆\w+◆) 第(\d+)段\n(.*?)\n(.*?)\n\1 完", re.DOTALL)
_ASKED = re.compile(r"(◆\w+◆) 问题\n(.*)\n\1 完", re.DOTALL)


@dataclass(frozen=True)
class Request:
    """What was sent: the body, the headers, and what a model reads in it."""

    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def text(self) -> str:
        """All messages, one after the other."""
        return "\n".join(message["content"] for message in self.body["messages"])

    @property
    def passages(self) -> dict[int, str]:
        """The passages by their numbers."""
        return {int(found[2]): found[4] for found in _MARKED.finditer(self.text)}

    @property
    def question(self) -> str:
        """The question."""
        found = _ASKED.search(self.text)
        assert found
        return found[2]


@dataclass(frozen=True)
class Reply:
    """One answer of the server. The seconds are those of the pauses."""

    text: str = ""
    finish: str | None = "stop"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    """Sent as it is, in place of the text."""
    first: float = 0.0
    between: float = 0.0
    piece: int = 8
    """Characters of a piece; a Chinese token has one or two."""
    cut_after: int | None = None
    """Pieces after which the connection breaks, at the latest behind the last one."""
    error_after: int | None = None
    """Pieces after which an error event comes."""
    thinking: str = ""
    """Streamed before the text, as the content that models which think have besides."""


Script = Callable[[Request], Reply]


@dataclass
class Llm:
    """The server: its address, its script, and what it was asked."""

    script: Script
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    pieces: int = 0
    """Pieces that were streamed, of all answers."""
    closing: Event = field(default_factory=Event)

    def pause(self, seconds: float) -> None:
        """Sleep, or less where the test is over."""
        if seconds:
            self.closing.wait(seconds)


@contextmanager
def serving(script: Script) -> Iterator[Llm]:
    """A server on a free port of loopback, as long as the block runs."""
    llm = Llm(script)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"llm": llm}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    llm.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield llm
    finally:
        llm.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    llm: Llm

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = Request(body, {name.lower(): value for name, value in self.headers.items()})
        self.llm.requests.append(request)
        reply = self.llm.script(request)
        self.llm.pause(reply.first)
        self.close_connection = True
        with suppress(ConnectionError):  # the client may have given up
            if reply.status != 200 or reply.body is not None:
                self._send(reply.status, (reply.body or "").encode(), reply.headers)
            elif body.get("stream"):
                self._stream(reply)
            else:
                self._send(200, json.dumps(_whole(reply)).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, delta in enumerate(_deltas(reply)):
            if number == reply.cut_after:
                return
            if number == reply.error_after:
                self._event({"error": {"message": "内部错误 sk-secret", "type": "server_error"}})
                return
            self.llm.pause(reply.between if number else 0.0)
            self._event(_chunk(delta, None))
            self.llm.pieces += 1
        if reply.cut_after is not None:
            return
        if reply.finish:
            self._event(_chunk({}, reply.finish))
        self._line("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, value: dict[str, Any]) -> None:
        self._line(f"data: {json.dumps(value, ensure_ascii=False)}\n\n")

    def _line(self, line: str) -> None:
        data = line.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


def queued(*replies: Reply) -> Script:
    """These replies one after the other, then the last one for good."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def written(*statements: tuple[str, *tuple[tuple[int, str], ...]], answers: str = "fully") -> str:
    """What a model that keeps to the rules returns: each statement a text and its (passage, words)."""
    lines: list[dict[str, Any]] = [{"answers": answers}]
    for text, *quotes in statements:
        lines.append({"text": text, "quotes": [{"passage": n, "words": words} for n, words in quotes]})
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)


def _deltas(reply: Reply) -> Iterator[dict[str, str]]:
    yield {"role": "assistant", "content": ""}
    for start in range(0, len(reply.thinking), reply.piece):
        yield {"reasoning_content": reply.thinking[start : start + reply.piece]}
    for start in range(0, len(reply.text), reply.piece):
        yield {"content": reply.text[start : start + reply.piece]}


def _chunk(delta: dict[str, str], finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**_HEAD, "object": "chat.completion.chunk", "choices": [choice]}


def _whole(reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text}
    choice = {"index": 0, "message": message, "finish_reason": reply.finish}
    return {**_HEAD, "object": "chat.completion", "choices": [choice]}


_HEAD = {"id": "chatcmpl-1", "created": int(time.time()), "model": "stub"}
