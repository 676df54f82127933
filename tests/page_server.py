"""The page served by `policy-assistant serve` in a process of its own; and what asks it without a browser."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from assistant.page.visitor import COOKIE

_PATIENCE = 90.0


class PageServer:
    """A server over `store` that keeps what it keeps in `folder`; `settings` are those of the product, in capitals."""

    def __init__(self, store: Path, folder: Path, root_path: str = "", **settings: str) -> None:
        self.store = store
        self.records = folder / "records"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        own = {"STORE": store, "RECORDS": self.records, "THREADS": folder / "threads.sqlite", **settings}
        environment = {
            **os.environ,
            **{f"POLICY_ASSISTANT_{name}": str(value) for name, value in own.items()},
        }
        command = ["serve", "--store", str(store), "--port", str(port), "--root-path", root_path]
        self._log = (folder / "log.txt").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from assistant.cli import main; main()", *command],
            cwd=Path(__file__).parent.parent,
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise AssertionError((folder / "log.txt").read_text("utf-8"))
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health").status_code == 200
        except httpx.TransportError:
            return False

    def close(self) -> None:
        """Stop serving."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


@contextmanager
def proxied(url: str, prefix: str) -> Iterator[str]:
    """A reverse proxy that serves `url` below `prefix`, which it takes off; gives its address with the prefix."""

    class Handler(BaseHTTPRequestHandler):
        def forward(self) -> None:
            if not self.path.startswith(prefix):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            address = url + (self.path.removeprefix(prefix) or "/")
            with httpx.stream(self.command, address, headers=headers, content=body, timeout=60) as reply:
                self.send_response(reply.status_code)
                for name, value in reply.headers.multi_items():
                    if name not in ("connection", "transfer-encoding"):
                        self.send_header(name, value)
                self.end_headers()
                for chunk in reply.iter_raw():
                    self.wfile.write(chunk)

        do_GET = do_POST = do_PUT = do_DELETE = forward

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Asker:
    """A visitor who speaks to the server as the page does."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)
        self.http.get("/")

    @property
    def token(self) -> str:
        """The visitor's token."""
        return self.http.cookies[COOKIE]

    def ask(self, question: str, conversation: str = "a" * 16, fn_index: int = 0) -> list[str]:
        """Every piece of HTML that the question brought, the last one whole. An error of the event raises."""
        session = f"s{time.monotonic_ns()}"
        data = [question, conversation, "", "群众", [], [], [], False]
        joined = self.http.post(
            "/gradio_api/queue/join", json={"data": data, "fn_index": fn_index, "session_hash": session}
        )
        joined.raise_for_status()
        pieces: list[str] = []
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if message.get("msg") in ("process_generating", "process_completed"):
                    if not message["success"]:
                        raise AssertionError(message)
                    pieces += [piece for piece in message["output"]["data"] if isinstance(piece, str)]
                if message.get("msg") == "process_completed":
                    break
        return pieces

    def close(self) -> None:
        """Go."""
        self.http.close()
