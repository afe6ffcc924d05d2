"""Rows that are archived instead of deleted, and can be restored."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import bindparam

from app.database.mixins import ArchiveMixin
from app.database.repository import Repository, RowNotFound
from app.kit import clock
from app.kit.rows import Rows

Archived = TypeVar("Archived", bound=ArchiveMixin)
FILTER = "archived"


class ArchiveRepository(Repository[Archived]):
    """A repository that finds and lists the rows that live, unless archived ones are asked for.

    Its lists have a filter `archived`, and its model's unique indexes are `unique_among_living`.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        if "model" in cls.__dict__:
            is_archived = cls.model.archived_at.is_not(None)
            cls.filters = (*cls.filters, is_archived == bindparam(FILTER))
        super().__init_subclass__(**options)

    async def find(self, row_id: UUID) -> Archived | None:
        row = await super().find(row_id)
        return None if row is None or row.archived_at else row

    async def listed(
        self,
        filters: Mapping[str, object],
        *,
        sort: str | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> Rows[Archived]:
        wanted = {**filters, FILTER: bool(filters.get(FILTER))}
        return await super().listed(wanted, sort=sort, limit=limit, cursor=cursor)

    async def archive(self, row: Archived) -> Archived:
        """Hide the row, and free its unique values. Raises RowNotFound."""
        return await self.change(row, archived_at=clock.now())

    async def get_archived(self, row_id: UUID) -> Archived:
        """Return an archived row, locked until the transaction ends. Raises RowNotFound."""
        row = await super()._lock(row_id)
        if row.archived_at is None:
            raise RowNotFound(self.model.__name__)
        return row

    async def restore(self, row: Archived) -> Archived:
        """Raises the errors of `taken` if another row has got a unique value meanwhile."""
        return await self.change(row, archived_at=None)

    async def _lock(self, row_id: UUID, *, read: bool = False, key_share: bool = False) -> Archived:
        row = await super()._lock(row_id, read=read, key_share=key_share)
        if row.archived_at:
            raise RowNotFound(self.model.__name__)
        return row
