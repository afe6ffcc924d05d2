"""Access tokens: short-lived JWTs (RFC 7519) that name the tenant and the membership."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey

from app.kit import clock

ALGORITHM = "HS256"


class TokenRefused(Exception):
    """The message says why, as a sentence for the client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    user_id: UUID
    session_id: UUID
    tenant_id: UUID | None = None
    membership_id: UUID | None = None
    role: str | None = None
    is_superuser: bool = False

    @property
    def ids(self) -> tuple[UUID | None, ...]:
        """All that may be revoked before the token expires."""
        return (self.session_id, self.membership_id, self.user_id, self.tenant_id)


class Tokens:
    def __init__(self, secret: str, *, lifetime: timedelta) -> None:
        self._key = OctKey.import_key(secret)
        self._rules = jwt.JWTClaimsRegistry(exp={"essential": True}, sub={"essential": True})
        self.lifetime = lifetime

    def issue(self, claims: AccessClaims) -> str:
        issued = int(clock.now().timestamp())
        body: dict[str, Any] = {
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "tid": str(claims.tenant_id) if claims.tenant_id else None,
            "mid": str(claims.membership_id) if claims.membership_id else None,
            "role": claims.role,
            "su": claims.is_superuser,
            "iat": issued,
            "exp": issued + int(self.lifetime.total_seconds()),
        }
        return jwt.encode({"alg": ALGORITHM}, body, self._key)

    def read(self, token: str) -> AccessClaims:
        """Raises TokenRefused."""
        try:
            body = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            self._rules.validate(body)
            return _claims(body)
        except ExpiredTokenError as error:
            raise TokenRefused("The access token has expired.") from error
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise TokenRefused("The access token is not valid.") from error


def _claims(body: dict[str, Any]) -> AccessClaims:
    return AccessClaims(
        user_id=UUID(body["sub"]),
        session_id=UUID(body["sid"]),
        tenant_id=UUID(body["tid"]) if body["tid"] else None,
        membership_id=UUID(body["mid"]) if body["mid"] else None,
        role=body["role"],
        is_superuser=body["su"] is True,
    )
