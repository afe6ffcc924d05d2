"""Files that a job imports, and what became of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin
from app.database.repository import Repository


class CsvImport(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """One file; `content` is empty once it was imported or refused."""

    __tablename__ = "csv_files_whose_rows_are_imported"

    name: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default="waiting", info={"example": "done"})
    content: Mapped[str | None] = mapped_column(Text)
    rows: Mapped[int]
    created: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CsvImportRepository(Repository[CsvImport]):
    model = CsvImport

    async def delete_before(self, moment: datetime) -> None:
        await self.session.execute(delete(CsvImport).where(CsvImport.created_at < moment))

    async def give_up_before(self, moment: datetime, *, report: dict[str, Any]) -> None:
        """Give up files that have waited since then. Their jobs refuse them if they still come."""
        await self.session.execute(
            update(CsvImport)
            .where(CsvImport.state == "waiting", CsvImport.created_at < moment)
            .values(state="failed", content=None, report=report)
            .execution_options(synchronize_session=False)
        )
