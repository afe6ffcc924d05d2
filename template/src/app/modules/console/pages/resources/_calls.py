"""Calls a route of the API in the unit of work of a page: as the same person, at the same time."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Request
from starlette.types import Message, Receive, Scope, Send

from app.core.errors import AppError
from app.core.etags import etag_of
from app.core.http.middleware import RateLimitMiddleware
from app.core.http.problems import problem_response
from app.core.origin import Origin
from app.core.unit_of_work import UnitOfWork

from ._find import Action

OUTDATED = ("outdated", "precondition-failed")


@dataclass(frozen=True)
class Answer:
    """What the route sent: JSON, or a problem. `version` is that of the row."""

    status: int
    data: Any
    version: str = ""

    @property
    def is_ok(self) -> bool:
        return self.status < 400

    @property
    def slug(self) -> str:
        """The problem's kind, such as `invoice-number-taken`."""
        return "" if self.is_ok else str(self.data["type"]).rpartition("/")[2]

    @property
    def is_outdated(self) -> bool:
        return self.slug in OUTDATED

    def check(self) -> "Answer":
        """Return the answer. Raises Refused if it is a problem."""
        if not self.is_ok:
            raise Refused(self)
        return self


class Refused(AppError):
    """The API refused what a page asked for; the page says why."""

    slug = "console-refused"
    title = "Refused"

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.data["detail"])
        self.status = answer.status
        self.shown_title = answer.data["title"]


async def call(
    request: Request,
    action: Action,
    *,
    row_id: UUID | str | None = None,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    file: AsyncIterator[bytes] | None = None,
    kind: str = "application/json",
    version: str = "",
) -> Answer:
    """Call the route. With a version, a row that has another one now is not changed.

    `file` is sent in place of a body in JSON, as what `kind` says.

    The service checks it if it calls `check_if_match`, and the repository in any case.
    """
    work: UnitOfWork = request.state.work
    content = file or whole(orjson.dumps(body) if body is not None else b"")
    sends = file is not None or body is not None
    scope = _scope(request.scope, action, row_id, query or {}, kind.encode() if sends else b"")
    origin = work.origin
    if version and isinstance(row_id, UUID):
        _expect(work, row_id, version)
    try:
        if action.guard:
            work.require_guard(action.guard)
        sent = await _send(scope, content, work)
    except Exception as error:
        sent = _Collected()
        await problem_response(scope, error)(scope, _nothing, sent)
    finally:
        work.origin = origin
    tagged, work.etag_row = work.etag_row, None
    data = orjson.loads(sent.body) if sent.body else None
    return Answer(sent.status, data, _version(data, etag_of(tagged) if tagged else ""))


async def whole(content: bytes) -> AsyncGenerator[bytes, None]:
    """Yield a body that is here already."""
    yield content


async def _send(scope: Scope, body: AsyncIterator[bytes], work: UnitOfWork) -> "_Collected":
    """Send the request through the limits that routes are marked with, into the route."""

    async def receive() -> Message:
        piece = await anext(body, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    sent = _Collected()
    await _limiter(scope, work)(scope, receive, sent)
    return sent


def _limiter(scope: Scope, work: UnitOfWork) -> RateLimitMiddleware:
    """Return what counts `@limited` routes; all other limits have counted the page already."""
    state = scope["app"].state
    if not hasattr(state, "console_limiter"):
        off = {"person": None, "tenant": None, "address": None}
        settings = work.runtime.settings.limits.model_copy(update=off)
        state.console_limiter = RateLimitMiddleware(
            _route, buckets=work.runtime.buckets, settings=settings
        )
    limiter: RateLimitMiddleware = state.console_limiter
    return limiter


async def _route(scope: Scope, receive: Receive, send: Send) -> None:
    await scope["route"].handle(scope, receive, send)


def _scope(
    outer: Scope,
    action: Action,
    row_id: UUID | str | None,
    query: Mapping[str, str],
    kind: bytes,
) -> Scope:
    names = action.route.param_convertors
    parameters = dict.fromkeys(names, str(row_id))
    path = action.route.path_format.format(**parameters)
    [method] = list(action.route.methods or ())[:1]
    kept = [(name, value) for name, value in outer["headers"] if not name.startswith(b"content-")]
    kinds = [(b"content-type", kind)] if kind else []
    return {
        **outer,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": urlencode(query).encode(),
        "headers": [*kept, *kinds],
        "path_params": parameters,
        "route": action.route,
        "endpoint": action.route.endpoint,
    }


def _expect(work: UnitOfWork, row_id: UUID, version: str) -> None:
    etag = version
    if (updated_at := _moment(version)) is not None:
        work.session.expected[row_id] = updated_at
        etag = etag_of(SimpleNamespace(id=row_id, updated_at=updated_at))
    if etag.startswith('"'):
        client, headers = (work.origin.client, work.origin.headers) if work.origin else (None, [])
        work.origin = Origin(client, [*headers, (b"if-match", etag.encode())])


def _moment(version: str) -> datetime | None:
    try:
        return datetime.fromisoformat(version)
    except ValueError:
        return None


def _version(data: Any, etag: str) -> str:
    """Return the row's `updated_at`, its tag, or else a digest of what may be read of it."""
    if not isinstance(data, dict):
        return ""
    return str(data.get("updated_at") or etag or sha256(orjson.dumps(data)).hexdigest())


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


class _Collected:
    """Collects a response, in place of a server."""

    def __init__(self) -> None:
        self.status = 500
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")
