from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import EmailStr, Field, StringConstraints

from app.kit.currencies import Currency
from app.kit.languages import LanguageTag
from app.kit.schemas import Schema, omittable
from app.kit.slugs import Slug
from app.kit.texts import Name

RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
ZoneName = Annotated[str, StringConstraints(max_length=64)]
PermissionName = Annotated[str, StringConstraints(max_length=120)]


class TenantRead(Schema):
    id: UUID
    name: str
    slug: str
    time_zone: str
    language: str
    currency: str
    suspended_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TenantCreate(Schema):
    name: Name
    owner_email: EmailStr


class TenantChange(Schema):
    """Fields that are left out stay as they are."""

    name: Name = omittable()
    slug: Slug = omittable()
    time_zone: ZoneName = omittable()
    language: LanguageTag = omittable()
    currency: Currency = omittable()


class MemberChange(Schema):
    role: RoleName = Field(examples=["member"])


class InvitationCreate(Schema):
    email: EmailStr
    role: RoleName = Field(default="member", examples=["member"])


class InvitationRead(Schema):
    id: UUID
    email: str
    role: str
    invited_by: UUID | None
    expires_at: datetime
    created_at: datetime


class InvitationIssued(InvitationRead):
    """The token is shown only here. Send it to the person you invite."""

    token: str


class RoleCreate(Schema):
    name: RoleName
    permissions: Annotated[list[PermissionName], Field(max_length=500)]


class RoleChange(Schema):
    permissions: Annotated[list[PermissionName], Field(max_length=500)]


class RoleRead(Schema):
    id: UUID
    name: str
    permissions: list[str]
    created_at: datetime
    updated_at: datetime
