"""Resolve a request's credentials to an actor."""

from starlette.types import Scope

from app.core.languages import message
from app.core.permissions import PermissionRegistry

from ._actor import ANONYMOUS, Actor
from ._api_keys import PREFIX, ApiKeys
from ._claims import AccessClaims
from ._cookies import Cookies
from ._revocation_cache import RevocationCache
from ._tokens import TokenRefused, Tokens

BEARER = b"bearer "
FOREIGN_PAGE = Actor(refusal=message("Cookies count only in requests from our own pages."))
SUPPORT_READS_PAGES = Actor(refusal=message("Support is for pages and reading requests only."))


class Authenticator:
    def __init__(
        self,
        *,
        tokens: Tokens,
        cookies: Cookies,
        api_keys: ApiKeys,
        revocations: RevocationCache,
        permissions: PermissionRegistry,
    ) -> None:
        self.tokens = tokens
        self.cookies = cookies
        self.api_keys = api_keys
        self.revocations = revocations
        self.permissions = permissions

    async def actor(self, scope: Scope) -> Actor:
        """Return the actor, or one whose `refusal` says why not. Raises TooManyRequests."""
        actor = await self._actor(scope)
        if actor.is_read_only and scope["type"] != "http":
            return SUPPORT_READS_PAGES
        return actor

    async def _actor(self, scope: Scope) -> Actor:
        bearer = _bearer(scope)
        if bearer is not None:
            return await self._of_bearer(bearer, scope)
        cookie = self.cookies.access_token(scope)
        if cookie is None:
            return ANONYMOUS
        return await self._of_token(cookie) if self.cookies.may_act(scope) else FOREIGN_PAGE

    def takes_cookies(self, scope: Scope) -> bool:
        """True if cookies authenticate this request: it has no bearer token."""
        return _bearer(scope) is None

    async def _of_bearer(self, bearer: str, scope: Scope) -> Actor:
        if bearer.startswith(PREFIX):
            client = scope.get("client")
            return await self.api_keys.actor(bearer, address=client[0] if client else None)
        return await self._of_token(bearer)

    async def _of_token(self, token: str) -> Actor:
        try:
            claims = self.tokens.read(token)
        except TokenRefused as refused:
            return Actor(refusal=str(refused))
        refusal = await self.revocations.refusal(claims.ids, role=claims.role)
        return Actor(refusal=refusal) if refusal else self._known(claims)

    def _known(self, claims: AccessClaims) -> Actor:
        given = claims.permissions
        return Actor(
            user_id=claims.user_id,
            tenant_id=claims.tenant_id,
            membership_id=claims.membership_id,
            session_id=claims.session_id,
            role=claims.role,
            permissions=self.permissions.of(claims.role)
            if given is None
            else self.permissions.known(given),
            is_superuser=claims.is_superuser and claims.supported_by is None,
            supported_by=claims.supported_by,
            language=claims.language,
            expires_at=claims.expires_at,
        )


def _bearer(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization" and value[: len(BEARER)].lower() == BEARER:
            return str(value[len(BEARER) :].strip(), "latin-1")
    return None
