from app.core.auth import check_password
from app.core.errors import TooManyRequests
from app.core.mail import count_email
from app.core.security_events import SecurityEvent
from app.core.unit_of_work import CurrentWork
from app.kit import clock

from ..errors import LinkInvalid, WeakPassword, WrongCredentials
from ..mails import PASSWORD_CHANGED, PASSWORD_RESET
from ..repositories import IdentityRepository, User, UserRepository
from ._credentials import CredentialService
from ._email_jobs import mail_password_reset, notify
from ._one_time import OneTimeTokens, Purpose


class PasswordService:
    """Checks the rules for passwords, verifies them, and sets new ones."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.passwords = work.runtime.passwords
        self.product = work.runtime.settings.name
        self.users = UserRepository(work.session)
        self.credentials = CredentialService(work)

    async def hash(self, password: str, *, email: str) -> str:
        """Check and hash a new password. Raises WeakPassword."""
        self._check_strength(password, email)
        await self.work.release()
        return await self.passwords.hash(password)

    async def prove(self, user: User | None, password: str, *, account: str | None = None) -> User:
        """Verify a password, in the same time if there is no user; `account` is the given address.

        Raises WrongCredentials, TooManyRequests.
        """
        try:
            async with self.work.guessing(user.email if user else account or ""):
                return await self._prove(user, password)
        except WrongCredentials:
            self._note_failure(user)
            raise
        except TooManyRequests:
            user_id = user.id if user else None
            self.work.note_security(
                SecurityEvent.ACCOUNT_LOCKED, reason="too many tries", user_id=user_id
            )
            raise

    async def _prove(self, user: User | None, password: str) -> User:
        hashed = user.password_hash if user else None
        # Hashing is slow, so no connection is held meanwhile. Without a user or a password it runs
        # too: the time of the answer must not reveal whether an account exists.
        await self.work.release()
        if not await self.passwords.verify(password, hashed) or user is None or hashed is None:
            raise WrongCredentials
        if self.passwords.is_outdated(hashed):
            await self._renew_hash(user, password)
        return user

    async def _renew_hash(self, user: User, password: str) -> None:
        """Store the hash with new parameters, in a unit of its own: the caller has only read."""
        renewed = await self.passwords.hash(password)
        async with self.work.within(None) as work:
            await UserRepository(work.session).renew_hash(user, renewed)

    async def change(self, *, current: str, new: str) -> None:
        """Set a new password and end the other log-ins. Raises WrongCredentials, WeakPassword."""
        proven = await self.prove(await self.users.get(self.work.require_user()), current)
        password_hash = await self.hash(new, email=proven.email)
        user = await self.credentials.lock(proven)
        keep = self.work.actor.session_id
        await self.credentials.renew(user, keep=keep, password_hash=password_hash)
        notify(self.work, user, PASSWORD_CHANGED)
        self.work.note_security(
            SecurityEvent.PASSWORD_CHANGED, reason="by the person", user_id=user.id
        )

    async def ask_for_reset(self, email: str) -> None:
        """Enqueue the e-mail whether or not a user has this address; its job looks that up."""
        await count_email(self.work, "password", to=email)
        self.work.enqueue(mail_password_reset, email=email.lower())

    async def reset(self, secret: str, *, new: str) -> None:
        """Set a new password; end log-ins, unlink accounts. Raises LinkInvalid, WeakPassword."""
        links = OneTimeTokens(self.work)
        user_id = await links.user_of(Purpose.PASSWORD, secret)
        password_hash = await self.passwords.hash(new)
        user = await self.users.get_for_update(user_id)
        token = await links.spend(Purpose.PASSWORD, secret, held=user)
        if user.email != token.email:
            raise LinkInvalid
        self._check_strength(new, user.email)
        await IdentityRepository(self.work.session).delete_of(user.id)
        verified_at = user.email_verified_at or clock.now()
        await self.credentials.renew(
            user, password_hash=password_hash, email_verified_at=verified_at
        )
        notify(self.work, user, PASSWORD_RESET)
        self.work.note_security(SecurityEvent.PASSWORD_RESET, reason="by e-mail", user_id=user.id)

    def _note_failure(self, user: User | None) -> None:
        event, reason, user_id = SecurityEvent.LOGIN_FAILED, "unknown account", None
        if user is not None:
            reason, user_id = "wrong password" if user.password_hash else "no password", user.id
        if self.work.actor.user_id is not None:
            event = SecurityEvent.PASSWORD_REFUSED
        self.work.note_security(event, reason=reason, user_id=user_id)

    def _check_strength(self, password: str, email: str) -> None:
        weak = check_password(password, about=[email, self.product])
        if weak is not None:
            raise WeakPassword(weak)
