"""Two tenants with rows in every tenant table, for attacks that really commit."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapper

from app.core.module import find_modules
from app.core.runtime import Runtime
from app.database.base import Base
from app.database.mixins import SharedMixin, TenantMixin
from app.database.session import TenantSession, open_session
from app.database.tenancy import Context
from tests.support.people import PASSWORD, Person, create_tenant

from .rows import add_row
from .samples import SAMPLES

FOREIGN = "foreign0"
OWN = "own0"
SET_PASSWORD = text("UPDATE users SET password_hash = :hash WHERE id = :id")
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
CHEAP_HASH = CHEAP.hash(PASSWORD)

Row: TypeAlias = dict[str, Any]
AnyTable: TypeAlias = Any
"""A Table; SQLAlchemy types a model's `__table__` less precisely."""

MARK = text(
    f"UPDATE users SET full_name = '{FOREIGN}', email = '{FOREIGN}' || email WHERE id = :id"
)


def tenants_models() -> tuple[type[Any], ...]:
    """Return the tenant models of every module of this project."""
    find_modules()  # loads every model
    mappers = sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)
    return tuple(m.class_ for m in mappers if issubclass(m.class_, TenantMixin))


def shared_models() -> tuple[type[Any], ...]:
    """Return the models of tables that all tenants of this project share."""
    find_modules()
    return tuple(m.class_ for m in Base.registry.mappers if issubclass(m.class_, SharedMixin))


ALL_MODELS: tuple[type[Any], ...] = (*tenants_models(), *SAMPLES)
TABLES_WITH_TENANTS = [name for name, t in Base.metadata.tables.items() if "tenant_id" in t.columns]


@dataclass(frozen=True)
class TwoTenants:
    app: FastAPI
    own: Person
    foreign: Person
    admin: AsyncConnection

    @classmethod
    @asynccontextmanager
    async def open(cls, app: FastAPI) -> AsyncIterator["TwoTenants"]:
        runtime: Runtime = app.state.runtime
        own, foreign = await create_tenant(runtime, OWN), await create_tenant(runtime, FOREIGN)
        async with runtime.database.admin.connect() as connection:
            admin = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await admin.execute(MARK, {"id": foreign.user_id})
            yield cls(app, own, foreign, admin)

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.state.runtime
        return runtime

    async def newcomer(self) -> Person:
        """Create a tenant to ruin, and return its owner, whose password is cheap to verify."""
        person = await create_tenant(self.runtime, OWN)
        await self.admin.execute(SET_PASSWORD, {"id": person.user_id, "hash": CHEAP_HASH})
        return person

    def session(self) -> TenantSession:
        """Open a session like one of a request of the own tenant."""
        return self.session_of(self.own.context)

    def session_of(self, context: Context) -> TenantSession:
        return open_session(self.runtime.database.rw, context)

    async def row_of(self, table: AnyTable, person: Person, marker: str) -> Row:
        return await add_row(self.admin, table, person.tenant_id, marker)

    async def own_row(self, table: AnyTable) -> Row:
        return await self.row_of(table, self.own, OWN)

    async def foreign_row(self, table: AnyTable) -> Row:
        return await self.row_of(table, self.foreign, FOREIGN)

    async def row_to_be(self, table: AnyTable, person: Person) -> Row:
        """Return the values of a valid new row of this tenant."""
        marker = FOREIGN if person is self.foreign else OWN
        row = await self.row_of(table, person, marker)
        await self.admin.execute(table.delete().where(table.c.id == row["id"]))
        return row

    async def foreign_rows(self, table: AnyTable) -> str:
        """Return the other tenant's rows in this table, as text."""
        return await self.dump(table.name, self.foreign.tenant_id)

    async def everything_of(self, tenant_id: UUID) -> dict[str, str]:
        """Return a tenant's rows in every table with a tenant_id, as text."""
        return {name: await self.dump(name, tenant_id) for name in TABLES_WITH_TENANTS}

    async def dump(self, table: str, tenant_id: UUID) -> str:
        statement = text(
            f"SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {table} t"
            " WHERE tenant_id = :tenant_id"
        )
        return await self.admin.scalar(statement, {"tenant_id": tenant_id}) or ""

    async def count(self, table: str, tenant_id: UUID) -> int:
        statement = text(f"SELECT count(*) FROM {table} WHERE tenant_id = :tenant_id")
        return await self.admin.scalar(statement, {"tenant_id": tenant_id}) or 0

    def is_foreign(self, leaked: Any, row: Row) -> bool:
        """True if the result of an attack contains anything of the other tenant."""
        shown = _show(leaked)
        secrets = (FOREIGN, str(self.foreign.tenant_id), str(row["id"]))
        return any(secret in shown for secret in secrets)


def _show(leaked: Any) -> str:
    """Return all values in the result as text, including those of rows and mapped objects."""
    if isinstance(leaked, dict):
        return " ".join(map(_show, leaked.values()))
    if isinstance(leaked, (Sequence, set, frozenset)) and not isinstance(leaked, (str, bytes)):
        return " ".join(map(_show, leaked))
    if isinstance(getattr(type(leaked), "__mapper__", None), Mapper):
        loaded = vars(leaked)
        return " ".join(
            str(loaded[a.key]) for a in type(leaked).__mapper__.column_attrs if a.key in loaded
        )
    return str(leaked)
