"""Versions of rows: `ETag` out, `If-Match` and `If-None-Match` in (RFC 9110, section 13)."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from sqlalchemy import select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import PreconditionFailed

if TYPE_CHECKING:
    from app.core.unit_of_work import UnitOfWork

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SAFE = ("GET", "HEAD")
ASK_AGAIN = [(b"cache-control", b"private, no-cache"), (b"vary", b"authorization, cookie")]
"""A browser may keep it for its user, and asks each time whether it is still the version."""


class Versioned(Protocol):
    """Any row with the mixins UUIDMixin and TimestampMixin."""

    @property
    def id(self) -> UUID: ...

    @property
    def updated_at(self) -> datetime: ...


def etag_of(row: Versioned) -> str:
    return _etag(row.updated_at)


async def check_version(work: "UnitOfWork", row: Versioned) -> None:
    """Locks the row if the request says which version it expects. Raises PreconditionFailed."""
    expected = work.origin.header(b"if-match") if work.origin else None
    if expected is None:
        return
    model: Any = type(row)
    current = await work.session.scalar(
        select(model.updated_at).where(model.id == row.id).with_for_update()
    )
    if current is None or not _names(expected, _etag(current)):
        raise PreconditionFailed


class EtagMiddleware:
    """Inside the transaction: the row that the work answers with has its last version by then."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        work: UnitOfWork = scope["state"]["work"]
        unchanged = False

        async def send_version(message: Message) -> None:
            nonlocal unchanged
            if message["type"] == "http.response.start" and work.tagged is not None:
                unchanged = _add_version(message, work, etag_of(work.tagged), scope["method"])
            if unchanged and message["type"] == "http.response.body":
                message = {"type": "http.response.body"}
            await send(message)

        await self.app(scope, receive, send_version)


def _add_version(message: Message, work: "UnitOfWork", etag: str, method: str) -> bool:
    """True if the client has this version already: then the answer is 304, without a body."""
    if message["status"] not in (200, 201):
        return False
    headers = [*message["headers"], (b"etag", etag.encode()), *ASK_AGAIN]
    known = work.origin.header(b"if-none-match") if work.origin else None
    unchanged = known is not None and method in SAFE and _names(known, etag)
    if unchanged:
        message["status"] = 304
        headers = [each for each in headers if not each[0].startswith(b"content-")]
    message["headers"] = headers
    return unchanged


def _names(header: str, etag: str) -> bool:
    """A proxy that compresses makes a weak tag of ours; it names the same version still."""
    tags = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in tags or etag in tags


def _etag(updated_at: datetime) -> str:
    return f'"{(updated_at - EPOCH) // timedelta(microseconds=1):x}"'
