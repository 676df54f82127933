"""A reverse proxy in front of the page, as an office may have one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


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
