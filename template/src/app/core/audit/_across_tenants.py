"""The log of work across tenants: written in its transaction, invisible to tenants."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import UUIDMixin
from app.database.repository import Repository
from app.kit import clock


class AuditEntry(UUIDMixin, Base):
    __tablename__ = "audit_entries"
    __global_reason__ = "records work across tenants, and outlives these tenants"

    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    reason: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class AuditEntryRepository(Repository[AuditEntry]):
    model = AuditEntry
