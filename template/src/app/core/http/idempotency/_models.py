"""Stored responses, for as long as clients may repeat a request."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import TenantMixin, UUIDMixin
from app.kit import clock


class IdempotencyRecord(UUIDMixin, TenantMixin, Base):
    """A stored response. Decrypting it needs the app's secret and the key: it may hold a token."""

    __tablename__ = "idempotency_records"
    __table_args__ = (
        UniqueConstraint("tenant_id", "actor_id", "key_hash"),
        Index(None, "tenant_id", "stored_at"),
    )

    actor_id: Mapped[UUID]
    key_hash: Mapped[str] = mapped_column(String(64))
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[bytes]
    stored_at: Mapped[datetime] = mapped_column(default=clock.now)
