"""Identifiers that sort by creation time."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a UUID of version 7 (RFC 9562): later ids sort after earlier ones."""
    return uuid7()
