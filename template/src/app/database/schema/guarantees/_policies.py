"""Compare the policies of tenants' tables with those that rls.py creates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.cluster import without_subselects
from app.database.rls import ADMIN_POLICY, PERSON_POLICY, TENANT_POLICY
from app.database.schema.guarantees._finding import Finding
from app.database.schema.guarantees._tables import TABLES
from app.database.tenancy import PERSON_SETTING, TENANT_SETTING

POLICIES = text(f"""
    {TABLES}
    SELECT name, polname, polcmd::text AS command, polpermissive AS widens,
           polroles = '{{0}}' AS for_public,
           ARRAY(SELECT rolname::text FROM pg_roles WHERE oid = ANY (polroles)) AS roles,
           pg_get_expr(polqual, polrelid) AS using,
           pg_get_expr(polwithcheck, polrelid) AS with_check
    FROM tenants_tables
    LEFT JOIN pg_policy ON polrelid = tenants_tables.oid
    ORDER BY name, polname
""")


@dataclass(frozen=True, slots=True)
class Policy:
    command: str
    roles: tuple[str, ...]
    using: str
    with_check: str | None


async def find_weak_policies(
    connection: AsyncConnection,
    parameters: Mapping[str, Any],
    personal: Mapping[str, str],
    *,
    in_cluster: bool,
) -> list[Finding]:
    rows = (await connection.execute(POLICIES, parameters)).all()
    write = without_subselects if in_cluster else str
    return [
        finding
        for table, policies in groupby(rows, key=attrgetter("name"))
        for finding in _weaknesses(table, list(policies), _expected(personal.get(table), write))
    ]


def _weaknesses(table: str, shown: list[Any], expected: dict[str, Policy]) -> Iterator[Finding]:
    for name, policy in expected.items():
        if not any(row.polname == name and _is(row, policy) for row in shown):
            yield Finding(
                f"table {table}",
                f"has no policy {name} as it should be",
                f'unprotect("{table}") and protect("{table}") in a migration (app/database/rls.py)',
            )
    for row in shown:
        if row.polname not in expected and row.widens and _serves(row):
            yield Finding(
                f"policy {row.polname} of {table}",
                "shows app_rw more rows than those of its tenant",
                f"DROP POLICY {row.polname} ON {table}",
            )


def _expected(person: str | None, write: Callable[[str], str]) -> dict[str, Policy]:
    """Return the policies, with conditions as PostgreSQL writes what `write` makes of them."""
    own = write(_equals("tenant_id", TENANT_SETTING))
    policies = {
        TENANT_POLICY: Policy("*", ("app_rw",), own, own),
        ADMIN_POLICY: Policy("*", ("app_admin",), "true", "true"),
    }
    if person:
        policies[PERSON_POLICY] = Policy(
            "r", ("app_rw",), write(_equals(person, PERSON_SETTING)), None
        )
    return policies


def _equals(column: str, setting: str) -> str:
    """Return the condition as PostgreSQL 15 to 18 writes it."""
    return (
        f"({column} = ( SELECT (NULLIF(current_setting('{setting}'::text, true), ''::text))::uuid"
        ' AS "nullif"))'
    )


def _is(row: Any, policy: Policy) -> bool:
    shown = Policy(row.command, tuple(row.roles), row.using, row.with_check)
    return bool(row.widens) and shown == policy


def _serves(row: Any) -> bool:
    return bool(row.for_public) or "app_rw" in row.roles
