"""What every repository can do. The session already has the tenant; no method takes one."""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.mixins import UUIDMixin
from app.database.pagination import decode_cursor, encode_cursor
from app.kit.rows import Rows

Model = TypeVar("Model", bound=UUIDMixin)


class RowNotFound(Exception):
    """No such row for this tenant, whether or not another tenant has it."""


class Repository(Generic[Model]):
    model: ClassVar[type[Any]]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, row_id: UUID) -> Model:
        """The row. Raises RowNotFound."""
        row = await self.find(row_id)
        if row is None:
            raise RowNotFound(self.model.__name__)
        return row

    async def find(self, row_id: UUID) -> Model | None:
        return await self.first(self.query().where(self.model.id == row_id))

    async def list(self, *, limit: int, cursor: str | None = None) -> Rows[Model]:
        """The newest first. Raises InvalidCursor."""
        return await self.page(self.query(), limit=limit, cursor=cursor)

    async def create(self, **values: Any) -> Model:
        row: Model = self.model(**values)
        self.session.add(row)
        await self.session.flush()
        return row

    async def change(self, row: Model, **values: Any) -> Model:
        for name, value in values.items():
            setattr(row, name, value)
        await self.session.flush()
        return row

    async def delete(self, row: Model) -> None:
        await self.session.delete(row)
        await self.session.flush()

    def query(self) -> Select[Any]:
        return select(self.model)

    async def first(self, query: Select[Any]) -> Model | None:
        return (await self.session.scalars(query.limit(1))).first()

    async def all(self, query: Select[Any]) -> Sequence[Model]:
        return (await self.session.scalars(query)).all()

    async def page(self, query: Select[Any], *, limit: int, cursor: str | None) -> Rows[Model]:
        """One row more than asked for tells whether another page follows."""
        if cursor is not None:
            query = query.where(self.model.id < decode_cursor(cursor))
        rows = await self.all(query.order_by(self.model.id.desc()).limit(limit + 1))
        last = rows[limit - 1].id if len(rows) > limit else None
        return Rows(rows[:limit], encode_cursor(last) if last else None)
