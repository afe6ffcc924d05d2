"""uvicorn's HTTP protocol, with limits on sizes, times and connections before the app is called.

uvicorn accepts headers and URLs of any size, waits for them without limit, and accepts any number
of connections; httptools has no limits of its own.
"""

from asyncio import BaseTransport, TimerHandle
from collections import Counter
from functools import cache
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

import structlog
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.config import HttpSettings, load_settings
from app.core.errors import AppError, BadRequest
from app.core.http.heads import HeadTooLarge, HeadTooSlow, TooManyConnections, UrlTooLong
from app.core.http.middleware.deadline import ON_DISCONNECT
from app.core.http.middleware.trace import trace_id_of
from app.core.http.problems import problem_bytes

log = structlog.get_logger("app.request")

LONGEST_URL = 16 * 1024
MOST_HEADERS = 100


@cache
def _settings() -> HttpSettings:
    return load_settings().http


@cache
def _public_url() -> str:
    return load_settings().public_url


class BoundedProtocol(HttpToolsProtocol):
    """The protocol of one connection."""

    clients: ClassVar[Counter[str]] = Counter()
    """The open connections of this process by client address; those of proxies count as ""."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.limits = _settings()
        self._counted: str | None = None
        self._in_head = False
        self._head_bytes = 0
        self._refusal: AppError = BadRequest()
        self._head_timer: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # as asyncio has it
        if self._is_one_too_many():
            self._refuse(TooManyConnections())
        else:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_counting()
        super().connection_lost(exc)
        if self.cycle is not None and not self.cycle.response_complete:
            give_up = self.cycle.scope["state"].get(ON_DISCONNECT)
            if give_up is not None:
                give_up()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.limits.max_head_bytes:
                self._refuse(HeadTooLarge())
        if self._awaits_head():
            self._start_timer()

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > LONGEST_URL:
            self._give_up(UrlTooLong())

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.limits.max_head_bytes or len(self.headers) > MOST_HEADERS:
            self._give_up(HeadTooLarge())

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()
        self._in_head = False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_head:
            self._start_timer()

    def handle_websocket_upgrade(self) -> None:
        """Stop counting: another protocol owns the connection from here on."""
        self._stop_counting()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser refused as RFC 9457 says; uvicorn's own answer is plain text."""
        self._refuse(self._refusal)

    def _give_up(self, refusal: AppError) -> None:
        """Refuse inside a parser's callback: the error makes uvicorn call `send_400_response`."""
        self._refusal = refusal
        raise ValueError(refusal.title)

    def _awaits_head(self) -> bool:
        idle = self.cycle is None or self.cycle.response_complete
        return idle and self._counted is not None and not self.transport.is_closing()

    def _start_timer(self) -> None:
        if self._head_timer is None:
            seconds = self.limits.head_seconds
            self._head_timer = self.loop.call_later(seconds, self._time_is_over)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _time_is_over(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing() and not self._in_head:
            self.transport.close()  # no request has begun, so there is nothing to answer
        else:
            self._refuse(HeadTooSlow())

    def _refuse(self, refusal: AppError) -> None:
        if not self.transport.is_closing():
            self.transport.write(self._answer(refusal))
            self.transport.close()
        self._stop_timer()

    def _answer(self, refusal: AppError) -> bytes:
        """Return the response; a line in the log has its trace id."""
        headers = self.headers if self._in_head else []
        trace_id = trace_id_of(headers)
        log.info("request.refused", trace_id=trace_id, status=refusal.status, reason=refusal.slug)
        state = {"public_url": _public_url(), "trace_id": trace_id}
        scope = {"type": "http", "path": self._path(refusal), "headers": headers, "state": state}
        return _response(refusal, scope)

    def _path(self, refusal: AppError) -> str:
        """Return the path as far as it has arrived, and none of a URL that is too long."""
        url = b"" if isinstance(refusal, UrlTooLong) or not self._in_head else self.url
        return unquote_to_bytes(url.partition(b"?")[0]).decode("utf-8", "replace")

    def _is_one_too_many(self) -> bool:
        """Count this connection, and return True if it exceeds a limit."""
        self._counted = _client(self.client, self.config.forwarded_allow_ips)
        self.clients[self._counted] += 1
        most = self.limits.max_connections_per_client
        is_excess = self._counted != "" and self.clients[self._counted] > most
        return is_excess or len(self.connections) > self.limits.max_connections

    def _stop_counting(self) -> None:
        self._stop_timer()
        if self._counted is None:
            return
        self.clients[self._counted] -= 1
        if not self.clients[self._counted]:
            del self.clients[self._counted]
        self._counted = None


def _client(peer: tuple[str, int] | None, proxies: list[str] | str | None) -> str:
    """Return the client's address; empty for a trusted proxy, and for a Unix socket."""
    trusted = proxies.split(",") if isinstance(proxies, str) else (proxies or [])
    if peer is None or any(_is_in(peer[0], each.strip()) for each in trusted):
        return ""
    return peer[0]


def _is_in(address: str, trusted: str) -> bool:
    if trusted in ("*", address):
        return True
    try:
        return ip_address(address) in ip_network(trusted)
    except ValueError:
        return False


def _response(refusal: AppError, scope: Scope) -> bytes:
    headers, body = problem_bytes(refusal, scope)
    headers |= {"x-trace-id": scope["state"]["trace_id"], "connection": "close"}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    status = f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}"
    return "\r\n".join([status, *lines, "", ""]).encode("latin-1") + body
