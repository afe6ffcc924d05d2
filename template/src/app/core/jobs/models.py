"""The progress of a long run, visible to its tenant."""

from sqlalchemy.orm import Mapped

from app.database.base import Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin


class JobProgress(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """`id` is the run's id, as returned by `work.enqueue`."""

    __tablename__ = "job_progress"

    done: Mapped[int]
    total: Mapped[int]
