from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from app.core.auth import hash_secret, new_secret
from app.core.security_events import SecurityEvent
from app.core.unit_of_work import CurrentWork
from app.kit import clock

from ..errors import LinkInvalid
from ..repositories import OneTimeToken, OneTimeTokenRepository, User


class Purpose(StrEnum):
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105 - the name of a purpose


LIFETIME = {Purpose.EMAIL: timedelta(days=2), Purpose.PASSWORD: timedelta(hours=1)}


class OneTimeTokens:
    """Issues and spends the secrets of links in e-mails. Only their hashes are stored."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.tokens = OneTimeTokenRepository(work.session)

    async def issue(
        self, purpose: Purpose, *, user_id: UUID, email: str, version: int | None = None
    ) -> str:
        """Return a new secret, and delete earlier ones of the same user and purpose.

        With a `version`, it is valid only while the user's credentials have that version.
        """
        secret = new_secret()
        await self.tokens.withdraw(user_id, purpose)
        await self.tokens.create(
            user_id=user_id,
            purpose=purpose,
            email=email,
            credentials_version=version,
            secret_hash=hash_secret(secret),
            expires_at=clock.now() + LIFETIME[purpose],
        )
        return secret

    async def user_of(self, purpose: Purpose, secret: str) -> UUID:
        """Return the user to lock before `spend`. Raises LinkInvalid for an unknown secret.

        A unit of its own reads it, so that no connection is held while a password is verified.
        """
        async with self.work.within(None) as work:
            tokens = OneTimeTokenRepository(work.session)
            user_id = await tokens.find_user(hash_secret(secret), purpose)
        if user_id is None:
            self.work.note_security(SecurityEvent.LINK_REFUSED, reason=purpose.value)
            raise LinkInvalid
        return user_id

    async def spend(self, purpose: Purpose, secret: str, *, held: User) -> OneTimeToken:
        """Spend the secret of a locked user, once even if two try. Raises LinkInvalid."""
        token = await self.tokens.spend(hash_secret(secret), purpose, clock.now())
        if (
            token is None
            or token.user_id != held.id
            or token.credentials_version not in (None, held.credentials_version)
        ):
            self.work.note_security(SecurityEvent.LINK_REFUSED, reason=purpose.value)
            raise LinkInvalid
        return token
