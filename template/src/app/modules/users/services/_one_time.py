from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from app.core.auth import hash_secret, new_secret
from app.core.unit_of_work import CurrentWork
from app.kit import clock

from ..errors import LinkInvalid
from ..repositories import OneTimeToken, OneTimeTokenRepository


class Purpose(StrEnum):
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105 - the name of a purpose


LIFETIME = {Purpose.EMAIL: timedelta(days=2), Purpose.PASSWORD: timedelta(hours=1)}


class OneTimeTokens:
    """Secrets in letters. Only the letter knows them: what is stored is a hash."""

    def __init__(self, work: CurrentWork) -> None:
        self.tokens = OneTimeTokenRepository(work.session)

    async def issue(self, purpose: Purpose, *, user_id: UUID, email: str) -> str:
        """The secret. Earlier ones of this purpose are good no more."""
        secret = new_secret()
        await self.tokens.withdraw(user_id, purpose)
        await self.tokens.create(
            user_id=user_id,
            purpose=purpose,
            email=email,
            secret_hash=hash_secret(secret),
            expires_at=clock.now() + LIFETIME[purpose],
        )
        return secret

    async def find(self, purpose: Purpose, secret: str) -> OneTimeToken:
        """One that can still be spent. Raises LinkInvalid."""
        token = await self.tokens.find_valid(hash_secret(secret), purpose, clock.now())
        if token is None:
            raise LinkInvalid
        return token

    async def spend(self, purpose: Purpose, secret: str) -> OneTimeToken:
        """Once, even if two try at the same time. Raises LinkInvalid."""
        token = await self.tokens.spend(hash_secret(secret), purpose, clock.now())
        if token is None:
            raise LinkInvalid
        return token
