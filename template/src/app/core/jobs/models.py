"""How far a long run has come, for the tenant who waits for it."""

from sqlalchemy.orm import Mapped

from app.database.base import Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin


class JobProgress(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """`id` is what `work.enqueue` answered."""

    __tablename__ = "job_progress"

    done: Mapped[int]
    total: Mapped[int]
