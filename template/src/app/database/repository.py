"""What every repository can do. The session already has the tenant; no method takes one."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from app.database.compiled.model_statements import Statements
from app.database.compiled.rows import read_only
from app.database.compiled.tenant_filter import tenant_columns, tenant_filter
from app.database.mixins import IGNORES_CASE, UUIDMixin
from app.database.pagination import decode_cursor, encode_cursor
from app.database.session import TenantSession
from app.database.tenancy import TenantMismatch
from app.kit.rows import Rows

Model = TypeVar("Model", bound=UUIDMixin)


class RowNotFound(Exception):
    """No such row for this tenant, whether or not another tenant has it."""


class Repository(Generic[Model]):
    """Returns read-only rows, from every method: to change one, call `change`.

    A query that needs entities of the ORM is written with `self.session.orm`.
    """

    model: ClassVar[type[Any]]
    _statements: ClassVar[Mapping[str | None, Statements[Any]]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "model" in cls.__dict__:
            cls._statements = {own: Statements(cls.model, own) for own in tenant_columns(cls.model)}

    def __init__(self, session: TenantSession) -> None:
        self.session = session

    async def get(self, row_id: UUID) -> Model:
        """The row. Raises RowNotFound."""
        row = await self.find(row_id)
        if row is None:
            raise RowNotFound(self.model.__name__)
        return row

    async def find(self, row_id: UUID) -> Model | None:
        statements, own = self._narrowed()
        values = {"_where_id": row_id, "_where_own": own}
        rows = statements.rows(await self.session.read(statements.find, values))
        return rows[0] if rows else None

    async def get_for_update(self, row_id: UUID) -> Model:
        """The row, locked until the transaction ends: what is checked is what is then written.

        Raises RowNotFound.
        """
        return await self._lock(row_id, shared=False)

    async def get_for_share(self, row_id: UUID) -> Model:
        """The row, which others may read and lock in this way, and not change before the end.

        Raises RowNotFound.
        """
        return await self._lock(row_id, shared=True)

    async def list(self, *, limit: int, cursor: str | None = None) -> Rows[Model]:
        """The newest first. Raises InvalidCursor."""
        statements, own = self._narrowed()
        values = {
            "limit": limit + 1,
            "_where_own": own,
            "_where_id": cursor and decode_cursor(cursor),
        }
        statement = statements.next_page if cursor else statements.first_page
        return _page(statements.rows(await self.session.read(statement, values)), limit)

    async def create(self, **values: Any) -> Model:
        statements, own = self._narrowed(to_write=True)
        statement, complete = statements.insert(_owned(values, statements.own, own))
        return statements.rows(await self.session.fetch(statement, complete))[0]

    async def change(self, row: Model, /, **values: Any) -> Model:
        """Write the values and return the row as it is now; `row` stays as it was.

        Raises RowNotFound.
        """
        if not values:
            return row
        statements, own = self._narrowed(to_write=True)
        _owned(values, statements.own, own)
        statement, complete = statements.update(values)
        records = await self.session.fetch(
            statement, {**complete, "_where_id": row.id, "_where_own": own}
        )
        changed: Model = self._only(statements.rows(records))
        return changed

    async def delete(self, row: Model) -> None:
        """Raises RowNotFound."""
        statements, own = self._narrowed(to_write=True)
        values = {"_where_id": row.id, "_where_own": own}
        self._only(await self.session.fetch(statements.delete, values))

    def query(self) -> Select[Any]:
        return select(self.model)

    def filtered(self, **values: Any) -> Select[Any]:
        """Return the query for rows that have these values; a `None` asks for nothing.

        Values that are unique whatever their case (`unique_ignoring_case`) are found in any case.
        """
        wanted = {name: value for name, value in values.items() if value is not None}
        return self.query().where(*(_equals(self.model, *each) for each in wanted.items()))

    async def first(self, query: Select[Any]) -> Model | None:
        rows = await self.all(query.limit(1))
        return rows[0] if rows else None

    async def all(self, query: Select[Any]) -> Sequence[Model]:
        """The rows of a query of the model."""
        return [read_only(entity) for entity in await self.session.scalars(query)]

    async def page(self, query: Select[Any], *, limit: int, cursor: str | None) -> Rows[Model]:
        """One row more than asked for tells whether another page follows."""
        if cursor is not None:
            query = query.where(self.model.id < decode_cursor(cursor))
        return _page(await self.all(query.order_by(self.model.id.desc()).limit(limit + 1)), limit)

    async def _lock(self, row_id: UUID, *, shared: bool) -> Model:
        statements, own = self._narrowed(to_write=True)
        values = {"_where_id": row_id, "_where_own": own}
        statement = statements.lock_shared if shared else statements.lock
        locked: Model = self._only(statements.rows(await self.session.fetch(statement, values)))
        return locked

    def _narrowed(self, *, to_write: bool = False) -> tuple[Statements[Model], UUID | None]:
        """The statements for this session, and what narrows them. Raises TenantContextRequired."""
        session = self.session
        column, own = tenant_filter(
            self.model, session.context, unscoped=session.unscoped, to_write=to_write
        )
        return self._statements[column], own

    def _only(self, rows: Sequence[Any]) -> Any:
        if not rows:
            raise RowNotFound(self.model.__name__)
        return rows[0]


def _owned(values: dict[str, Any], column: str | None, own: UUID | None) -> dict[str, Any]:
    """The values with what narrows the session. Raises TenantMismatch."""
    if column is None:
        return values
    if values.get(column, own) != own:
        raise TenantMismatch("a row was about to be written for another tenant")
    return {**values, column: own}


def _equals(model: Any, name: str, value: Any) -> ColumnElement[bool]:
    column = getattr(model, name)
    if name in _ignoring_case(model):
        column, value = func.lower(column), value.lower()
    is_equal: ColumnElement[bool] = column == value
    return is_equal


@cache
def _ignoring_case(model: Any) -> frozenset[str]:
    """The columns of its `unique_ignoring_case`."""
    named = (index.info.get(IGNORES_CASE) for index in model.__table__.indexes)
    return frozenset(filter(None, named))


def _page(rows: Sequence[Model], limit: int) -> Rows[Model]:
    """Of one row more than asked for."""
    more = len(rows) > limit
    return Rows(rows[:limit], encode_cursor(rows[limit - 1].id) if more else None)
