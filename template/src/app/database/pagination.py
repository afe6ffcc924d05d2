"""Keyset pagination: a page starts after the last row of the previous page, at any depth."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID


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
