"""Whether a database is distributed over a Citus cluster."""

import re

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

HAS_CITUS = text("SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL")
HAS_SHARDS = text("SELECT EXISTS (SELECT FROM pg_dist_partition WHERE partmethod = 'h')")

SUBSELECT = re.compile(
    r"\( SELECT \(NULLIF\(current_setting\('([\w.]+)'::text, true\), ''::text\)\)::uuid"
    r' AS "nullif"\)'
)
PLAIN = re.compile(r"\(NULLIF\(current_setting\('([\w.]+)'::text, true\), ''::text\)\)::uuid")

CLUSTERED = "clustered"
"""The engine option that says that it connects to the coordinator of a cluster."""


def has_citus(connection: Connection) -> bool:
    return bool(connection.scalar(HAS_CITUS))


def is_distributed(connection: Connection) -> bool:
    """True in a database whose tenants' tables were distributed (`app distribute`)."""
    return has_citus(connection) and bool(connection.scalar(HAS_SHARDS))


async def is_cluster(connection: AsyncConnection) -> bool:
    """Return `is_distributed`."""
    return await connection.run_sync(is_distributed)


def without_subselects(condition: str) -> str:
    """Return a policy's condition as Citus can route it: the SELECT keeps it from doing so."""
    return SUBSELECT.sub(r"(NULLIF(current_setting('\1'::text, true), ''::text))::uuid", condition)


def with_subselects(condition: str) -> str:
    """Return it as outside of a cluster, where the setting is read once for each statement."""
    return PLAIN.sub(
        r"(SELECT (NULLIF(current_setting('\1'::text, true), ''::text))::uuid)", condition
    )
