"""Keyset pagination: a page starts after the last row of the previous page, at any depth."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from app.kit.rows import Rows

Row = TypeVar("Row")


class InvalidCursor(Exception):
    """The cursor was not issued by this API."""


def encode_cursor(last: UUID) -> str:
    return urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> UUID:
    """Return the id of the last row. Raises InvalidCursor."""
    try:
        return UUID(bytes=urlsafe_b64decode(cursor + "=="))
    except ValueError as error:
        raise InvalidCursor from error


def cut_page(
    rows: Sequence[Row],
    limit: int,
    cursor_of: Callable[[Any], str] = lambda row: encode_cursor(row.id),
) -> Rows[Row]:
    """Make a page of rows, one more than `limit` of which was fetched if another page follows."""
    more = len(rows) > limit
    return Rows(rows[:limit], cursor_of(rows[limit - 1]) if more else None)
