from dataclasses import dataclass
from datetime import timedelta

from app.core.auth import ExternalIdentity, OidcClient, OidcRefused, TokenRefused
from app.core.languages import message
from app.core.security_events import SecurityEvent
from app.core.unit_of_work import CurrentWork

from ..errors import ExternalLoginFailed, UnknownProvider
from ._auth import AuthService
from ._challenges import Challenge
from ._identities import IdentityService
from ._token_pairs import TokenPair

NOT_BEGUN = message("This log-in took too long, or was begun in another browser.")
LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class LoginRedirect:
    """The address to redirect the browser to, and the cookie that the callback needs."""

    url: str
    cookie: str
    seconds: int = int(LIFETIME.total_seconds())


class OidcService:
    """Logs in with an account at a provider of the settings."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.tokens = work.runtime.tokens
        self.auth = AuthService(work)

    def providers(self) -> list[str]:
        return sorted(self.work.runtime.settings.oidc.providers)

    async def begin_login(
        self, provider: str, *, redirect_uri: str, go_on: str | None = None
    ) -> LoginRedirect:
        """Begin a log-in that goes on to a path of this app, or to the pages of the settings.

        Raises UnknownProvider, ExternalLoginFailed.
        """
        try:
            login = await self._client(provider).begin_login(redirect_uri=redirect_uri)
        except OidcRefused as refused:
            self._note_failure("provider")
            raise ExternalLoginFailed(str(refused)) from refused
        body = login.kept | {"sub": provider, "go_on": go_on}
        return LoginRedirect(login.url, self.tokens.sign("oidc", body, lifetime=LIFETIME))

    def goes_on_to(self, cookie: str) -> str | None:
        """Return the path that the log-in of this cookie goes on to, if it named one."""
        try:
            found: str | None = self.tokens.verify("oidc", cookie).get("go_on")
        except TokenRefused:
            return None
        return found

    async def complete_login(
        self,
        provider: str,
        *,
        code: str,
        state: str,
        cookie: str,
        redirect_uri: str,
        error: str = "",
    ) -> TokenPair | Challenge:
        """Complete the log-in, unless the provider sent an `error` in place of a code.

        Raises UnknownProvider, ExternalLoginFailed, UserSuspended, TenantSuspended.
        """
        client = self._client(provider)
        try:
            kept = self.tokens.verify("oidc", cookie)
            if kept["sub"] != provider:
                raise OidcRefused("The answer belongs to another log-in.")
            if error:
                raise OidcRefused("The provider refused it, or you did not agree there.")
            identity = await client.complete_login(
                code=code, state=state, kept=kept, redirect_uri=redirect_uri
            )
        except TokenRefused as refused:
            self._note_failure("provider")
            raise ExternalLoginFailed(NOT_BEGUN) from refused
        except OidcRefused as refused:
            self._note_failure("provider")
            raise ExternalLoginFailed(str(refused)) from refused
        return await self._enter(identity)

    async def _enter(self, identity: ExternalIdentity) -> TokenPair | Challenge:
        async with self.work.within(None) as work:
            user = await IdentityService(work).find_or_link(identity)
        if user is None:
            return await self.auth.register_without_password(identity)
        return await self.auth.enter(user)

    def _note_failure(self, reason: str) -> None:
        self.work.note_security(SecurityEvent.LOGIN_FAILED, reason=reason)

    def _client(self, provider: str) -> OidcClient:
        found = self.work.runtime.settings.oidc.providers.get(provider)
        if found is None:
            raise UnknownProvider
        return OidcClient(found)
