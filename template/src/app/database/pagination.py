"""Keyset pagination: a page starts after the last row of the previous page, at any depth."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from app.kit.json_values import find_fault
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


def encode_sorted(sort: str, value: Any, last: UUID) -> str:
    """Return the cursor after a row of a list that is sorted by, for example, `-issued_on`."""
    text = json.dumps([sort, to_jsonable_python(value), str(last)], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_sorted(cursor: str, sort: str, kind: type[Any]) -> tuple[Any, UUID]:
    """Return the last row's value, of this type or None, and its id.

    Raises InvalidCursor, also for a cursor of another sort.
    """
    try:
        text = urlsafe_b64decode(cursor + "==")
        if find_fault(text):
            raise InvalidCursor
        name, value, row_id = json.loads(text)
        if name != sort:
            raise InvalidCursor
        adapter = _optional(kind)  # type: ignore[arg-type]  # a class can be hashed
        return adapter.validate_python(value), UUID(row_id)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidCursor from error


@cache
def _optional(kind: type[Any]) -> TypeAdapter[Any]:
    optional: Any = kind | None
    return TypeAdapter(optional)
