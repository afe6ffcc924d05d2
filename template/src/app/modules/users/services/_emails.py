from uuid import UUID

from app.core.mail import count_email
from app.core.security_events import SecurityEvent
from app.core.unit_of_work import CurrentWork
from app.kit import clock

from ..errors import ConfirmationIncomplete, EmailTaken
from ..mails import EMAIL_CHANGED
from ..repositories import IdentityRepository, User, UserRepository
from ._credentials import CredentialService
from ._email_jobs import mail_confirmation, notify
from ._one_time import OneTimeTokens, Purpose
from ._passwords import PasswordService


class EmailService:
    """Confirms and changes a user's address: that takes the link and the user.

    The link alone proves who reads the mail, not whose account it is: an attacker could register
    with somebody else's address, and wait until its owner clicks the link.
    """

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.users = UserRepository(work.session)
        self.passwords = PasswordService(work)
        self.credentials = CredentialService(work)

    async def ask_for_confirmation(self) -> None:
        """Send a link that confirms the actor's address, unless it is confirmed."""
        user = await self.users.get(self.work.require_user())
        if user.email_verified_at is None:
            await count_email(self.work, "confirmation", to=user.email)
            self.work.enqueue(mail_confirmation, user_id=user.id, email=user.email)

    async def ask_for_change(self, *, email: str, password: str) -> None:
        """Send a link to the new address; using it changes it. Raises WrongCredentials."""
        own = await self.users.get(self.work.require_user())
        user = await self.passwords.prove(own, password)
        await count_email(self.work, "confirmation", to=email)
        self.work.enqueue(
            mail_confirmation,
            user_id=user.id,
            email=email.lower(),
            version=user.credentials_version,
        )

    async def confirm(self, secret: str, *, password: str | None = None) -> None:
        """Confirm as the link's user: logged in, or with their password.

        Raises LinkInvalid, ConfirmationIncomplete, WrongCredentials, EmailTaken.
        """
        links = OneTimeTokens(self.work)
        proven = await self._prove(await links.user_of(Purpose.EMAIL, secret), password)
        user = await self.credentials.lock(proven)
        token = await links.spend(Purpose.EMAIL, secret, held=user)
        if token.email == user.email:
            await self.users.change(user, email_verified_at=clock.now())
        else:
            await self._change(user, token.email)

    async def _prove(self, user_id: UUID, password: str | None) -> User:
        user = await self.users.get(user_id)
        if self.work.actor.user_id == user_id:
            return user
        if password is None:
            raise ConfirmationIncomplete
        return await self.passwords.prove(user, password)

    async def _change(self, user: User, email: str) -> None:
        """Change the address; end the other log-ins and unlink provider accounts."""
        if await self.users.find_by_email(email) is not None:
            raise EmailTaken
        notify(self.work, user, EMAIL_CHANGED)
        await IdentityRepository(self.work.session).delete_of(user.id)
        actor = self.work.actor
        await self.credentials.renew(
            user,
            keep=actor.session_id if actor.user_id == user.id else None,
            email=email,
            email_verified_at=clock.now(),
        )
        self.work.note_security(
            SecurityEvent.EMAIL_CHANGED, reason="by the person", user_id=user.id
        )
