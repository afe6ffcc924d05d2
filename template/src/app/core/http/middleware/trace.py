"""Outermost middleware: a trace id, a log line and an error response for each request."""

import asyncio
import re
from collections.abc import Iterable
from random import getrandbits
from time import perf_counter
from urllib.parse import quote

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from app.core.http.heads import ShuttingDown
from app.core.http.problems import close_websocket, problem_response
from app.core.observability.log_context import log_context
from app.core.origin import header

log = structlog.get_logger("app.request")

TRACE_HEADER = b"x-trace-id"
TRACEPARENT = re.compile(
    r"(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)
QUIET = "/health/"


class TraceMiddleware:
    """`shows_paths` logs the paths of requests that no route serves, for development."""

    def __init__(self, app: ASGIApp, *, shows_paths: bool = False) -> None:
        self.app = app
        self.shows_paths = shows_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        trace_id = state["trace_id"] = state.get("trace_id") or trace_id_of(scope["headers"])
        with log_context(trace_id=trace_id, tenant_id=None, user_id=None):
            cycle = RequestCycle(self.app, scope, receive, send, shows_paths=self.shows_paths)
            await cycle.run()


class RequestCycle:
    """One request and its response."""

    def __init__(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, *, shows_paths: bool
    ) -> None:
        self.app = app
        self.scope = scope
        self.receive = receive
        self.send = send
        self.shows_paths = shows_paths
        self.status: int | None = None
        self.started = perf_counter()

    async def run(self) -> None:
        try:
            await self.app(self.scope, self.receive, self.watch)
        except Exception as error:
            await self.handle_error(error)
        except asyncio.CancelledError:
            await self.send_shutdown()
            raise
        finally:
            self.write_line()

    async def watch(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            trace_id: str = self.scope["state"]["trace_id"]
            message["headers"] = [*message["headers"], (TRACE_HEADER, trace_id.encode())]
        await self.send(message)

    async def handle_error(self, error: Exception) -> None:
        """Send a problem response; Starlette's ServerErrorMiddleware would send plain text.

        A response that has already started is cut off by the server.
        """
        if self.scope["type"] == "websocket":
            await close_websocket(WebSocket(self.scope, self.receive, self.send), error)
        elif self.status is None:
            await problem_response(self.scope, error)(self.scope, self.receive, self.watch)
        else:
            log.error("response broke off", error=type(error).__name__, exc_info=error)

    async def send_shutdown(self) -> None:
        """Send a problem response on shutdown: the server cancels late requests with plain text."""
        if self.scope["type"] == "http" and self.status is None:
            response = problem_response(self.scope, ShuttingDown())
            await response(self.scope, self.receive, self.watch)

    def write_line(self) -> None:
        """Write the request's log line, with the route's template: the path may contain a token."""
        path = self.scope["path"]
        write = log.debug if path.startswith(QUIET) else log.info
        route = route_template(self.scope)
        if route is None and self.shows_paths:
            route = quote(path)
        write(
            "request",
            method=self.scope.get("method", "WEBSOCKET"),
            route=route,
            status=self.status,
            duration_ms=round((perf_counter() - self.started) * 1000, 2),
        )


def trace_id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the trace id of the W3C traceparent header, or a new one.

    https://www.w3.org/TR/trace-context/
    """
    sent = header(headers, b"traceparent")
    known = TRACEPARENT.fullmatch(sent) if sent else None
    return known[1] if known else f"{getrandbits(128):032x}"


def route_template(scope: Scope) -> str | None:
    """Return the route's full template, which FastAPI stores in its own part of the scope."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(included or scope.get("route"), "path_format", None)
