"""A receiver of webhooks that answers each with 204 and notes when it came."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Received:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self.at: list[float] = []

    def wait_for(self, number: int, seconds: float = 300) -> None:
        """Raises TimeoutError."""
        ends = time.monotonic() + seconds
        while len(self.at) < number:
            if time.monotonic() > ends:
                raise TimeoutError(f"{len(self.at)} of {number} webhooks came")
            time.sleep(0.05)

    @property
    def per_second(self) -> float:
        return (len(self.at) - 1) / (self.at[-1] - self.at[0])


@contextmanager
def receiving() -> Iterator[Received]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            received.at.append(time.perf_counter())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received = Received(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()
