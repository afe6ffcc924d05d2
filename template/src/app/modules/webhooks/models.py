from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin, tenant_foreign_key

WAITING = "waiting"
DELIVERED = "delivered"
FAILED = "failed"


class WebhookEndpoint(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """An endpoint. `events` are names, or patterns: `invoices.*`, `*`."""

    __tablename__ = "webhook_endpoints"

    url: Mapped[str] = mapped_column(String(2083))
    description: Mapped[str] = mapped_column(String(200))
    events: Mapped[list[str]] = mapped_column(ARRAY(String(120)))
    sealed_secret: Mapped[str] = mapped_column(Text)
    sealed_previous_secret: Mapped[str | None] = mapped_column(Text)
    previous_secret_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]

    @property
    def enabled(self) -> bool:
        return self.disabled_at is None

    def wants(self, event: str) -> bool:
        return any(_matches(pattern, event) for pattern in self.events)


class WebhookDelivery(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """One event for one endpoint: what is sent, and the outcome. Its id is `webhook-id`."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        tenant_foreign_key("endpoint_id", "webhook_endpoints", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "endpoint_id", "event_id"),
        CheckConstraint("status IN ('waiting', 'delivered', 'failed')", name="known_status"),
        Index(None, "tenant_id", "created_at"),
    )

    endpoint_id: Mapped[UUID]
    event_id: Mapped[UUID]
    event: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None]
    answer_status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(300))


def _matches(pattern: str, event: str) -> bool:
    in_namespace = pattern.endswith(".*") and event.startswith(pattern.removesuffix("*"))
    return pattern in ("*", event) or in_namespace
