"""Keyset pagination: a page starts behind the last row of the page before, however deep it is."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID


class InvalidCursor(Exception):
    """The cursor was not made by this API."""


def encode_cursor(last: UUID) -> str:
    return urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> UUID:
    """Raises InvalidCursor."""
    try:
        return UUID(bytes=urlsafe_b64decode(cursor + "=="))
    except ValueError as error:
        raise InvalidCursor from error
