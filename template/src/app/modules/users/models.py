from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import TimestampMixin, UUIDMixin, unique_ignoring_case


class User(UUIDMixin, TimestampMixin, Base):
    """A user has one e-mail address and one password, and joins tenants through memberships.

    `credentials_version` is raised by every change of how the user logs in. A proof made with an
    earlier version (a verified password, a challenge, a link) is no longer accepted.
    """

    __tablename__ = "users"
    __global_reason__ = "one person may work for several tenants"
    __table_args__ = (unique_ignoring_case("users", "email"),)

    email: Mapped[str] = mapped_column(String(320))
    full_name: Mapped[str] = mapped_column(String(120))
    email_verified_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(String(255))
    credentials_version: Mapped[int] = mapped_column(default=0, server_default="0")
    is_superuser: Mapped[bool] = mapped_column(default=False)
    suspended_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(String(35))
    """A tag of BCP 47. Without it, and without a time zone, the tenant's are used."""
    time_zone: Mapped[str | None] = mapped_column(String(64))


class AuthSession(UUIDMixin, TimestampMixin, Base):
    """A log-in. It ends at log-out, at expiry, or when a refresh token is used twice."""

    __tablename__ = "auth_sessions"
    __global_reason__ = "is found by a secret before anybody is known"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    tenant_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), index=True
    )
    user_agent: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(45))
    last_used_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class RefreshToken(UUIDMixin, TimestampMixin, Base):
    """A token that is valid for one use. Used tokens are kept, so that a second use is noticed."""

    __tablename__ = "refresh_tokens"
    __global_reason__ = "is found by a secret before anybody is known"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("auth_sessions.id", ondelete="CASCADE"), index=True
    )
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class OneTimeToken(UUIDMixin, TimestampMixin, Base):
    """The secret of a link in an e-mail. Using it proves that the user reads that address's mail.

    With a `credentials_version` it is valid only while the user still has that version.
    """

    __tablename__ = "one_time_tokens"
    __global_reason__ = "is found by a secret before anybody is known"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(320))
    credentials_version: Mapped[int | None]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SecondFactor(UUIDMixin, TimestampMixin, Base):
    """A device that shows codes (TOTP, RFC 6238). It is in force once its first code was given."""

    __tablename__ = "second_factors"
    __global_reason__ = "guards a log-in, before it is known for which tenant"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    sealed_secret: Mapped[str] = mapped_column(String(400))
    key_id: Mapped[str] = mapped_column(String(20))
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class RecoveryCode(UUIDMixin, TimestampMixin, Base):
    """A code that replaces a lost device, once."""

    __tablename__ = "recovery_codes"
    __global_reason__ = "guards a log-in, before it is known for which tenant"
    __table_args__ = (UniqueConstraint("user_id", "secret_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    secret_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Identity(UUIDMixin, TimestampMixin, Base):
    """A provider's account with which its user logs in. `email` is its address when it was linked.

    Unlinked accounts are kept: otherwise the next log-in with one would link it again.
    """

    __tablename__ = "identities"
    __global_reason__ = "is found before anybody is known"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(320))
    unlinked_at: Mapped[datetime | None]
