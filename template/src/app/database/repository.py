"""The base class of repositories. The session knows the tenant, so no method takes one."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from app.database.compiled.model_statements import Statements
from app.database.compiled.rows import read_only
from app.database.compiled.tenant_filter import tenant_columns, tenant_filter
from app.database.mixins import IGNORES_CASE, UUIDMixin
from app.database.pagination import cut_page, decode_cursor
from app.database.session import TenantSession
from app.database.tenancy import TenantMismatch
from app.kit.rows import Rows

Model = TypeVar("Model", bound=UUIDMixin)


class RowNotFound(Exception):
    """The row does not exist for this tenant; another tenant may have it."""


class Repository(Generic[Model]):
    """Queries of one model. Returns read-only rows; call `change` to change one.

    For queries that need ORM entities, use `self.session.orm`.
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
        """Return the row. Raises RowNotFound."""
        row = await self.find(row_id)
        if row is None:
            raise RowNotFound(self.model.__name__)
        return row

    async def find(self, row_id: UUID) -> Model | None:
        statements, own = self._own_statements()
        values = {"_where_id": row_id, "_where_own": own}
        rows = statements.rows(await self.session.read(statements.find, values))
        return rows[0] if rows else None

    async def get_for_update(self, row_id: UUID) -> Model:
        """Return the row, locked until the transaction ends, so that checks hold until the write.

        Raises RowNotFound.
        """
        return await self._lock(row_id, shared=False)

    async def get_for_share(self, row_id: UUID) -> Model:
        """Return the row with a shared lock: others may read and share-lock it, but not change it.

        Raises RowNotFound.
        """
        return await self._lock(row_id, shared=True)

    async def list(self, *, limit: int, cursor: str | None = None) -> Rows[Model]:
        """Return a page, newest first. Raises InvalidCursor."""
        statements, own = self._own_statements()
        values = {
            "limit": limit + 1,
            "_where_own": own,
            "_where_id": cursor and decode_cursor(cursor),
        }
        statement = statements.next_page if cursor else statements.first_page
        return cut_page(statements.rows(await self.session.read(statement, values)), limit)

    async def create(self, **values: Any) -> Model:
        statements, own = self._own_statements(to_write=True)
        statement, complete = statements.insert(_owned(values, statements.own, own))
        return statements.rows(await self.session.fetch(statement, complete))[0]

    async def change(self, row: Model, /, **values: Any) -> Model:
        """Write the values and return the changed row; `row` itself is not modified.

        Raises RowNotFound.
        """
        if not values:
            return row
        statements, own = self._own_statements(to_write=True)
        _owned(values, statements.own, own)
        statement, complete = statements.update(values)
        records = await self.session.fetch(
            statement, {**complete, "_where_id": row.id, "_where_own": own}
        )
        changed: Model = self._only(statements.rows(records))
        return changed

    async def delete(self, row: Model) -> None:
        """Delete the row. Raises RowNotFound."""
        statements, own = self._own_statements(to_write=True)
        values = {"_where_id": row.id, "_where_own": own}
        self._only(await self.session.fetch(statements.delete, values))

    def query(self) -> Select[Any]:
        return select(self.model)

    def filtered(self, **values: Any) -> Select[Any]:
        """Return a query for rows with these values; a value of `None` is ignored.

        Columns of `unique_ignoring_case` are compared case-insensitively.
        """
        wanted = {name: value for name, value in values.items() if value is not None}
        return self.query().where(*(_equals(self.model, *each) for each in wanted.items()))

    async def first(self, query: Select[Any]) -> Model | None:
        rows = await self.all(query.limit(1))
        return rows[0] if rows else None

    async def all(self, query: Select[Any]) -> Sequence[Model]:
        """Return the rows of a query of the model."""
        return [read_only(entity) for entity in await self.session.scalars(query)]

    async def page(self, query: Select[Any], *, limit: int, cursor: str | None) -> Rows[Model]:
        """Return a page of a query, newest first. Raises InvalidCursor."""
        if cursor is not None:
            query = query.where(self.model.id < decode_cursor(cursor))
        ordered = query.order_by(self.model.id.desc())
        return cut_page(await self.all(ordered.limit(limit + 1)), limit)

    async def _lock(self, row_id: UUID, *, shared: bool) -> Model:
        statements, own = self._own_statements(to_write=True)
        values = {"_where_id": row_id, "_where_own": own}
        statement = statements.lock_shared if shared else statements.lock
        locked: Model = self._only(statements.rows(await self.session.fetch(statement, values)))
        return locked

    def _own_statements(self, *, to_write: bool = False) -> tuple[Statements[Model], UUID | None]:
        """Return this session's statements and the filter's value. Raises TenantContextRequired."""
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
    """Return the values with the session's tenant or user. Raises TenantMismatch."""
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
    """Return the columns of the model's `unique_ignoring_case` indexes."""
    named = (index.info.get(IGNORES_CASE) for index in model.__table__.indexes)
    return frozenset(filter(None, named))
