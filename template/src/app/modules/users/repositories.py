from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.database.repository import Repository, RowNotFound

from .errors import EmailTaken
from .models import (
    AuthSession,
    Identity,
    OneTimeToken,
    RecoveryCode,
    RefreshToken,
    SecondFactor,
    User,
)

__all__ = [
    "AuthSession",
    "AuthSessionRepository",
    "Identity",
    "IdentityRepository",
    "OneTimeToken",
    "OneTimeTokenRepository",
    "RecoveryCode",
    "RecoveryCodeRepository",
    "RefreshToken",
    "RefreshTokenRepository",
    "SecondFactor",
    "SecondFactorRepository",
    "User",
    "UserRepository",
]

OF_PERSON = (AuthSession, Identity, OneTimeToken, RecoveryCode, SecondFactor)
CLEARED: Mapping[str, Any] = {
    "full_name": "Deleted user",
    "email_verified_at": None,
    "password_hash": None,
    "is_superuser": False,
    "language": None,
    "time_zone": None,
}


class UserRepository(Repository[User]):
    model = User
    taken: ClassVar = {User.email: EmailTaken}

    async def find_by_email(self, email: str) -> User | None:
        return await self.first(self.query().where(func.lower(User.email) == email.lower()))

    async def find_by_identity(self, issuer: str, subject: str) -> User | None:
        """Find the user in one statement, so that `credentials_version` matches the identity."""
        query = self.query().join(Identity, Identity.user_id == User.id)
        query = query.where(Identity.issuer == issuer, Identity.subject == subject)
        return await self.first(query.where(Identity.unlinked_at.is_(None)))

    async def renew_hash(self, user: User, password_hash: str) -> None:
        """Do nothing if the password has changed since the user was read."""
        await self.session.execute(
            update(User)
            .where(User.id == user.id, User.password_hash == user.password_hash)
            .values(password_hash=password_hash)
            .execution_options(synchronize_session=False)
        )

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[User]:
        return await self.all(self.query().where(User.id.in_(ids)))

    async def delete_or_clear(self, user: User, at: datetime) -> None:
        """Delete the row; where rows of a tenant need it, delete all in it that tells of a person.

        A reference without a rule for deletion keeps the row, with an address that nobody has.
        """
        try:
            async with self.session.begin_nested():
                await self._delete_of(User, User.id == user.id)
        except IntegrityError:
            for model in OF_PERSON:
                await self._delete_of(model, model.user_id == user.id)
            await self.change(user, **CLEARED, email=f"{user.id}@deleted.invalid", suspended_at=at)

    async def _delete_of(self, model: type[Any], condition: ColumnElement[bool]) -> None:
        query = delete(model).where(condition)
        await self.session.execute(query.execution_options(synchronize_session=False))


class AuthSessionRepository(Repository[AuthSession]):
    model = AuthSession

    async def revoke(self, session_id: UUID, at: datetime) -> None:
        await self.session.execute(
            update(AuthSession).where(AuthSession.id == session_id).values(revoked_at=at)
        )

    async def get_of(self, user_id: UUID, session_id: UUID) -> AuthSession:
        """Raises RowNotFound, also for another user's session."""
        query = self.query().where(AuthSession.id == session_id, AuthSession.user_id == user_id)
        session = await self.first(query)
        if session is None:
            raise RowNotFound("AuthSession")
        return session

    async def list_of(self, user_id: UUID) -> Sequence[AuthSession]:
        query = self.query().where(AuthSession.user_id == user_id)
        return await self.all(query.order_by(AuthSession.id))

    async def list_open(self, user_id: UUID, at: datetime, *, limit: int) -> Sequence[AuthSession]:
        """Return the user's open log-ins, newest first."""
        query = self.query().where(
            AuthSession.user_id == user_id,
            AuthSession.revoked_at.is_(None),
            AuthSession.expires_at > at,
        )
        return await self.all(query.order_by(AuthSession.id.desc()).limit(limit))

    async def revoke_oldest(self, user_id: UUID, *, keep: int, at: datetime) -> Sequence[UUID]:
        """Revoke all open log-ins but the newest `keep`; return the ids of the revoked ones."""
        surplus = (
            select(AuthSession.id)
            .where(
                AuthSession.user_id == user_id,
                AuthSession.revoked_at.is_(None),
                AuthSession.expires_at > at,
            )
            .order_by(AuthSession.id.desc())
            .offset(keep)
        )
        query = (
            update(AuthSession)
            .where(AuthSession.id.in_(surplus))
            .values(revoked_at=at)
            .returning(AuthSession.id)
            .execution_options(synchronize_session=False)
        )
        return (await self.session.scalars(query)).all()

    async def list_devices(self, user_id: UUID) -> Sequence[str | None]:
        """Return the user agents of all stored log-ins, including ended ones."""
        query = select(AuthSession.user_agent).where(AuthSession.user_id == user_id)
        return (await self.session.scalars(query.distinct().limit(200))).all()

    async def purge_expired(self, before: datetime) -> None:
        await self.session.execute(
            delete(AuthSession)
            .where(AuthSession.expires_at < before)
            .execution_options(synchronize_session=False)
        )

    async def revoke_of_user(
        self, user_id: UUID, *, but: UUID | None, at: datetime
    ) -> Sequence[UUID]:
        """Return the ids of those that were open."""
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
        """Return the token if this call is the first to use it; a single statement decides that."""
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

    async def find_valid(self, secret_hash: str, purpose: str, at: datetime) -> OneTimeToken | None:
        query = self.query().where(
            OneTimeToken.secret_hash == secret_hash,
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > at,
        )
        return await self.first(query)

    async def spend(self, secret_hash: str, purpose: str, at: datetime) -> OneTimeToken | None:
        """Return the token if this call is the first to use it; a single statement decides that."""
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

    async def find_user(self, secret_hash: str, purpose: str) -> UUID | None:
        """Return the token's user, even if it is invalid: `spend` checks that, under a lock."""
        query = select(OneTimeToken.user_id).where(
            OneTimeToken.secret_hash == secret_hash, OneTimeToken.purpose == purpose
        )
        return await self.session.scalar(query)

    async def purge_expired(self, before: datetime) -> None:
        await self.session.execute(
            delete(OneTimeToken)
            .where(OneTimeToken.expires_at < before)
            .execution_options(synchronize_session=False)
        )

    async def withdraw(self, user_id: UUID, purpose: str) -> None:
        """Delete all of the user's tokens of this purpose."""
        await self.session.execute(
            delete(OneTimeToken)
            .where(OneTimeToken.user_id == user_id, OneTimeToken.purpose == purpose)
            .execution_options(synchronize_session=False)
        )


class SecondFactorRepository(Repository[SecondFactor]):
    model = SecondFactor

    async def find_of(self, user_id: UUID) -> SecondFactor | None:
        return await self.first(self.query().where(SecondFactor.user_id == user_id))

    async def find_of_for_update(self, user_id: UUID) -> SecondFactor | None:
        """Lock the row, so that each of two concurrent attempts is counted."""
        query = self.query().where(SecondFactor.user_id == user_id)
        return await self.first(query.with_for_update())

    async def list_sealed_otherwise(self, key_id: str) -> Sequence[SecondFactor]:
        return await self.all(self.query().where(SecondFactor.key_id != key_id).with_for_update())


class RecoveryCodeRepository(Repository[RecoveryCode]):
    model = RecoveryCode

    async def spend(self, user_id: UUID, secret_hash: str, at: datetime) -> bool:
        query = (
            update(RecoveryCode)
            .where(
                RecoveryCode.user_id == user_id,
                RecoveryCode.secret_hash == secret_hash,
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=at)
            .returning(RecoveryCode.id)
        )
        return (await self.session.scalars(query)).first() is not None

    async def count_unused(self, user_id: UUID) -> int:
        unused = RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
        return len(await self.all(self.query().where(*unused)))

    async def delete_of(self, user_id: UUID) -> None:
        await self.session.execute(
            delete(RecoveryCode)
            .where(RecoveryCode.user_id == user_id)
            .execution_options(synchronize_session=False)
        )


class IdentityRepository(Repository[Identity]):
    model = Identity

    async def was_unlinked(self, issuer: str, subject: str) -> bool:
        query = self.query().where(Identity.issuer == issuer, Identity.subject == subject)
        return await self.first(query.where(Identity.unlinked_at.is_not(None))) is not None

    async def list_of(self, user_id: UUID) -> Sequence[Identity]:
        """Return the user's accounts, oldest first."""
        return await self.all(self.query().where(Identity.user_id == user_id).order_by(Identity.id))

    async def get_of(self, user_id: UUID, identity_id: UUID) -> Identity:
        """Raises RowNotFound, also for another user's account."""
        query = self.query().where(Identity.id == identity_id, Identity.user_id == user_id)
        identity = await self.first(query)
        if identity is None:
            raise RowNotFound("Identity")
        return identity

    async def delete_of(self, user_id: UUID) -> None:
        """Delete the linked ones; unlinked ones stay, so that they are not linked again."""
        await self.session.execute(
            delete(Identity)
            .where(Identity.user_id == user_id, Identity.unlinked_at.is_(None))
            .execution_options(synchronize_session=False)
        )
