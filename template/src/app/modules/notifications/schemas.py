from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StrictBool, StringConstraints

from app.kit.schemas import Schema

Kind = Annotated[str, StringConstraints(max_length=120, pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")]


class NotificationRead(Schema):
    id: UUID
    kind: str
    title: str
    body: str
    link: str | None
    read_at: datetime | None
    created_at: datetime


class UnreadCount(Schema):
    unread: int


class PreferenceChange(Schema):
    in_app: StrictBool
    by_email: StrictBool


class PreferenceRead(Schema):
    """A kind without a preference is sent both ways."""

    kind: str
    in_app: bool
    by_email: bool
