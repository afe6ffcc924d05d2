from app.core.auth import weakness
from app.core.errors import TooManyRequests
from app.core.mail import send_mail
from app.core.security_events import SecurityEvent
from app.core.unit_of_work import CurrentWork
from app.kit import clock

from ..errors import LinkInvalid, WeakPassword, WrongCredentials
from ..repositories import User, UserRepository
from ._letters import AFTER_CHANGE, mail_password_reset
from ._one_time import OneTimeTokens, Purpose
from ._sessions import SessionService


class PasswordService:
    """What a password must be, whether somebody knows it, and how a new one is set."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.passwords = work.runtime.passwords
        self.product = work.runtime.settings.name
        self.users = UserRepository(work.session)
        self.sessions = SessionService(work)

    async def hash(self, password: str, *, email: str) -> str:
        """Of a password that was just chosen. Raises WeakPassword."""
        weak = weakness(password, about=[email, self.product])
        if weak is not None:
            raise WeakPassword(weak)
        return await self.passwords.hash(password)

    async def prove(self, user: User | None, password: str, *, account: str | None = None) -> User:
        """The same work for nobody as for a user: `account` is the address that was said to be.

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
        if not await self.passwords.verify(password, hashed) or user is None or hashed is None:
            raise WrongCredentials
        if self.passwords.is_outdated(hashed):
            renewed = await self.passwords.hash(password)
            return await self.users.change(user, password_hash=renewed)
        return user

    async def change(self, *, current: str, new: str) -> None:
        """Ends the actor's other log-ins. Raises WrongCredentials, WeakPassword."""
        user = await self.prove(await self.users.get(self.work.require_user()), current)
        await self._set(user, new)
        await self.sessions.end_all_of(user.id, but=self.work.actor.session_id)
        self.work.note_security(
            SecurityEvent.PASSWORD_CHANGED, reason="by the person", user_id=user.id
        )

    async def ask_for_reset(self, email: str) -> None:
        """Does the same whether or not a user has this address; the letter's job finds out."""
        self.work.enqueue(mail_password_reset, email=email.lower())

    async def reset(self, secret: str, *, new: str) -> None:
        """Ends all log-ins. Raises LinkInvalid, WeakPassword."""
        token = await OneTimeTokens(self.work).spend(Purpose.PASSWORD, secret)
        user = await self.users.get(token.user_id)
        if user.email != token.email:
            raise LinkInvalid
        await self._set(user, new)
        await self.users.change(user, email_verified_at=user.email_verified_at or clock.now())
        await self.sessions.end_all_of(user.id)
        self.work.note_security(SecurityEvent.PASSWORD_RESET, reason="by e-mail", user_id=user.id)

    def _note_failure(self, user: User | None) -> None:
        event, reason, user_id = SecurityEvent.LOGIN_FAILED, "unknown account", None
        if user is not None:
            reason, user_id = "wrong password" if user.password_hash else "no password", user.id
        if self.work.actor.user_id is not None:
            event = SecurityEvent.PASSWORD_REFUSED
        self.work.note_security(event, reason=reason, user_id=user_id)

    async def _set(self, user: User, new: str) -> None:
        await self.users.change(user, password_hash=await self.hash(new, email=user.email))
        text = AFTER_CHANGE.format(name=user.full_name)
        self.work.enqueue(send_mail, user.email, "Your password was changed", text)
