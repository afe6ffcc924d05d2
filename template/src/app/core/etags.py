"""Row versions as ETags: `ETag`, `If-Match` and `If-None-Match` (RFC 9110, section 13)."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.core.errors import PreconditionFailed
from app.core.work import Work
from app.database.compiled.versions import lock_version

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Versioned(Protocol):
    """Any row with the mixins UUIDMixin and TimestampMixin."""

    @property
    def id(self) -> UUID: ...

    @property
    def updated_at(self) -> datetime: ...


def etag_of(row: Versioned) -> str:
    return _etag(row.updated_at)


async def check_version(work: Work, row: Versioned) -> None:
    """Check `If-Match`, and lock the row if it was sent. Raises PreconditionFailed."""
    expected = work.origin.header(b"if-match") if work.origin else None
    if expected is None:
        return
    current = await lock_version(work.session, row)
    if current is None or not names_version(expected, _etag(current)):
        raise PreconditionFailed


def names_version(header: str, etag: str) -> bool:
    """True if the header names the version. Weak tags count: compressing proxies weaken ours."""
    tags = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in tags or etag in tags


def _etag(updated_at: datetime) -> str:
    return f'"{(updated_at - EPOCH) // timedelta(microseconds=1):x}"'
