from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin

ROLE_IS_KNOWN = "role IN ('viewer', 'member', 'admin', 'owner')"


class Tenant(UUIDMixin, TimestampMixin, Base):
    __tablename__ = "tenants"
    __global_reason__ = "is what the others belong to"

    name: Mapped[str] = mapped_column(String(120))
    suspended_at: Mapped[datetime | None]

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None


class Membership(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """Joins a user to a tenant. A person sees her own even before she has chosen a tenant."""

    __tablename__ = "memberships"
    __personal__ = "user_id"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id"),
        Index(None, "user_id"),
        CheckConstraint(ROLE_IS_KNOWN, name="role_is_known"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))


class Invitation(UUIDMixin, TimestampMixin, TenantMixin, Base):
    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        UniqueConstraint("tenant_id", "secret_hash"),
        CheckConstraint(ROLE_IS_KNOWN, name="role_is_known"),
    )

    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(20))
    secret_hash: Mapped[str] = mapped_column(String(64))
    mailed_secret_hash: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime]
