from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.auth import ExternalIdentity
from app.core.languages import message
from app.core.mail import Mail
from app.core.unit_of_work import CurrentWork
from app.kit import clock

from ..errors import ExternalLoginFailed, LastLoginMethod
from ..mails import ACCOUNT_LINKED, ACCOUNT_UNLINKED
from ..repositories import Identity, IdentityRepository, User, UserRepository
from ._credentials import CredentialService
from ._email_jobs import notify
from ._passwords import PasswordService

UNCONFIRMED = message(
    "There is an account with this address that nobody has confirmed:"
    " set a new password for it with the link for a forgotten one."
)
WAS_UNLINKED = message(
    "This account was unlinked: log in in another way, and link it again if you want."
)
NOT_BY_ITSELF = message("A superuser's account is not linked by itself: log in with the password.")


@dataclass(frozen=True)
class LinkedAccount:
    """`provider` is its name in the settings, None if they no longer contain it."""

    id: UUID
    provider: str | None
    issuer: str
    email: str | None
    created_at: datetime
    unlinked_at: datetime | None


class IdentityService:
    """Lists, links and unlinks the provider accounts with which a user logs in."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.users = UserRepository(work.session)
        self.identities = IdentityRepository(work.session)
        self.credentials = CredentialService(work)
        self.passwords = PasswordService(work)

    async def list_own(self) -> Sequence[LinkedAccount]:
        rows = await self.identities.list_of(self.work.require_user())
        return [self._account(row) for row in rows]

    async def unlink(self, identity_id: UUID) -> None:
        """Unlink an account until the user links it again. Ends the actor's other log-ins.

        Raises RowNotFound, LastLoginMethod.
        """
        user = await self.credentials.lock_own()
        row = await self.identities.get_of(user.id, identity_id)
        if user.password_hash is None and not await self._others(row):
            raise LastLoginMethod
        await self.identities.change(row, unlinked_at=row.unlinked_at or clock.now())
        await self.credentials.renew(user, keep=self.work.actor.session_id)
        self._notify(user, ACCOUNT_UNLINKED, row.issuer)

    async def link_again(self, identity_id: UUID, *, password: str) -> None:
        """Link an unlinked account again. It needs the password: an access token may be stolen.

        Ends the actor's other log-ins. Raises WrongCredentials, RowNotFound.
        """
        own = await self.users.get(self.work.require_user())
        user = await self.credentials.lock(await self.passwords.prove(own, password))
        row = await self.identities.get_of(user.id, identity_id)
        await self.identities.change(row, unlinked_at=None)
        await self.credentials.renew(user, keep=self.work.actor.session_id)
        self._notify(user, ACCOUNT_LINKED, row.issuer)

    async def find_or_link(self, identity: ExternalIdentity) -> User | None:
        """Return the account's user, or link it to the user with its address. None for a new user.

        Raises ExternalLoginFailed.
        """
        user = await self.users.find_by_identity(identity.issuer, identity.subject)
        if user is not None:
            return user
        if await self.identities.was_unlinked(identity.issuer, identity.subject):
            raise ExternalLoginFailed(WAS_UNLINKED)
        if identity.email is None or not identity.email_is_verified:
            raise ExternalLoginFailed("The provider does not vouch for your e-mail address.")
        found = await self.users.find_by_email(identity.email)
        return await self._link(found, identity) if found else None

    async def add(self, user: User, identity: ExternalIdentity) -> None:
        await self.identities.create(
            user_id=user.id,
            issuer=identity.issuer,
            subject=identity.subject,
            email=identity.email,
        )

    async def _link(self, found: User, identity: ExternalIdentity) -> User:
        """Link the account, and end all earlier log-ins: they may be those of an attacker."""
        user = await self.credentials.lock(found)
        if user.email_verified_at is None:
            raise ExternalLoginFailed(UNCONFIRMED)
        if user.is_superuser:
            raise ExternalLoginFailed(NOT_BY_ITSELF)
        await self.add(user, identity)
        self._notify(user, ACCOUNT_LINKED, identity.issuer)
        return await self.credentials.renew(user)

    async def _others(self, row: Identity) -> bool:
        """True if the user can log in with another account."""
        rows = await self.identities.list_of(row.user_id)
        return any(each.id != row.id and each.unlinked_at is None for each in rows)

    def _account(self, row: Identity) -> LinkedAccount:
        return LinkedAccount(
            id=row.id,
            provider=self._provider(row.issuer),
            issuer=row.issuer,
            email=row.email,
            created_at=row.created_at,
            unlinked_at=row.unlinked_at,
        )

    def _provider(self, issuer: str) -> str | None:
        known = self.work.runtime.settings.oidc.providers
        return next((name for name, each in sorted(known.items()) if each.issuer == issuer), None)

    def _notify(self, user: User, mail: Mail, issuer: str) -> None:
        provider = self._provider(issuer) or issuer.partition("://")[2]
        notify(self.work, user, mail, provider=provider)
