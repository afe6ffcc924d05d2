from app.core.auth import weakness
from app.core.mail import send_mail
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
        await self.work.release()
        return await self.passwords.hash(password)

    async def prove(self, user: User | None, password: str) -> User:
        """The same work for nobody as for a user. Raises WrongCredentials."""
        hashed = user.password_hash if user else None
        await self.work.release()
        if not await self.passwords.verify(password, hashed) or user is None or hashed is None:
            raise WrongCredentials
        if self.passwords.is_outdated(hashed):
            return await self._renew(user, password)
        return user

    async def _renew(self, user: User, password: str) -> User:
        """In a unit of its own: what asked for the proof has not begun to write."""
        renewed = await self.passwords.hash(password)
        async with self.work.within(None) as work:
            return await UserRepository(work.session).change(user, password_hash=renewed)

    async def change(self, *, current: str, new: str) -> None:
        """Ends the actor's other log-ins. Raises WrongCredentials, WeakPassword."""
        user = await self.prove(await self.users.get(self.work.require_user()), current)
        await self._set(user, await self.hash(new, email=user.email))
        await self.sessions.end_all_of(user.id, but=self.work.actor.session_id)

    async def ask_for_reset(self, email: str) -> None:
        """Does the same whether or not a user has this address; the letter's job finds out."""
        self.work.enqueue(mail_password_reset, email=email.lower())

    async def reset(self, secret: str, *, new: str) -> None:
        """Ends all log-ins. Raises LinkInvalid, WeakPassword."""
        tokens = OneTimeTokens(self.work)
        found = await tokens.find(Purpose.PASSWORD, secret)
        user = await self.users.get(found.user_id)
        if user.email != found.email:
            raise LinkInvalid
        hashed = await self.hash(new, email=user.email)  # takes long: before the first write
        await tokens.spend(Purpose.PASSWORD, secret)
        await self._set(user, hashed)
        await self.users.change(user, email_verified_at=user.email_verified_at or clock.now())
        await self.sessions.end_all_of(user.id)

    async def _set(self, user: User, hashed: str) -> None:
        await self.users.change(user, password_hash=hashed)
        text = AFTER_CHANGE.format(name=user.full_name)
        self.work.enqueue(send_mail, user.email, "Your password was changed", text)
