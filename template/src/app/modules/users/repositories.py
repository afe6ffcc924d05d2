from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update

from app.database.repository import Repository

from .models import AuthSession, OneTimeToken, RefreshToken, User

__all__ = [
    "AuthSession",
    "AuthSessionRepository",
    "OneTimeToken",
    "OneTimeTokenRepository",
    "RefreshToken",
    "RefreshTokenRepository",
    "User",
    "UserRepository",
]


class UserRepository(Repository[User]):
    model = User

    async def find_by_email(self, email: str) -> User | None:
        return await self.first(self.query().where(User.email == email))

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[User]:
        return await self.all(self.query().where(User.id.in_(ids)))


class AuthSessionRepository(Repository[AuthSession]):
    model = AuthSession

    async def revoke(self, session_id: UUID, at: datetime) -> None:
        await self.session.execute(
            update(AuthSession).where(AuthSession.id == session_id).values(revoked_at=at)
        )

    async def revoke_of_user(
        self, user_id: UUID, *, but: UUID | None, at: datetime
    ) -> Sequence[UUID]:
        """The ids of those that were open."""
        query = (
            update(AuthSession)
            .where(AuthSession.user_id == user_id, AuthSession.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(AuthSession.id)
        )
        if but is not None:
            query = query.where(AuthSession.id != but)
        return (await self.session.scalars(query)).all()


class RefreshTokenRepository(Repository[RefreshToken]):
    model = RefreshToken

    async def spend(self, secret_hash: str, at: datetime) -> RefreshToken | None:
        """The token, if this call was the first to use it: one statement, so that no two are."""
        query = (
            update(RefreshToken)
            .where(RefreshToken.secret_hash == secret_hash, RefreshToken.used_at.is_(None))
            .values(used_at=at)
            .returning(RefreshToken)
        )
        return (await self.session.scalars(query)).first()

    async def find_by_secret(self, secret_hash: str) -> RefreshToken | None:
        return await self.first(self.query().where(RefreshToken.secret_hash == secret_hash))


class OneTimeTokenRepository(Repository[OneTimeToken]):
    model = OneTimeToken

    async def spend(self, secret_hash: str, purpose: str, at: datetime) -> OneTimeToken | None:
        """The token, if this call was the first to use it: one statement, so that no two are."""
        query = (
            update(OneTimeToken)
            .where(
                OneTimeToken.secret_hash == secret_hash,
                OneTimeToken.purpose == purpose,
                OneTimeToken.used_at.is_(None),
                OneTimeToken.expires_at > at,
            )
            .values(used_at=at)
            .returning(OneTimeToken)
        )
        return (await self.session.scalars(query)).first()

    async def withdraw(self, user_id: UUID, purpose: str) -> None:
        """All that the user has of this purpose."""
        await self.session.execute(
            delete(OneTimeToken)
            .where(OneTimeToken.user_id == user_id, OneTimeToken.purpose == purpose)
            .execution_options(synchronize_session=False)
        )
