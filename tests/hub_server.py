"""A hub on loopback with the few addresses that a download asks for."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

REVISION = "0123456789abcdef0123456789abcdef01234567"
_LARGE = (".safetensors", ".bin")


@dataclass
class Hub:
    """What the hub serves under every repository's name, and how it misbehaves."""

    folder: Path
    cut_after: int | None = None
    """Bytes of a large file after which each answer ends; None for the whole file."""
    digests: dict[str, str] = field(default_factory=dict)
    """Digests told instead of the true ones, by file."""
    ranges: list[tuple[str, int]] = field(default_factory=list)
    """The large files asked for, each with the byte it was asked from."""
    endpoint: str = ""


@contextmanager
def serving(folder: Path) -> Iterator[Hub]:
    """A hub with the files of `folder`, as long as the block runs."""
    hub = Hub(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if re.fullmatch(r"/api/models/BAAI/[\w.-]+(\?.*)?", self.path):
                self._send(200, json.dumps(_info(hub)).encode())
            elif (named := re.fullmatch(rf"/BAAI/[\w.-]+/resolve/{REVISION}/([\w.-]+)", self.path)) and (
                hub.folder / named[1]
            ).is_file():
                self._send_file(hub.folder / named[1])
            else:
                self._send(404, b"")

        def _send_file(self, path: Path) -> None:
            content = path.read_bytes()
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
            if path.suffix in _LARGE:
                hub.ranges.append((path.name, start))
                self._send(206, content[start:], cut=hub.cut_after)
            else:
                self._send(200, content)  # as a server that knows no ranges

        def _send(self, status: int, content: bytes, cut: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:cut])

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _info(hub: Hub) -> dict[str, object]:
    return {
        "id": "BAAI/any",
        "sha": REVISION,
        "siblings": [_sibling(hub, path) for path in hub.folder.iterdir()],
    }


def _sibling(hub: Hub, path: Path) -> dict[str, object]:
    content = path.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    told = {"rfilename": path.name, "size": len(content), "blobId": hub.digests.get(path.name, blob)}
    if path.suffix not in _LARGE:
        return told
    sha256 = hub.digests.get(path.name, hashlib.sha256(content).hexdigest())
    return {**told, "lfs": {"sha256": sha256, "size": len(content), "pointerSize": 130}}
