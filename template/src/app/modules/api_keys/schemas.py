from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.kit.numbers import JsonNumber
from app.kit.schemas import Schema
from app.kit.texts import Name

PermissionName = Annotated[str, StringConstraints(max_length=120)]


class ApiKeyCreate(Schema):
    """The key is valid until it is revoked if `expires_in_days` is left out."""

    name: Name
    permissions: Annotated[list[PermissionName], Field(min_length=1, max_length=500)]
    expires_in_days: Annotated[int, Field(ge=1, le=3650), JsonNumber] | None = None


class ApiKeyRead(Schema):
    """`permissions_now` are the key's permissions that its maker still has.

    `without-maker`: the maker is suspended or no longer a member, and the key is refused.
    """

    id: UUID
    name: str
    hint: str
    permissions: list[str]
    permissions_now: list[str]
    state: Literal["usable", "expired", "without-maker"]
    created_by: UUID | None
    parent_id: UUID | None
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime


class ApiKeyIssued(ApiKeyRead):
    """The key is shown only here."""

    key: str
