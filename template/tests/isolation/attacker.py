"""Base of the attacks on another tenant's rows through a session; attacks_*.py contain them."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Column, Table
from sqlalchemy.exc import DBAPIError, InvalidRequestError, NoResultFound
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from app.database.repository import RowNotFound
from app.database.session import TenantSession
from app.database.tenancy import RawSqlRefused, TenantContextRequired, TenantMismatch
from app.kit.ids import new_id

from .rows import is_unique
from .two_tenants import Row, TwoTenants

REFUSALS = (
    RawSqlRefused,
    RowNotFound,
    TenantContextRequired,
    TenantMismatch,
    DBAPIError,
    InvalidRequestError,
    NoResultFound,
    ObjectDeletedError,
    StaleDataError,
)


@dataclass(frozen=True)
class Attacker:
    """The target of an attack on one table: `mine` is an own row, `theirs` the other tenant's."""

    two_tenants: TwoTenants
    session: TenantSession
    model: Any
    mine: Row
    theirs: Row

    @property
    def table(self) -> Table:
        table: Table = self.model.__table__
        return table

    @property
    def target(self) -> UUID:
        """Return their row's id, which an attacker may know from a leak, a guess or a link."""
        target: UUID = self.theirs["id"]
        return target

    @property
    def key(self) -> tuple[UUID, UUID]:
        return (self.two_tenants.foreign.tenant_id, self.target)

    @property
    def own_tenant(self) -> UUID:
        return self.two_tenants.own.tenant_id

    @property
    def foreign_tenant(self) -> UUID:
        return self.two_tenants.foreign.tenant_id

    @property
    def contents(self) -> Row:
        """Return their row without its keys."""
        return {k: v for k, v in self.theirs.items() if k not in ("tenant_id", "id")}

    @property
    def change(self) -> Row:
        """Return a change of one column, to a value that no row of theirs has.

        A row of a join table has nothing but keys: its id is changed.
        """
        free = [column for column in self.table.columns if _is_free(column)]
        for column in free:
            if column.type.python_type is datetime:
                return {column.name: datetime(2040, 1, 1, tzinfo=UTC)}
        return {free[0].name: self.mine[free[0].name]} if free else {"id": new_id()}

    async def new_for_me(self) -> Row:
        return await self.two_tenants.row_to_be(self.table, self.two_tenants.own)

    async def new_for_them(self) -> Row:
        return await self.two_tenants.row_to_be(self.table, self.two_tenants.foreign)


Attack: TypeAlias = Callable[[Attacker], Awaitable[Any]]


@dataclass(frozen=True)
class Attacks:
    """A registry of attacks; its instances are decorators, such as `@reads` and `@writes`."""

    by_name: dict[str, Attack]

    def __call__(self, attack: Attack) -> Attack:
        self.by_name[attack.__name__] = attack
        return attack

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)


_theirs: dict[tuple[int, str], Row] = {}
"""The rows that are attacked, by tenants and table: they stay until an attack reaches them."""


async def succeeds(attack: Attack, two_tenants: TwoTenants, model: Any) -> bool:
    """True if the attack saw or changed anything of the other tenant."""
    theirs, before = await _attacked(two_tenants, model.__table__)
    mine = await two_tenants.own_row(model.__table__)
    leaked = None
    async with two_tenants.session() as session:
        try:
            leaked = await attack(Attacker(two_tenants, session, model, mine, theirs))
            await session.commit()
        except REFUSALS:
            pass
    seen = two_tenants.is_foreign(leaked, theirs)
    if seen or await two_tenants.foreign_rows(model.__table__) != before:
        del _theirs[id(two_tenants), model.__tablename__]
        return True
    return False


async def _attacked(two_tenants: TwoTenants, table: Any) -> tuple[Row, str]:
    """Return a row of the other tenant, and all its rows in the table as text."""
    key = (id(two_tenants), table.name)
    before = await two_tenants.foreign_rows(table)
    if key not in _theirs or str(_theirs[key]["id"]) not in before:
        _theirs[key] = await two_tenants.foreign_row(table)
        before = await two_tenants.foreign_rows(table)
    return _theirs[key], before


def _is_free(column: Column[Any]) -> bool:
    """True if the column is neither a key nor unique nor a reference."""
    return not (column.primary_key or column.foreign_keys or is_unique(column))
