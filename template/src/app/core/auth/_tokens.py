"""Access tokens: short-lived JWTs (RFC 7519) that name the tenant and the membership."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet, OctKey
from joserfc.jws import JWSRegistry

from app.kit import clock

from ._claims import AccessClaims
from ._verified_tokens import VerifiedTokenCache

ALGORITHM = "HS256"
ACCESS, SUPPORT = "access", "support"
"""Purposes of tokens: a release that does not know support refuses its tokens."""
SUPPORT_LIFETIME = timedelta(minutes=30)
"""The maximum; no longer than access tokens, so that revocations outlive it."""


class TokenRefused(Exception):
    """The token is not valid. The message says why, as a sentence for the client."""


class Tokens:
    """Signs with `secret`, and verifies tokens of `previous` secrets as well, for rotation."""

    def __init__(self, secret: str, *, lifetime: timedelta, previous: Sequence[str] = ()) -> None:
        self._key = _key(secret)
        self._keys = KeySet([self._key, *map(_key, previous)])
        self._rules = jwt.JWTClaimsRegistry(exp={"essential": True}, sub={"essential": True})
        self._registry = JWSRegistry(algorithms=[ALGORITHM])
        self.lifetime = lifetime
        self._verified_tokens = VerifiedTokenCache()

    def issue(self, claims: AccessClaims, *, until: int | None = None) -> str:
        """Issue an access token. `until` is the expiry of the token that it replaces."""
        body: dict[str, Any] = {
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "tid": str(claims.tenant_id) if claims.tenant_id else None,
            "mid": str(claims.membership_id) if claims.membership_id else None,
            "role": claims.role,
            "gid": str(claims.grant_id) if claims.grant_id else None,
            "may": None if claims.permissions is None else _folded(claims.permissions),
            "su": claims.is_superuser,
            "lang": claims.language,
        }
        lifetime = timedelta(seconds=self.seconds_left(until))
        if claims.supported_by is None:
            return self.sign(ACCESS, body, lifetime=lifetime)
        support = {"by": str(claims.supported_by), "bys": str(claims.support_session)}
        return self.sign(SUPPORT, body | support, lifetime=min(lifetime, SUPPORT_LIFETIME))

    def seconds_left(self, until: int | None = None) -> int:
        """Return the lifetime of an access token issued now."""
        whole = int(self.lifetime.total_seconds())
        return whole if until is None else min(whole, until - int(clock.now().timestamp()))

    def read(self, token: str) -> AccessClaims:
        """Verify an access token and return its claims. Raises TokenRefused."""
        known = self._verified_tokens.find(token)
        return known or self._read_unknown(token)

    def _read_unknown(self, token: str) -> AccessClaims:
        try:
            body = self.verify(ACCESS, token)
        except TokenRefused:
            body = self._verify_support(token)
        try:
            claims = _claims(body)
        except (ValueError, KeyError, TypeError) as error:
            raise TokenRefused("The access token is not valid.") from error
        self._verified_tokens.remember(token, claims, expires_at=body["exp"])
        return claims

    def _verify_support(self, token: str) -> dict[str, Any]:
        """Raises TokenRefused, with a sentence on access tokens: most tokens are."""
        try:
            return self.verify(SUPPORT, token)
        except TokenRefused as error:
            raise TokenRefused(str(error).replace(SUPPORT, ACCESS)) from error

    def sign(self, purpose: str, body: dict[str, Any], *, lifetime: timedelta) -> str:
        """Sign a token that `verify` accepts only for the same purpose."""
        issued = int(clock.now().timestamp())
        times = {"iat": issued, "exp": issued + int(lifetime.total_seconds())}
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": f"{purpose}+jwt"}
        return jwt.encode(header, body | times, self._key)

    def verify(self, purpose: str, token: str) -> dict[str, Any]:
        """Verify signature, expiry and purpose; return the claims. Raises TokenRefused."""
        try:
            read = jwt.decode(token, self._keys, registry=self._registry)
            self._rules.validate(read.claims)
        except ExpiredTokenError as error:
            raise TokenRefused(f"The {purpose} token has expired.") from error
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise TokenRefused(f"The {purpose} token is not valid.") from error
        if read.header.get("typ") != f"{purpose}+jwt":
            raise TokenRefused(f"The {purpose} token is not valid.")
        return read.claims


def _key(secret: str) -> OctKey:
    return OctKey.import_key(secret, {"kid": sha256(b"kid:" + secret.encode()).hexdigest()[:12]})


def _claims(body: dict[str, Any]) -> AccessClaims:
    return AccessClaims(
        user_id=UUID(body["sub"]),
        session_id=UUID(body["sid"]),
        tenant_id=UUID(body["tid"]) if body["tid"] else None,
        membership_id=UUID(body["mid"]) if body["mid"] else None,
        role=body["role"],
        grant_id=UUID(body["gid"]) if body["gid"] else None,
        permissions=None if body["may"] is None else _unfolded(body["may"]),
        is_superuser=body["su"] is True,
        language=body.get("lang"),
        supported_by=UUID(body["by"]) if "by" in body else None,
        support_session=UUID(body["bys"]) if "by" in body else None,
        expires_at=int(body["exp"]),
    )


def _folded(permissions: frozenset[str]) -> dict[str, list[str]]:
    """Group permissions by subject, which halves their size: a token has to fit into a cookie."""
    folded: dict[str, list[str]] = {}
    for name in sorted(permissions):
        subject, _, action = name.partition(":")
        folded.setdefault(subject, []).append(action)
    return folded


def _unfolded(folded: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(f"{name}:{action}" for name, actions in folded.items() for action in actions)
