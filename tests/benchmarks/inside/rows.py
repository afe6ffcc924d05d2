"""Create the rows that all applications serve: tenants with rows, in one database. Runs with the project's Python.

The database `plain` is a copy without row security, for applications that only filter in queries.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from app.bootstrap import open_runtime
from app.config import load_settings
from app.core.auth import AccessClaims
from app.core.module import find_modules
from app.database import embedded
from app.database.pagination import encode_cursor, encode_sorted
from app.database.schema.migrations import upgrade

NAMES = UUID("8b3c1b0e-6b7f-4a57-9a33-0d6f4f7c2b11")
START = 0x0198_0000_0000  # in milliseconds; ids of version 7 begin with a time
SOME: dict[str, object] = {
    "timestamp with time zone": datetime(2026, 1, 1, tzinfo=UTC),
    "date": date(2026, 1, 1),
    "boolean": False,
    "integer": 1,
    "numeric": 1,
    "character varying": "",
    "text": "",
    "jsonb": "{}",
}

Row = tuple[object, ...]
NAME_ONLY, REAL, TARGET = "projects", "invoices", "clients"
COLUMNS = ("number", "client_id", "title", "status", "total", "issued_on", "notes", "urgent")
NOTES = "Some lines of text about what is to be paid"
DAYS = 40


def main(folder: str, tenants: int, rows: int, logs: int) -> None:
    """Print what applications and clients need to know about the database, and keep it running until stdin ends."""
    server = embedded.start(Path(folder))
    urls = server.create_database("bench")
    upgrade(urls.owner_url)
    with server.superuser("bench") as connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE tenants, users CASCADE")
        _copy(cursor, "tenants", ("id", "name"), _tenants(tenants))
        _copy(cursor, "users", ("id", "email", "full_name", "password_hash"), _users(tenants))
        _copy(cursor, "memberships", ("tenant_id", "id", "user_id", "role"), _memberships(tenants))
        _copy(cursor, "auth_sessions", ("id", "user_id", "tenant_id"), _sessions(tenants))
        _copy(cursor, NAME_ONLY, ("tenant_id", "id", "name"), _rows(tenants, rows))
        _copy(cursor, TARGET, ("tenant_id", "id", "name"), _targets(tenants))
        _copy(cursor, REAL, ("tenant_id", "id", *COLUMNS), _real_rows(tenants, rows))
        _copy(cursor, "audit_log", ("tenant_id", "id", "actor"), _logs(tenants, logs, "person"))
        _copy(cursor, "event_outbox", ("tenant_id", "id", "name"), _logs(tenants, logs, "rows.added"))
        cursor.execute("VACUUM ANALYZE")
    plain = server.create_database("plain", template="bench")
    with server.superuser("plain") as connection:
        for table in (NAME_ONLY, REAL, TARGET):
            connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    known = {
        "url": urls.url,
        "plain_url": plain.url,
        "owner_url": urls.owner_url,
        "admin_url": urls.admin_url,
        "ids": [[str(row_id(tenant, row)) for row in range(rows)] for tenant in range(tenants)],
        "clients": [str(_id("client", tenant)) for tenant in range(tenants)],
        "deep": [encode_cursor(row_id(tenant, rows // 10)) for tenant in range(tenants)],
        "sorted": [_sorted_cursor(tenant, rows // 2, rows) for tenant in range(tenants)],
        "deep_sorted": [_sorted_cursor(tenant, rows * 9 // 10, rows) for tenant in range(tenants)],
        "superuser": f"host={server.host} port={server.port} user=postgres dbname=bench",
        "postgres": server.superuser().info.server_version,
    }
    print(json.dumps(known), flush=True)
    sys.stdin.read()


def tokens(tenants: int) -> None:
    """Print a token for the owner of each tenant; the settings decide how long tokens are valid."""
    issue = open_runtime(load_settings(), find_modules()).tokens.issue
    print(json.dumps([issue(_claims(tenant)) for tenant in range(tenants)]))


def row_id(tenant: int, row: int) -> UUID:
    return _version_7(tenant * 100_000 + row, f"row {tenant} {row}")


def _claims(tenant: int) -> AccessClaims:
    return AccessClaims(
        user_id=_id("user", tenant),
        session_id=_id("session", tenant),
        tenant_id=_id("tenant", tenant),
        membership_id=_id("membership", tenant),
        role="owner",
    )


def _tenants(tenants: int) -> Iterator[Row]:
    return ((_id("tenant", n), f"Tenant {n}") for n in range(tenants))


def _users(tenants: int) -> Iterator[Row]:
    return ((_id("user", n), f"{n}@example.com", "Ada", "-") for n in range(tenants))


def _memberships(tenants: int) -> Iterator[Row]:
    for n in range(tenants):
        yield _id("tenant", n), _id("membership", n), _id("user", n), "owner"


def _sessions(tenants: int) -> Iterator[Row]:
    for n in range(tenants):
        yield _id("session", n), _id("user", n), _id("tenant", n)


def _rows(tenants: int, rows: int) -> Iterator[Row]:
    """Yield rows that alternate between tenants, because real rows of a tenant are not adjacent in the heap either."""
    for row in range(rows):
        for tenant in range(tenants):
            yield _id("tenant", tenant), row_id(tenant, row), f"Name {row}"


def _targets(tenants: int) -> Iterator[Row]:
    return ((_id("tenant", n), _id("client", n), f"Client {n}") for n in range(tenants))


def _real_rows(tenants: int, rows: int) -> Iterator[Row]:
    """Yield rows in the same order; three of five are sent, and equally many are issued on each day."""
    for row in range(rows):
        values = (f"Title {row}", _status(row), Decimal(row * 100 + 50) / 100, issued_on(row), NOTES, row % 2 == 0)
        for tenant in range(tenants):
            yield _id("tenant", tenant), row_id(tenant, row), str(row), _id("client", tenant), *values


def _status(row: int) -> str:
    return "sent" if row % 5 < 3 else "draft" if row % 5 == 3 else "paid"


def issued_on(row: int) -> date:
    return date(2026, 1, 1) + timedelta(days=row % DAYS)


def _sorted_cursor(tenant: int, place: int, rows: int) -> str:
    """Return the cursor after so many rows, sorted by the latest date."""
    row = _latest_first(rows)[place - 1]
    return encode_sorted("-issued_on", issued_on(row), row_id(tenant, row))


@cache
def _latest_first(rows: int) -> list[int]:
    return sorted(range(rows), key=lambda row: (issued_on(row), row), reverse=True)


def _logs(tenants: int, logs: int, last: str) -> Iterator[Row]:
    return ((_id("tenant", number % tenants), _version_7(number, f"log {number}"), last) for number in range(logs))


def _id(kind: str, number: int) -> UUID:
    return _version_7(number, f"{kind} {number}")


def _version_7(order: int, name: str) -> UUID:
    rest = uuid5(NAMES, name).int & ((1 << 62) - 1)
    return UUID(int=(START + order) << 80 | 0x7 << 76 | 0x2 << 62 | rest)


def _copy(cursor: Any, table: str, columns: tuple[str, ...], rows: Iterator[Row]) -> None:
    """Copy a row; columns that must not be empty get a value of their type."""
    others = {name: SOME[kind] for name, kind in _required(cursor, table) if name not in columns}
    names = ", ".join([*columns, *others])
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((*row, *others.values()))


def _required(cursor: Any, table: str) -> list[tuple[str, str]]:
    found = cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = %s AND is_nullable = 'NO' AND column_default IS NULL",
        [table],
    )
    return list(found.fetchall())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fill", folder, tenants, rows, logs]:
            main(folder, int(tenants), int(rows), int(logs))
        case ["tokens", tenants]:
            tokens(int(tenants))
