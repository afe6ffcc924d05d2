from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.core.auth import ForeignIdentity, OidcClient, OidcRefused, TokenRefused
from app.core.unit_of_work import CurrentWork

from ..errors import ForeignLogInRefused, UnknownProvider
from ..repositories import IdentityRepository, UserRepository
from ._auth import AuthService
from ._challenges import Challenge
from ._sessions import TokenPair

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Departure:
    """Where the browser goes, and the cookie with which it comes back."""

    url: str
    cookie: str


class OidcService:
    """Log-in with an account at a provider that the settings name."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.tokens = work.runtime.tokens
        self.users = UserRepository(work.session)
        self.identities = IdentityRepository(work.session)
        self.auth = AuthService(work)

    def providers(self) -> list[str]:
        return sorted(self.work.runtime.settings.oidc.providers)

    async def depart(self, provider: str, *, redirect_uri: str) -> Departure:
        """Raises UnknownProvider, ForeignLogInRefused."""
        try:
            departure = await self._client(provider).depart(redirect_uri=redirect_uri)
        except OidcRefused as refused:
            raise ForeignLogInRefused(str(refused)) from refused
        body = departure.kept | {"sub": provider}
        return Departure(departure.url, self.tokens.sign("oidc", body, lifetime=LIFETIME))

    async def arrive(
        self, provider: str, *, code: str, state: str, cookie: str, redirect_uri: str
    ) -> TokenPair | Challenge:
        """Raises UnknownProvider, ForeignLogInRefused, UserSuspended, TenantSuspended."""
        client = self._client(provider)
        try:
            kept = self.tokens.verify("oidc", cookie)
            if kept["sub"] != provider:
                raise OidcRefused("The answer belongs to another log-in.")
            identity = await client.arrive(
                code=code, state=state, kept=kept, redirect_uri=redirect_uri
            )
        except (OidcRefused, TokenRefused) as refused:
            raise ForeignLogInRefused(str(refused)) from refused
        return await self._enter(identity)

    async def _enter(self, identity: ForeignIdentity) -> TokenPair | Challenge:
        known = await self.identities.find_of(identity.issuer, identity.subject)
        if known is not None:
            return await self.auth.enter(await self.users.get(known.user_id))
        if identity.email is None or not identity.email_is_verified:
            raise ForeignLogInRefused("The provider does not vouch for your e-mail address.")
        user = await self.users.find_by_email(identity.email)
        if user is None:
            return await self._register(identity, identity.email)
        if user.email_verified_at is None:
            raise ForeignLogInRefused(
                "There is an account with this address that nobody has confirmed:"
                " set a new password for it with the link for a forgotten one."
            )
        entry = await self.auth.enter(user)  # reads in other units, so before the first write
        await self._link(user.id, identity)
        return entry

    async def _register(self, identity: ForeignIdentity, email: str) -> TokenPair:
        name = (identity.name or email.partition("@")[0])[:120]
        user, pair = await self.auth.register_without_password(email=email, full_name=name)
        await self._link(user.id, identity)
        return pair

    async def _link(self, user_id: UUID, identity: ForeignIdentity) -> None:
        await self.identities.create(
            user_id=user_id, issuer=identity.issuer, subject=identity.subject
        )

    def _client(self, provider: str) -> OidcClient:
        found = self.work.runtime.settings.oidc.providers.get(provider)
        if found is None:
            raise UnknownProvider
        return OidcClient(found)
