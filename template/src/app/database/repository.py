"""What every repository can do. The session already has the tenant; no method takes one."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm.attributes import set_committed_value

from app.database.mixins import UUIDMixin
from app.database.narrowing import narrowing, narrowing_columns
from app.database.pagination import decode_cursor, encode_cursor
from app.database.session import ScopedAsyncSession
from app.database.statements import Statements
from app.database.tenancy import TenantMismatch
from app.kit.rows import Rows

Model = TypeVar("Model", bound=UUIDMixin)


class RowNotFound(Exception):
    """No such row for this tenant, whether or not another tenant has it."""


class Repository(Generic[Model]):
    """Its own verbs run compiled statements and hand out plain rows: to change one, call `change`.

    What `query` asks are entities of the session. Both may be given to `change` and `delete`.
    """

    model: ClassVar[type[Any]]
    _statements: ClassVar[Mapping[str | None, Statements[Any]]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "model" in cls.__dict__:
            cls._statements = {
                own: Statements(cls.model, own) for own in narrowing_columns(cls.model)
            }

    def __init__(self, session: ScopedAsyncSession) -> None:
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
        """The row as it is now; a plain row that was given stays as it was. Raises RowNotFound."""
        if not values:
            return row
        statements, own = self._narrowed(to_write=True)
        _owned(values, statements.own, own)
        statement, complete = statements.update(values)
        records = await self.session.fetch(
            statement, {**complete, "_where_id": row.id, "_where_own": own}
        )
        changed: Model = self._only(statements.rows(records))
        return _in_step(row, changed)

    async def delete(self, row: Model) -> None:
        """Raises RowNotFound."""
        statements, own = self._narrowed(to_write=True)
        values = {"_where_id": row.id, "_where_own": own}
        self._only(await self.session.fetch(statements.delete, values))
        if inspect(row, raiseerr=False):
            self.session.expunge(row)

    def query(self) -> Select[Any]:
        return select(self.model)

    def filtered(self, **values: Any) -> Select[Any]:
        """Return the query for rows that have these values; a `None` asks for nothing."""
        wanted = {name: value for name, value in values.items() if value is not None}
        return self.query().filter_by(**wanted)

    async def first(self, query: Select[Any]) -> Model | None:
        return (await self.session.scalars(query.limit(1))).first()

    async def all(self, query: Select[Any]) -> Sequence[Model]:
        return (await self.session.scalars(query)).all()

    async def page(self, query: Select[Any], *, limit: int, cursor: str | None) -> Rows[Model]:
        """One row more than asked for tells whether another page follows."""
        if cursor is not None:
            query = query.where(self.model.id < decode_cursor(cursor))
        return _page(await self.all(query.order_by(self.model.id.desc()).limit(limit + 1)), limit)

    def _narrowed(self, *, to_write: bool = False) -> tuple[Statements[Model], UUID | None]:
        """The statements for this session, and what narrows them. Raises TenantContextRequired."""
        column, own = narrowing(self.model, self.session, to_write=to_write)
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


def _page(rows: Sequence[Model], limit: int) -> Rows[Model]:
    """Of one row more than asked for."""
    more = len(rows) > limit
    return Rows(rows[:limit], encode_cursor(rows[limit - 1].id) if more else None)


def _in_step(row: Model, changed: Model) -> Model:
    """An entity of the session learns what was written; nobody else looks at a plain row."""
    if not inspect(row, raiseerr=False):
        return changed
    for name, value in vars(changed).items():
        set_committed_value(row, name, value)
    return row
