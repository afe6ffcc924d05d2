from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import (
    Mapped,
    mapped_column,
)

from app.database.base import Base
from app.database.mixins import (
    TenantMixin,
    TimestampMixin,
    UUIDMixin,
)


class Order(UUIDMixin, TimestampMixin, TenantMixin, Base):
    __tablename__ = "orders"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "number"),
        sa.CheckConstraint(
            "status IN ('open', 'paid', 'cancelled')",
            name="status_is_known",
        ),
        sa.Index(None, "tenant_id", "status", "id"),
    )

    number: Mapped[str] = mapped_column(sa.String(20))
    email: Mapped[str] = mapped_column(sa.String(320))
    total: Mapped[Decimal] = mapped_column(
        sa.Numeric(12, 2),
    )
    status: Mapped[str] = mapped_column(sa.String(40))
