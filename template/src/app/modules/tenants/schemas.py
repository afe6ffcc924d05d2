from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import EmailStr, StringConstraints

from app.kit.schemas import Schema

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
RoleName = Literal["viewer", "member", "admin", "owner"]


class TenantRead(Schema):
    id: UUID
    name: str
    suspended_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TenantChange(Schema):
    name: Name


class MemberChange(Schema):
    role: RoleName


class InvitationCreate(Schema):
    email: EmailStr
    role: RoleName = "member"


class InvitationRead(Schema):
    id: UUID
    email: str
    role: str
    expires_at: datetime
    created_at: datetime


class InvitationIssued(InvitationRead):
    """The only time the token is shown: send it to the person who was invited."""

    token: str
