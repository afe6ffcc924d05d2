"""Log-in with an external account: OpenID Connect, authorization code flow with PKCE.

https://openid.net/specs/openid-connect-core-1_0.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import EmailStr, TypeAdapter, ValidationError

from app.config import OidcProvider

ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]
"""Only asymmetric algorithms, whose private key only the provider has: never HS256, never none."""
SECONDS = 10
SUBJECT = re.compile(r"[ -~]{1,255}")
"""OpenID Connect Core, section 2, allows 255 ASCII characters."""
EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)


class OidcRefused(Exception):
    """The provider's response is not valid. The message says why."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """The URL to redirect to, and what is `kept` in a signed cookie until the callback."""

    url: str
    kept: dict[str, str]


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    issuer: str
    subject: str
    email: str | None
    email_is_verified: bool
    name: str | None


class OidcClient:
    """A client of one provider.

    Its configuration and keys are fetched for each log-in, because they may change.
    """

    def __init__(self, provider: OidcProvider) -> None:
        self.provider = provider

    async def begin_login(self, *, redirect_uri: str) -> AuthorizationRequest:
        """Begin a log-in. Raises OidcRefused when the provider cannot be reached."""
        kept = {name: generate_token(48) for name in ("state", "nonce", "verifier")}
        async with self._client(redirect_uri) as client:
            endpoints = await self._discover(client)
            url, _ = client.create_authorization_url(
                endpoints["authorization_endpoint"],
                state=kept["state"],
                nonce=kept["nonce"],
                code_verifier=kept["verifier"],
            )
        return AuthorizationRequest(str(url), kept)

    async def complete_login(
        self, *, code: str, state: str, kept: Mapping[str, Any], redirect_uri: str
    ) -> ExternalIdentity:
        """Complete a log-in: exchange the code and verify the id token. Raises OidcRefused."""
        if not state or state != kept.get("state"):
            raise OidcRefused("The answer belongs to another log-in.")
        async with self._client(redirect_uri) as client:
            endpoints = await self._discover(client)
            try:
                token = await client.fetch_token(
                    endpoints["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=kept["verifier"],
                )
                keys = KeySet.import_key_set(await _read(client, endpoints["jwks_uri"]))
                claims = self._verified_claims(str(token.get("id_token", "")), keys, kept["nonce"])
            except (OAuthError, httpx2.HTTPError, JoseError, ValueError, KeyError) as error:
                raise OidcRefused("The provider's answer is not valid.") from error
        return _identity(claims)

    def _client(self, redirect_uri: str) -> Any:
        return AsyncOAuth2Client(
            client_id=self.provider.client_id,
            client_secret=self.provider.client_secret.get_secret_value(),
            scope="openid email profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=SECONDS,
            verify=_authorities(),
        )

    async def _discover(self, client: Any) -> dict[str, Any]:
        url = f"{self.provider.issuer}/.well-known/openid-configuration"
        try:
            found: dict[str, Any] = await _read(client, url)
        except (httpx2.HTTPError, ValueError) as error:
            raise OidcRefused("The provider cannot be reached.") from error
        if str(found.get("issuer", "")).rstrip("/") != self.provider.issuer:
            raise OidcRefused("The provider calls itself by another name.")
        return found

    def _verified_claims(self, id_token: str, keys: KeySet, nonce: str) -> dict[str, Any]:
        claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
        rules = jwt.JWTClaimsRegistry(
            leeway=60,
            iss={"essential": True, "values": [self.provider.issuer, self.provider.issuer + "/"]},
            aud={"essential": True, "value": self.provider.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(claims)
        if claims.get("azp", self.provider.client_id) != self.provider.client_id:
            raise ValueError("the token was issued for another client")
        return claims


@cache
def _authorities() -> SSLContext:
    """Return a cached TLS context: loading CA certificates blocks the event loop for ~50 ms."""
    return httpx2.create_ssl_context()


async def _read(client: Any, url: str) -> Any:
    """Send a GET without the access token, which is only for the userinfo endpoint."""
    answer = await client.request("GET", url, withhold_token=True)
    return answer.raise_for_status().json()


def _identity(claims: dict[str, Any]) -> ExternalIdentity:
    """Validate the claims that identify the user. Raises OidcRefused."""
    subject, name = claims["sub"], claims.get("name")
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        raise OidcRefused("The provider's answer is not valid.")
    return ExternalIdentity(
        issuer=str(claims["iss"]).rstrip("/"),
        subject=subject,
        email=_email(claims.get("email")),
        email_is_verified=claims.get("email_verified") is True,
        name=name if isinstance(name, str) else None,
    )


def _email(claim: object) -> str | None:
    """Return a valid address or None: mail is sent to it, so the provider's word is not enough."""
    if not isinstance(claim, str) or "<" in claim:
        return None
    try:
        return EMAIL.validate_python(claim).lower()
    except ValidationError:
        return None
