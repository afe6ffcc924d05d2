from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, SecretStr, StringConstraints
from pydantic import Field as PydanticField

from app.kit.languages import LanguageTag
from app.kit.schemas import Schema, omittable
from app.kit.texts import Name

Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Secret = Annotated[SecretStr, PydanticField(max_length=256)]
Password = Annotated[SecretStr, PydanticField(min_length=8, max_length=256)]
ZoneName = Annotated[str, StringConstraints(max_length=64)]
Token = Annotated[str, StringConstraints(max_length=2000)]


class LogInForm(BaseModel):
    """Fields as in RFC 6749 (4.3.2); others that a client sends are ignored."""

    model_config = ConfigDict(title="LogInForm")

    username: Annotated[str, StringConstraints(min_length=1, max_length=320)]
    password: Annotated[SecretStr, PydanticField(min_length=1, max_length=256)]
    grant_type: Literal["password"] = "password"


class Registration(Schema):
    email: EmailStr
    password: Password
    full_name: Name
    tenant_name: Name


class RegistrationRead(Schema):
    """The account is there: confirm the address, with the link in the e-mail, and log in."""

    confirm: EmailStr


class AccountDeletion(Schema):
    """`code` is needed with a second factor: one that the device shows, or a recovery code."""

    password: Secret
    code: Code | None = None


class InvitationAcceptance(Schema):
    """Use it for a new user, or send the password of an existing one."""

    token: Token
    email: EmailStr
    password: Password
    full_name: Name


class TokenRead(Schema):
    """Fields as in RFC 6749; `expires_in` is in seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - no password
    expires_in: int
    refresh_token: str


class AccessRead(Schema):
    """An access token for the same log-in, which ends when the token of the request does.

    Send the refresh token too if the log-in is to stay in the other tenant.
    """

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - no password
    expires_in: int


class CookiesSet(Schema):
    """The tokens are in cookies; the access token expires in `expires_in` seconds."""

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
    """Each provider's log-in starts at `/api/v1/auth/oidc/<name>`."""

    providers: list[str]


class Joining(Schema):
    """With the refresh token, or its cookie, the log-in moves to the other tenant for good."""

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
    """`qr_code` is `uri` as an image, for the `src` of an `img`; `secret` is for typing."""

    secret: str
    uri: str
    qr_code: str


class RecoveryCodes(Schema):
    """They are shown once; keep them on paper. Each replaces the device for one log-in."""

    recovery_codes: list[str]


class SessionRead(Schema):
    """A log-in of the user; `address` is the address at which it began."""

    id: UUID
    user_agent: str | None
    address: str | None
    tenant_id: UUID | None
    created_at: datetime
    last_used_at: datetime
    is_current: bool


class IdentityRead(Schema):
    """`email` is the account's address when it was linked. An unlinked one cannot log in."""

    id: UUID
    provider: str | None
    issuer: str
    email: str | None
    created_at: datetime
    unlinked_at: datetime | None


class RefreshRequest(Schema):
    """The cookie is used if there is no token."""

    refresh_token: Token | None = None


class SwitchRequest(Schema):
    """With the refresh token, or its cookie, the log-in moves to the other tenant for good."""

    tenant_id: UUID
    refresh_token: Token | None = None


class PasswordChange(Schema):
    current_password: Secret
    new_password: Password


class EmailChange(Schema):
    email: EmailStr
    password: Secret


class EmailConfirmation(Schema):
    """Send the password of the link's user, unless that user is logged in."""

    token: Token
    password: Secret | None = None


class PasswordForgotten(Schema):
    email: EmailStr


class PasswordReset(Schema):
    token: Token
    password: Password


class UserChange(Schema):
    """Fields that are left out stay as they are. With `null`, the tenant's language or time zone
    counts. The language counts in errors from the next access token on.
    """

    full_name: Name = omittable()
    language: LanguageTag | None = omittable()
    time_zone: ZoneName | None = omittable()


class MembershipRead(Schema):
    tenant_id: UUID
    tenant_name: str
    role: str


class MeRead(Schema):
    id: UUID
    email: str
    email_verified_at: datetime | None
    full_name: str
    language: str | None
    time_zone: str | None
    is_superuser: bool
    tenant_id: UUID | None
    role: str | None
    memberships: list[MembershipRead]
    created_at: datetime


class UserRead(Schema):
    """Shows what superusers see of a user."""

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
