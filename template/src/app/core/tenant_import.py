"""Import a tenant from the file of `export_rows`, with its ids, into another installation."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Table, bindparam, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.export import ACCOUNT, act_as, tables_of_tenant
from app.core.runtime import Database
from app.database.base import Base
from app.database.cluster import CLUSTERED
from app.database.tenancy import TenantContext

ROWS_AT_A_TIME = 1000
SAME_RELEASE = "Both installations need the same release: update this one, or the other."
EXISTS = text("SELECT id, slug FROM tenants WHERE id = :id OR slug = :slug")
ACCOUNTS = text("""
    SELECT id, email FROM users WHERE id = ANY(:ids) OR lower(email) = ANY(:emails)
""")


class CannotImport(Exception):
    """The file cannot be imported here. Nothing was written; the message says what to do."""


@dataclass(frozen=True)
class TenantFile:
    """A checked file: where the lines of each table are, and whose rows they are."""

    path: Path
    tenant: dict[str, Any]
    places: dict[str, list[int]] = field(default_factory=dict)

    @property
    def tenant_id(self) -> UUID:
        return UUID(self.tenant["id"])

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        with self.path.open("rb") as file:
            for place in self.places.get(table, ()):
                file.seek(place)
                yield json.loads(file.readline())["row"]


def read_tenant_file(path: Path) -> TenantFile:
    """Read the whole file once. Raises CannotImport unless it is of one tenant and this release."""
    known = {table.name: table for table in [*tables_of_tenant(), Base.metadata.tables["users"]]}
    found: TenantFile | None = None
    for number, place, line in _lines(path):
        name, row = _parsed(line, number)
        if name not in known:
            raise CannotImport(f"Line {number}: there is no table {name} here. {SAME_RELEASE}")
        if unknown := sorted(set(row) - set(known[name].columns.keys())):
            raise CannotImport(
                f"Line {number}: {name} has no column {', '.join(unknown)} here. {SAME_RELEASE}"
            )
        if found is None:
            if name != "tenants":
                raise CannotImport(f"Line {number}: the first line must be the tenant's own row.")
            found = TenantFile(path, row)
        _refuse_other_tenants(found, known[name], row, number)
        found.places.setdefault(name, []).append(place)
    if found is None:
        raise CannotImport(f"{path.name} is empty: export the tenant again.")
    return found


async def import_rows(database: Database, file: TenantFile) -> dict[str, int]:
    """Insert all rows in one transaction, as the tenant itself; return how many by table.

    Tables follow those that they refer to, as in the file. Raises CannotImport.
    """
    counts: dict[str, int] = {}
    try:
        async with database.rw.begin() as connection:
            await act_as(connection, TenantContext(file.tenant_id))
            await _refuse_taken(connection, file)
            counts["users"] = await _add_accounts(connection, file)
            for table in tables_of_tenant():
                counts[table.name] = await _insert(connection, table, file)
    except DBAPIError as error:
        raise CannotImport(_why_not(error)) from error
    return {name: count for name, count in counts.items() if count}


def _lines(path: Path) -> Iterator[tuple[int, int, bytes]]:
    place = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            yield number, place, line
            place += len(line)


def _parsed(line: bytes, number: int) -> tuple[str, dict[str, Any]]:
    try:
        read = json.loads(line)
        return str(read["table"]), dict(read["row"])
    except (ValueError, KeyError, TypeError):
        raise CannotImport(
            f'Line {number} is not {{"table": …, "row": {{…}}}}: the file is broken or cut off,'
            " export the tenant again."
        ) from None


def _refuse_other_tenants(file: TenantFile, table: Table, row: dict[str, Any], number: int) -> None:
    owner = {"tenants": row.get("id"), "users": file.tenant["id"]}.get(
        table.name, row.get("tenant_id")
    )
    if owner != file.tenant["id"] or (table.name == "tenants" and number > 1):
        raise CannotImport(f"Line {number}: this row belongs to another tenant, {owner}.")


async def _refuse_taken(connection: AsyncConnection, file: TenantFile) -> None:
    values = {"id": file.tenant_id, "slug": file.tenant.get("slug")}
    for row in (await connection.execute(EXISTS, values)).mappings():
        if row["id"] == file.tenant_id:
            raise CannotImport(
                f"Tenant {file.tenant_id} is here already: delete it first, app tenants delete."
            )
        raise CannotImport(f"Another tenant has the slug {row['slug']}: change one of the two.")


async def _add_accounts(connection: AsyncConnection, file: TenantFile) -> int:
    """Insert accounts that are not here yet: without a password, and never as superusers."""
    given = {UUID(row["id"]): row for row in file.rows("users")}
    emails = {row["email"].lower(): key for key, row in given.items()}
    found = await connection.execute(ACCOUNTS, {"ids": [*given], "emails": [*emails]})
    here = {row["id"]: row["email"] for row in found.mappings()}
    for key, email in here.items():
        if emails.get(email.lower()) != key:
            raise CannotImport(
                f"The account of {email} here ({key}) is not the one in the file: an id and an"
                " address must belong together. Change the address in one of the two."
            )
    rows = [
        {name: row.get(name) for name in ACCOUNT} | {"is_superuser": False}
        for key, row in given.items()
        if key not in here
    ]
    await _insert_rows(connection, Base.metadata.tables["users"], rows)
    return len(rows)


async def _insert(connection: AsyncConnection, table: Table, file: TenantFile) -> int:
    count = 0
    refers_to_itself = any(key.column.table is table for key in table.foreign_keys)
    # Constraints are checked after each statement, so a parent may follow its child inside one.
    size = len(file.places.get(table.name, ())) if refers_to_itself else ROWS_AT_A_TIME
    rows = file.rows(table.name)
    while some := list(islice(rows, size)):
        await _insert_rows(connection, table, some)
        count += len(some)
    return count


async def _insert_rows(
    connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]
) -> None:
    """Insert rows as JSON. PostgreSQL reads each value as its column's type."""
    if not rows:
        return
    columns = [c for c in table.columns if c.name in rows[0] and c.computed is None]
    names = ", ".join(f'"{column.name}"' for column in columns)
    binary = [column.name for column in columns if isinstance(column.type, LargeBinary)]
    for row in rows:
        row |= {name: _hex(row[name]) for name in binary}
    insert = f'INSERT INTO "{table.name}" ({names}) OVERRIDING SYSTEM VALUE'
    read = (
        f'SELECT {names} FROM jsonb_populate_recordset(NULL::"{table.name}", CAST(:rows AS jsonb))'
    )
    given = {"rows": json.dumps(rows)}
    if not connection.sync_engine.get_execution_options().get(CLUSTERED):
        await connection.execute(text(f"{insert} {read}"), given)
        return
    # Citus sends the rows of a SELECT to other nodes with COPY, which row security refuses.
    typed = await connection.execute(text(read).columns(*columns), given)
    values = ", ".join(f":{column.name}" for column in columns)
    await connection.execute(
        text(f"{insert} VALUES ({values})").bindparams(
            *(bindparam(column.name, type_=column.type) for column in columns)
        ),
        _parents_first(table, [{**row} for row in typed.mappings()]),
    )


def _parents_first(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each row after those of its table that it refers to. Raises CannotImport."""
    own = [
        key.parent.name
        for key in table.foreign_keys
        if key.column.table is table and key.column.name == "id"
    ]
    if not own:
        return rows
    by_id = {row["id"]: row for row in rows}
    parents = {
        key: {row[name] for name in own} & by_id.keys() - {key} for key, row in by_id.items()
    }
    try:
        return [by_id[key] for key in TopologicalSorter(parents).static_order()]
    except CycleError as error:
        raise CannotImport(
            f"Rows of {table.name} refer to each other in a circle, which a cluster cannot import:"
            f" {error.args[1]}."
        ) from error


def _hex(value: str | None) -> str | None:
    """Return bytes as PostgreSQL reads them; the file has base64."""
    return None if value is None else "\\x" + urlsafe_b64decode(value).hex()


def _why_not(error: DBAPIError) -> str:
    detail = str(getattr(getattr(error.orig, "__cause__", None), "detail", "") or error.orig)
    if isinstance(error, IntegrityError) and 'table "users"' in detail:
        return (
            f"{detail} Export the tenant with --with-accounts: its rows refer to accounts that"
            " are not here."
        )
    return f"PostgreSQL refuses a row, so nothing was imported: {detail}"
