"""Helpers for a cluster: distribute, write and read rows of a tenant."""

from collections.abc import Callable
from datetime import UTC, datetime

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection

from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.database.engine import create_engine
from app.database.schema import distribution
from app.database.schema.new_tables import place_new_tables
from app.database.session import TenantSession
from app.kit.ids import new_id
from app.modules.tenants.repositories import InvitationRepository
from tests.support.citus import Cluster
from tests.support.people import Person

SHARDS = 8


async def as_owner(cluster: Cluster, act: Callable[[Connection], object]) -> None:
    """Run it in one transaction as app_owner."""
    engine = create_engine(cluster.url("app_owner"))
    async with engine.begin() as connection:
        await connection.run_sync(act)
    await engine.dispose()


async def distribute(cluster: Cluster) -> list[str]:
    """Distribute as `app distribute` does, and return what it says."""
    said: list[str] = []
    await as_owner(cluster, lambda each: distribution.distribute(each, said.append, shards=SHARDS))
    await as_owner(cluster, distribution.truncate_local_rows)
    return said


async def invite(runtime: Runtime, person: Person, name: str) -> None:
    async with open_unit(runtime, person.actor, person.context) as work:
        await InvitationRepository(work.session).create(
            email=f"{name}@example.com",
            role="member",
            secret_hash=str(new_id()),
            expires_at=datetime(2030, 1, 1, tzinfo=UTC),
        )


async def invited(session: TenantSession) -> set[str]:
    return {each.email for each in (await InvitationRepository(session).list(limit=50)).items}


async def migrate(cluster: Cluster, *steps: Callable[[], None]) -> None:
    """Run each step as a migration: one transaction, unless it commits in between."""
    place_new_tables()
    engine = create_engine(cluster.url("app_owner"))
    async with engine.connect() as connection:
        for step in steps:
            await connection.run_sync(_migrate, step)
    await engine.dispose()


def _migrate(connection: Connection, step: Callable[[], None]) -> None:
    context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
    with Operations.context(context), context.begin_transaction(_per_migration=True):
        step()
