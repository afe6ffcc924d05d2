from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import (
    TenantMixin,
    TimestampMixin,
    UUIDMixin,
    unique_ignoring_case,
)


class Tenant(UUIDMixin, TimestampMixin, Base):
    __tablename__ = "tenants"
    __global_reason__ = "is what the others belong to"
    __table_args__ = (UniqueConstraint("slug"),)

    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(
        String(63),
        server_default=text("(gen_random_uuid())::text"),
        info={"example": "acme"},
    )
    """The tenant's name in URLs, and in subdomains: unique among all tenants."""
    time_zone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    """A name of the IANA database, for `zoneinfo.ZoneInfo`."""
    language: Mapped[str] = mapped_column(String(35), server_default="en")
    """A tag of BCP 47, one of APP_TENANTS_LANGUAGES."""
    currency: Mapped[str] = mapped_column(String(3), server_default="EUR")
    """A code of ISO 4217."""
    suspended_at: Mapped[datetime | None]

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None


class Membership(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """Joins a user to a tenant. Users can read their own before they have chosen a tenant."""

    __tablename__ = "memberships"
    __personal__ = "user_id"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id"),
        Index(None, "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(60))


class Invitation(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """An invitation is valid while the user who made it (or whose key did) may still make it."""

    __tablename__ = "invitations"
    __table_args__ = (
        unique_ignoring_case("invitations", "tenant_id", "email"),
        UniqueConstraint("tenant_id", "secret_hash"),
    )

    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(60))
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    secret_hash: Mapped[str] = mapped_column(String(64))
    mailed_secret_hash: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime]


class CustomRole(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """A role of the tenant. A change sets a new `grant_id`; tokens with the old one are revoked."""

    __tablename__ = "custom_roles"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str] = mapped_column(String(60))
    permissions: Mapped[list[str]] = mapped_column(ARRAY(String(120)))
    grant_id: Mapped[UUID]
