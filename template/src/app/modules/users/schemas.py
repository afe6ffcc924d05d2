from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, SecretStr, StringConstraints
from pydantic import Field as PydanticField

from app.kit.schemas import Schema
from app.kit.texts import Name

Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Secret = Annotated[SecretStr, PydanticField(max_length=256)]
Password = Annotated[SecretStr, PydanticField(min_length=8, max_length=256)]
Token = Annotated[str, StringConstraints(max_length=2000)]


class LogInForm(BaseModel):
    """As RFC 6749 (4.3.2) has it; other fields that a client may send are ignored."""

    model_config = ConfigDict(title="LogInForm")

    username: Annotated[str, StringConstraints(max_length=320)]
    password: Secret
    grant_type: Literal["password"] = "password"


class Registration(Schema):
    email: EmailStr
    password: Password
    full_name: Name
    tenant_name: Name


class InvitationAcceptance(Schema):
    """For a new user, or with the password of an existing one."""

    token: Token
    email: EmailStr
    password: Password
    full_name: Name


class TokenRead(Schema):
    """As RFC 6749 has it; `expires_in` counts seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - no password
    expires_in: int
    refresh_token: str


class AccessRead(Schema):
    """No new log-in, so no refresh token: this access token ends when the one that asked does.

    Send the refresh token along to stay in the other tenant.
    """

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - no password
    expires_in: int


class CookiesSet(Schema):
    """The tokens are in cookies; the access token lives `expires_in` seconds."""

    expires_in: int


class ChallengeRead(Schema):
    """The password was right: send the challenge with a code within `expires_in` seconds."""

    challenge: str
    expires_in: int


class ChallengeAnswer(Schema):
    """`code` is one that the device shows, or a recovery code."""

    challenge: Token
    code: Code


class ProviderList(Schema):
    """Each with a log-in page at `/api/v1/auth/oidc/<name>`."""

    providers: list[str]


class Joining(Schema):
    """With the refresh token, or its cookie, the log-in is in the other tenant from now on."""

    token: Token
    refresh_token: Token | None = None


class PasswordProof(Schema):
    password: Secret


class CodeProof(Schema):
    code: Code


class FullProof(Schema):
    """`code` is one that the device shows, or a recovery code."""

    password: Secret
    code: Code


class SecondFactorRead(Schema):
    is_on: bool
    recovery_codes_left: int


class SecondFactorSetUp(Schema):
    """`uri` is for a QR code; `secret` is for typing."""

    secret: str
    uri: str


class RecoveryCodes(Schema):
    """Shown once: to be kept on paper, each good for one log-in without the device."""

    recovery_codes: list[str]


class SessionRead(Schema):
    """One log-in of one's own; `address` is where it began."""

    id: UUID
    user_agent: str | None
    address: str | None
    tenant_id: UUID | None
    created_at: datetime
    last_used_at: datetime
    is_current: bool


class IdentityRead(Schema):
    """`email` is what the account had when it was linked. Once unlinked it lets nobody in."""

    id: UUID
    provider: str | None
    issuer: str
    email: str | None
    created_at: datetime
    unlinked_at: datetime | None


class RefreshRequest(Schema):
    """Without a token, the cookie is used."""

    refresh_token: Token | None = None


class SwitchRequest(Schema):
    """With the refresh token, or its cookie, the log-in is in the other tenant from now on."""

    tenant_id: UUID
    refresh_token: Token | None = None


class PasswordChange(Schema):
    current_password: Secret
    new_password: Password


class EmailChange(Schema):
    email: EmailStr
    password: Secret


class EmailConfirmation(Schema):
    """With the password of the link's user, unless the request comes from her log-in."""

    token: Token
    password: Secret | None = None


class PasswordForgotten(Schema):
    email: EmailStr


class PasswordReset(Schema):
    token: Token
    password: Password


class UserChange(Schema):
    full_name: Name


class MembershipRead(Schema):
    tenant_id: UUID
    tenant_name: str
    role: str


class MeRead(Schema):
    id: UUID
    email: str
    email_verified_at: datetime | None
    full_name: str
    is_superuser: bool
    tenant_id: UUID | None
    role: str | None
    memberships: list[MembershipRead]
    created_at: datetime


class UserRead(Schema):
    """What superusers see of a user."""

    id: UUID
    email: str
    full_name: str
    is_superuser: bool
    suspended_at: datetime | None
    created_at: datetime


class MemberRead(Schema):
    id: UUID
    email: str
    full_name: str
    role: str
    joined_at: datetime
