"""The rows that all applications serve: tenants with rows each, in one database. Runs with the project's Python.

The database `plain` is a copy without row security, for those who narrow in the query alone.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

from app.bootstrap import open_runtime
from app.config import load_settings
from app.core.auth import AccessClaims
from app.core.module import find_modules
from app.database import embedded
from app.database.migrations import upgrade

NAMES = UUID("8b3c1b0e-6b7f-4a57-9a33-0d6f4f7c2b11")
START = 0x0198_0000_0000  # milliseconds: an id of version 7 begins with them
AT = datetime(2026, 1, 1, tzinfo=UTC)


def main(folder: str, table: str, tenants: int, rows: int) -> None:
    """Prints what applications and clients need to know of the database, and keeps it running until stdin ends."""
    server = embedded.start(Path(folder))
    urls = server.create_database("bench")
    upgrade(urls.owner_url)
    with server.superuser("bench") as connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE tenants, users CASCADE")
        _copy(cursor, "tenants (id, name, created_at, updated_at)", _tenants(tenants))
        _copy(cursor, "users (id, email, full_name, password_hash, is_superuser, created_at, updated_at)", _users(tenants))
        members = "memberships (tenant_id, id, user_id, role, created_at, updated_at)"
        _copy(cursor, members, _memberships(tenants))
        _copy(cursor, "auth_sessions (id, user_id, tenant_id, expires_at, created_at, updated_at)", _sessions(tenants))
        _copy(cursor, f"{table} (tenant_id, id, name, created_at, updated_at)", _rows(tenants, rows))
        cursor.execute("VACUUM ANALYZE")
    plain = server.create_database("plain", template="bench")
    with server.superuser("plain") as connection:
        connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    known = {
        "url": urls.url,
        "plain_url": plain.url,
        "owner_url": urls.owner_url,
        "admin_url": urls.admin_url,
        "ids": [[str(row_id(tenant, row)) for row in range(rows)] for tenant in range(tenants)],
        "postgres": server.superuser().info.server_version,
    }
    print(json.dumps(known), flush=True)
    sys.stdin.read()


def tokens(tenants: int) -> None:
    """Prints one for the owner of each tenant; they hold as long as the settings let them."""
    issue = open_runtime(load_settings(), find_modules()).tokens.issue
    print(json.dumps([issue(_claims(tenant)) for tenant in range(tenants)]))


def row_id(tenant: int, row: int) -> UUID:
    return _version_7(tenant * 1000 + row, f"row {tenant} {row}")


def _claims(tenant: int) -> AccessClaims:
    return AccessClaims(
        user_id=_id("user", tenant),
        session_id=_id("session", tenant),
        tenant_id=_id("tenant", tenant),
        membership_id=_id("membership", tenant),
        role="owner",
    )


def _tenants(tenants: int) -> Iterator[tuple[object, ...]]:
    return ((_id("tenant", n), f"Tenant {n}", AT, AT) for n in range(tenants))


def _users(tenants: int) -> Iterator[tuple[object, ...]]:
    return ((_id("user", n), f"{n}@example.com", "Ada", "-", False, AT, AT) for n in range(tenants))


def _memberships(tenants: int) -> Iterator[tuple[object, ...]]:
    for n in range(tenants):
        yield _id("tenant", n), _id("membership", n), _id("user", n), "owner", AT, AT


def _sessions(tenants: int) -> Iterator[tuple[object, ...]]:
    for n in range(tenants):
        yield _id("session", n), _id("user", n), _id("tenant", n), AT.replace(year=9999), AT, AT


def _rows(tenants: int, rows: int) -> Iterator[tuple[object, ...]]:
    """Row by row, not tenant by tenant: rows of one tenant do not lie side by side in the heap either."""
    for row in range(rows):
        for tenant in range(tenants):
            yield _id("tenant", tenant), row_id(tenant, row), f"Name {row}", AT, AT


def _id(kind: str, number: int) -> UUID:
    return _version_7(number, f"{kind} {number}")


def _version_7(order: int, name: str) -> UUID:
    rest = uuid5(NAMES, name).int & ((1 << 62) - 1)
    return UUID(int=(START + order) << 80 | 0x7 << 76 | 0x2 << 62 | rest)


def _copy(cursor: "object", into: str, rows: Iterator[tuple[object, ...]]) -> None:
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:  # type: ignore[attr-defined]  # psycopg is the project's
        for row in rows:
            copy.write_row(row)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fill", folder, table, tenants, rows]:
            main(folder, table, int(tenants), int(rows))
        case ["tokens", tenants]:
            tokens(int(tenants))
