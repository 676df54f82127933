"""The page served by `policy-assistant serve` in a process of its own; and what asks it without a browser."""

import json
import os
import socket
import subprocess
import sys
import time
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

    @property
    def memory(self) -> float:
        """Resident memory of the server in MB (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def close(self) -> None:
        """Stop serving."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


class Asker:
    """A visitor who speaks to the server as the page does."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)
        self.http.get("/")
        self._session = f"s{time.monotonic_ns()}"

    @property
    def token(self) -> str:
        """The visitor's token."""
        return self.http.cookies[COOKIE]

    def ask(self, question: str, conversation: str = "a" * 16, fn_index: int = 0) -> list[str]:
        """Every piece of HTML that the question brought, the last one whole. An error of the event raises."""
        data = [question, conversation, "", "群众", [], [], [], False]
        # A lone surrogate is sent as its escape, as a browser would.
        body = json.dumps({"data": data, "fn_index": fn_index, "session_hash": self._session})
        joined = self.http.post(
            "/gradio_api/queue/join", content=body, headers={"Content-Type": "application/json"}
        )
        joined.raise_for_status()
        pieces: list[str] = []
        with self.http.stream(
            "GET", "/gradio_api/queue/data", params={"session_hash": self._session}
        ) as stream:
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
