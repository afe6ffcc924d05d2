"""The base class of repositories. The session knows the tenant, so no method takes one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, TypedDict, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.exc import StaleDataError

from app.database.asyncpg.errors import constraint_of
from app.database.compiled.constraints import limits, references, unique
from app.database.compiled.lists import (
    Filter,
    Lists,
    Order,
    Shape,
    Sorted,
    any_of,
    at_least,
    at_most,
    conditions_of,
    is_empty,
    negations_of,
    orders_of,
)
from app.database.compiled.model_statements import Statements
from app.database.compiled.rows import read_only
from app.database.compiled.search import Words, words_of_model
from app.database.compiled.statement import Statement
from app.database.compiled.tenant_filter import tenant_columns, tenant_filter
from app.database.mixins import UUIDMixin, ignoring_case
from app.database.pagination import cut_page, decode_cursor
from app.database.session import TenantSession
from app.database.tenancy import TenantMismatch
from app.kit.rows import Rows

__all__ = [
    "CommonColumns",
    "Model",
    "ReferenceNotFound",
    "Repository",
    "RowNotFound",
    "ValueNotAllowed",
    "any_of",
    "at_least",
    "at_most",
    "is_empty",
]

Model = TypeVar("Model", bound=UUIDMixin)
Refusal = Callable[..., Exception]

# Transaction-level advisory lock: released on commit, rollback or crash.
TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:turn, 0))").execution_options(
    raw_sql="a lock, no rows"
)


class CommonColumns(TypedDict, total=False):
    """The columns that every row has and that `create` fills in; a model's own values extend it."""

    id: UUID
    created_at: datetime
    updated_at: datetime


class RowNotFound(Exception):
    """The row does not exist for this tenant; another tenant may have it."""


class ReferenceNotFound(RowNotFound):
    """A reference names a row that does not exist for this tenant; `column` is the reference."""

    def __init__(self, **reference: object) -> None:
        [self.column] = reference
        super().__init__(self.column)


class ValueNotAllowed(Exception):
    """A value breaks a limit of the table; `column` is the column."""

    def __init__(self, **value: object) -> None:
        [self.column] = value
        super().__init__(self.column)


class Repository(Generic[Model]):
    """Queries of one model. Returns read-only rows; call `change` to change one.

    Its lists and the errors of its constraints are declared:

        class InvoiceRepository(Repository[Invoice]):
            model = Invoice
            filters = (Invoice.status, at_least(Invoice.issued_on), is_empty(Invoice.paid_on))
            sorts = (Invoice.issued_on,)
            taken = {Invoice.number: InvoiceNumberTaken}

    `taken` has what `create` and `change` raise for a value that another row has: it is called with
    the column and the value, `InvoiceNumberTaken(number=…)`. Lists of a model with `SearchMixin`
    have a filter `search`. For queries that need ORM entities, use `self.session.orm`.
    """

    model: ClassVar[type[Any]]
    filters: ClassVar[Sequence[Filter]] = ()
    sorts: ClassVar[Sequence[Sorted]] = ()
    taken: ClassVar[Mapping[InstrumentedAttribute[Any], Refusal]] = {}

    _statements: ClassVar[Mapping[str | None, Statements[Any]]]
    _lists: ClassVar[Mapping[str | None, Lists]]
    _filter_names: ClassVar[Sequence[str]]
    _negated: ClassVar[Mapping[str, str]]
    _orders: ClassVar[Mapping[str | None, Order]]
    _refusals: ClassVar[Mapping[str | None, tuple[tuple[str, ...], Refusal]]]
    _words: ClassVar[Words | None]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "model" in cls.__dict__:
            cls._words = words_of_model(cls.model)
            if cls._words:
                cls.filters = (*cls.filters, cls._words.filter)
            conditions = conditions_of(cls.model, cls.filters)
            cls._filter_names, cls._orders = tuple(conditions), orders_of(cls.sorts)
            negations = negations_of(cls.filters)
            cls._negated = {name: negated for name, (negated, _) in negations.items()}
            conditions |= dict(negations.values())
            cls._statements = {own: Statements(cls.model, own) for own in tenant_columns(cls.model)}
            cls._lists = {
                own: Lists(statements, conditions, cls._orders)
                for own, statements in cls._statements.items()
            }
            cls._refusals = _refusals(cls.model, cls.taken)

    def __init__(self, session: TenantSession) -> None:
        self.session = session

    @classmethod
    def refusals(cls) -> set[type[Exception]]:
        """Return the errors that `create` and `change` raise for constraints of the table."""
        return {refusal for _, refusal in cls._refusals.values() if isinstance(refusal, type)}

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
        return await self._lock(row_id)

    async def get_for_change(self, row_id: UUID) -> Model:
        """Lock like `get_for_update`, but let rows that refer to this one be written meanwhile.

        For a change that follows; take `get_for_update` before a deletion. Raises RowNotFound.
        """
        return await self._lock(row_id, key_share=True)

    async def get_for_share(self, row_id: UUID) -> Model:
        """Return the row with a shared lock: others may read and share-lock it, but not change it.

        Raises RowNotFound.
        """
        return await self._lock(row_id, read=True)

    async def take_turn(self, *of: object) -> None:
        """Make transactions of the tenant that take the same turn wait for each other's commit.

        Call it before a check on rows that do not exist yet, which no row lock can hold.
        """
        turn = f"{self.model.__tablename__} {self.session.context} {of}"
        await self.session.execute(TAKE_TURN, {"turn": turn})

    async def count_in_turn(self, **values: Any) -> int:
        """Count the rows with these values, in turn: a maximum holds when two add a row at once."""
        await self.take_turn(*sorted(values.items()))
        counted = self.filtered(**values).with_only_columns(func.count(self.model.id))
        return await self.session.scalar(counted) or 0

    async def list(self, *, limit: int, cursor: str | None = None) -> Rows[Model]:
        """Return a page, newest first. Raises InvalidCursor."""
        return await self.listed({}, limit=limit, cursor=cursor)

    async def listed(
        self,
        filters: Mapping[str, object],
        *,
        sort: str | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> Rows[Model]:
        """Return a page of the rows that match; a filter whose value is `None` is ignored.

        `sort` is a name from `sorts`, such as `issued_on` or `-issued_on`; without it the newest
        come first. Raises InvalidCursor, also for a cursor of another sort; TypeError and KeyError
        for filters and sorts that are not declared.
        """
        given = {name: value for name, value in filters.items() if value is not None}
        shown = tuple(
            self._negated.get(name, name) if given[name] is False else name
            for name in self._filter_names
            if name in given
        )
        if len(shown) < len(given):
            raise TypeError(f"{type(self).__name__} has no filter {set(given).difference(shown)}")
        order = self._orders[sort]
        start, after = order.start(cursor)
        values = {**given, **after, "_limit": limit + 1}
        rows = await self._read(Shape(shown, sort, start), values)
        if len(rows) <= limit and (rest := order.rest(start)):
            values["_limit"] -= len(rows)
            rows = [*rows, *await self._read(Shape(shown, sort, rest), values)]
        return cut_page(rows, limit, order.cursor)

    # mypy lets a subclass give `create` and `change` the types of its columns, as `*_: Any` and
    # `**values: Any` together stand for any parameters.

    async def create(self, *_: Any, **values: Any) -> Model:
        """Write a new row and return it.

        Raises ReferenceNotFound, ValueNotAllowed, and the errors of `taken`.
        """
        statements, own = self._own_statements(to_write=True)
        statement, complete = statements.insert(_owned(values, statements.own, own))
        created: Model = statements.rows(await self._write(statement, complete))[0]
        await self._keep_words(created, complete)
        return created

    async def change(self, row: Model, /, *_: Any, **values: Any) -> Model:
        """Write the values and return the changed row; `row` itself is not modified.

        Raises RowNotFound, ReferenceNotFound, ValueNotAllowed, and the errors of `taken`.
        """
        if not values:
            return row
        if self.session.expected:
            await self._check_expected(row)
        statements, own = self._own_statements(to_write=True)
        _owned(values, statements.own, own)
        statement, complete = statements.update(values)
        where = {"_where_id": row.id, "_where_own": own}
        changed: Model = self._only(
            statements.rows(await self._write(statement, {**complete, **where}))
        )
        await self._keep_words(changed, values)
        return changed

    async def delete(self, row: Model) -> None:
        """Delete the row. Raises RowNotFound."""
        if self.session.expected:
            await self._check_expected(row)
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

    async def _read(self, shape: Shape, values: Mapping[str, Any]) -> Sequence[Model]:
        statements, own = self._own_statements()
        statement = self._lists[statements.own].statement(shape)
        return statements.rows(await self.session.read(statement, {**values, "_where_own": own}))

    async def _write(self, statement: Statement, values: Mapping[str, Any]) -> Any:
        """Write, so that the unit of work can go on after the refusal of a known constraint."""
        if not self._refusals:
            return await self.session.fetch(statement, values)
        try:
            return await self.session.write(statement, values)
        except IntegrityError as error:
            columns, refusal = self._refusals.get(constraint_of(error), ((), None))
            if refusal is None:
                raise
            column = next((name for name in columns if name in values), columns[0])
            raise refusal(**{column: values.get(column)}) from error

    async def _keep_words(self, row: Any, written: Mapping[str, Any]) -> None:
        """Write the row's words in a Citus cluster; everywhere else a trigger does."""
        words = self._words
        if words and self.session.is_clustered and not words.columns.isdisjoint(written):
            this = {"_tenant_id": row.tenant_id, "_id": row.id}
            await self.session.fetch(words.clear, this)
            await self.session.fetch(words.write, this)

    async def _check_expected(self, row: Model) -> None:
        """Lock a row that must have a certain version, and check it. Raises StaleDataError."""
        if (expected := self.session.expected.pop(row.id, None)) is not None:
            locked: Any = row
            if not self.session.has_locked(row):
                locked = await self._lock(row.id)
            if locked.updated_at != expected:
                raise StaleDataError(f"{self.model.__name__} was changed in the meantime")

    async def _lock(self, row_id: UUID, *, read: bool = False, key_share: bool = False) -> Model:
        statements, own = self._own_statements(to_write=True)
        values = {"_where_id": row_id, "_where_own": own}
        statement = statements.lock(read=read, key_share=key_share)
        records = await self.session.fetch(statement, values)
        locked: Model = self._only(statements.rows(records))
        self.session.note_lock(locked)
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


def _refusals(
    model: type[Any], taken: Mapping[InstrumentedAttribute[Any], Refusal]
) -> dict[str | None, tuple[tuple[str, ...], Refusal]]:
    """Return columns and error, by the constraint's name. Raises TypeError if there is none."""
    found: dict[str | None, tuple[tuple[str, ...], Refusal]] = {
        **{name: ((column,), ReferenceNotFound) for name, column in references(model)},
        **{name: (columns, ValueNotAllowed) for name, columns in limits(model)},
    }
    for attribute, refusal in taken.items():
        names = [*unique(model, attribute)]
        if not names:
            raise TypeError(f"{attribute} has no unique constraint that ends with it")
        found |= dict.fromkeys(names, ((attribute.key,), refusal))
    return found


def _equals(model: Any, name: str, value: Any) -> ColumnElement[bool]:
    column = getattr(model, name)
    if name in ignoring_case(model):
        column, value = func.lower(column), value.lower()
    is_equal: ColumnElement[bool] = column == value
    return is_equal
