from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin


class Notification(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """A notification of one user. `in_app` and `by_email` are the preferences when it was sent."""

    __tablename__ = "notifications"
    __table_args__ = (Index(None, "tenant_id", "user_id", "id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(String(2083))
    in_app: Mapped[bool]
    by_email: Mapped[bool]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]


class NotificationPreference(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """Says how a user wants notifications of one kind. Without a row they come both ways."""

    __tablename__ = "notification_preferences"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id", "kind"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(120))
    in_app: Mapped[bool]
    by_email: Mapped[bool]
