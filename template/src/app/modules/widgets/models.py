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


class Widget(UUIDMixin, TimestampMixin, TenantMixin, Base):
    __tablename__ = "widgets"

    name: Mapped[str] = mapped_column(sa.String(120))
