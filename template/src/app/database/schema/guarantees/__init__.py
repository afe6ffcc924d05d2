"""Check row security, the third layer of tenant isolation, in PostgreSQL's catalogue.

`app doctor` prints the findings, production refuses to start with any, and tests provoke each of
them.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.database.cluster import is_cluster

from ._cluster import CLUSTER_SETTINGS, IN_CLUSTER, REFERENCE_TABLES, SHOW_TABLES_ONLY
from ._finding import Finding, find
from ._lists import TABLES_WITHOUT_MODEL, global_tables, personal_columns, shared_tables
from ._policies import find_weak_policies
from ._roles import BYPASSES, OVERREACHES
from ._tables import LOOSE_KEYS, SEEN_THROUGH, UNPROTECTED, WRITTEN_BY_TENANTS

__all__ = [
    "CLUSTER_SETTINGS",
    "REFERENCE_TABLES",
    "TABLES_WITHOUT_MODEL",
    "Finding",
    "UnsafeDatabase",
    "find_in_database",
    "find_in_role",
    "global_tables",
    "personal_columns",
    "refuse_unsafe_database",
    "shared_tables",
]


class UnsafeDatabase(Exception):
    """One tenant could see another tenant's rows, so the app does not start."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        lines = ["The database is not safe to serve from:", *map(str, findings)]
        super().__init__("\n".join(lines))


async def refuse_unsafe_database(rw: AsyncEngine, *others: AsyncEngine) -> None:
    """Raise UnsafeDatabase, which says what to do, if the database is not safe.

    `others` are the engines of the other serving roles, such as app_admin.
    """
    async with rw.connect() as connection:
        findings = await find_in_role(connection) + await find_in_database(connection)
    for engine in others:
        async with engine.connect() as connection:
            findings += await find_in_role(connection)
    if findings:
        raise UnsafeDatabase(findings)


async def find_in_role(connection: AsyncConnection, *, may_own: bool = False) -> list[Finding]:
    """Return findings about the connected role; `may_own` is for app_owner."""
    questions = BYPASSES if may_own else (*BYPASSES, *OVERREACHES)
    return await find(connection, questions, {})


async def find_in_database(connection: AsyncConnection) -> list[Finding]:
    """Return findings about tables, views and functions. The models must be loaded."""
    personal = personal_columns()
    in_cluster = await is_cluster(connection)
    parameters = {"global_tables": list(global_tables())}
    people = {"personal_tables": list(personal), "personal_columns": list(personal.values())}
    findings = []
    if in_cluster:
        await connection.execute(text(SHOW_TABLES_ONLY))
        findings = await find(connection, IN_CLUSTER, parameters | _of_cluster(personal))
    findings += await find(connection, UNPROTECTED, parameters | {"in_cluster": in_cluster})
    findings += await find_weak_policies(connection, parameters, personal, in_cluster=in_cluster)
    findings += await find(connection, LOOSE_KEYS, parameters | people)
    findings += await find(connection, SEEN_THROUGH, parameters)
    findings += await find(connection, WRITTEN_BY_TENANTS, {"shared_tables": shared_tables()})
    return findings


def _of_cluster(personal: Iterable[str]) -> dict[str, Any]:
    names, wanted = zip(*CLUSTER_SETTINGS.items(), strict=True)
    return {
        "names": list(names),
        "wanted": list(wanted),
        "reference": [*REFERENCE_TABLES, *personal, *shared_tables()],
    }
