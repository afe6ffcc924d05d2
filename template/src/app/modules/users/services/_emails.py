from app.core.mail import send_mail
from app.core.security_events import SecurityEvent
from app.core.unit_of_work import CurrentWork
from app.kit import clock

from ..errors import EmailTaken
from ..repositories import User, UserRepository
from ._letters import NEW_EMAIL, mail_confirmation
from ._one_time import OneTimeTokens, Purpose
from ._passwords import PasswordService


class EmailService:
    """The address of a user: confirmed by a link that only its reader has."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.users = UserRepository(work.session)
        self.passwords = PasswordService(work)

    async def ask_for_confirmation(self) -> None:
        """Of the address that the actor has."""
        user = await self._own()
        if user.email_verified_at is None:
            self.work.enqueue(mail_confirmation, user_id=user.id, email=user.email)

    async def ask_for_change(self, *, email: str, password: str) -> None:
        """The address changes when the new one is confirmed. Raises WrongCredentials."""
        user = await self.passwords.prove(await self._own(), password)
        self.work.enqueue(mail_confirmation, user_id=user.id, email=email.lower())

    async def confirm(self, secret: str) -> None:
        """Raises LinkInvalid, EmailTaken."""
        token = await OneTimeTokens(self.work).spend(Purpose.EMAIL, secret)
        user = await self.users.get(token.user_id)
        if token.email != user.email:
            await self._change(user, token.email)
        await self.users.change(user, email_verified_at=clock.now())

    async def _change(self, user: User, email: str) -> None:
        if await self.users.find_by_email(email) is not None:
            raise EmailTaken
        text = NEW_EMAIL.format(name=user.full_name)
        self.work.enqueue(send_mail, user.email, "Your e-mail address was changed", text)
        await self.users.change(user, email=email)
        self.work.note_security(
            SecurityEvent.EMAIL_CHANGED, reason="by the person", user_id=user.id
        )

    async def _own(self) -> User:
        return await self.users.get(self.work.require_user())
