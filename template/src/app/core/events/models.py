"""The outbox: events, and the state of their delivery to each subscriber."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import UUIDMixin


class Status(StrEnum):
    WAITING = "waiting"
    HANDLED = "handled"
    FAILED = "failed"
    SKIPPED = "skipped"


class OutboxEvent(UUIDMixin, Base):
    """An event, written in the transaction of its cause."""

    __tablename__ = "event_outbox"
    __global_reason__ = "the command line reads it for all tenants, and work for none writes it"
    __table_args__ = (Index(None, "tenant_id"), Index(None, "name"))

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    version: Mapped[int]
    payload: Mapped[dict[str, Any]]
    ordering_key: Mapped[str | None]
    actor: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    trace_id: Mapped[str | None]
    occurred_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Delivery(Base):
    """The delivery of one event to one subscriber.

    `handled` is written in the handler's own transaction, so its effects happen exactly once.
    """

    __tablename__ = "event_deliveries"
    __global_reason__ = "belongs to event_outbox"
    __table_args__ = (
        CheckConstraint(
            "status IN ('waiting', 'handled', 'failed', 'skipped')", name="known_status"
        ),
        Index("ix_event_deliveries_unfinished", "status", postgresql_where="status <> 'handled'"),
    )

    event_id: Mapped[UUID] = mapped_column(
        ForeignKey("event_outbox.id", ondelete="CASCADE"), primary_key=True
    )
    handler: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(), default=Status.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    finished_at: Mapped[datetime | None]
