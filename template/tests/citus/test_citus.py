"""A project on a real Citus cluster: runs where TEST_CITUS_URL names a coordinator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Uuid,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.bootstrap import open_runtime
from app.core.auth import Actor
from app.core.export import export_rows
from app.core.module import find_modules
from app.core.runtime import Runtime
from app.core.tenancy import TenantContext
from app.core.unit_of_work import open_unit
from app.database.cluster import is_cluster
from app.database.engine import create_engine
from app.database.rls import protect
from app.database.schema import distribution
from app.database.schema.distribution import CannotDistribute
from app.database.schema.drift import find_drift
from app.database.schema.guarantees import find_in_database, find_in_role
from app.database.schema.new_tables import place_new_tables
from app.database.session import open_session
from app.modules.tenants.models import Invitation
from app.modules.tenants.repositories import InvitationRepository
from app.modules.tenants.services import TenantLifecycle
from tests.support import samples
from tests.support.citus import Cluster
from tests.support.people import Person, create_tenant
from tests.support.queue import until, worker

from .conftest import Distributed
from .distributed import as_owner, distribute, invite, invited

pytestmark = pytest.mark.slow

PLACES = """
    SELECT logicalrelid::text, partmethod::text, repmodel::text, colocationid
    FROM pg_dist_partition WHERE partmethod = 'h' OR repmodel = 't'
"""
RAW = {"raw_sql": "past the session's filter"}


@asynccontextmanager
async def serving(cluster: Cluster) -> AsyncIterator[AsyncConnection]:
    engine = create_engine(cluster.url("app_rw"), citus=True)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def findings(cluster: Cluster) -> list[str]:
    async with serving(cluster) as connection:
        found = await find_in_role(connection) + await find_in_database(connection)
        return [str(each) for each in found]


def superuser(cluster: Cluster, statement: str) -> list[tuple[object, ...]]:
    with cluster.connect() as connection:
        done = connection.execute(statement.encode())
        return done.fetchall() if done.description else []


class TestDistributing:
    async def test_says_where_each_table_goes(self, distributed: Distributed) -> None:
        said = "\n".join(distributed.said)

        assert "invitations: 2 rows, by tenant" in said
        assert "memberships: 1 rows, on every node, whole" in said

    async def test_keeps_all_rows(self, distributed: Distributed, runtime: Runtime) -> None:
        async with open_session(runtime.database.rw, distributed.before.context) as session:
            assert await invited(session) == {"ada@example.com", "bob@example.com"}

    async def test_puts_all_tables_in_one_group(self, distributed: Distributed) -> None:
        rows = superuser(distributed.cluster, PLACES)
        whole = {name for name, _, kind, _ in rows if kind == "t"}

        assert {"tenants", "users", "memberships"} <= whole
        assert len({group for _, method, _, group in rows if method == "h"}) == 1

    async def test_leaves_no_rows_on_the_coordinator(self, distributed: Distributed) -> None:
        with distributed.cluster.connect() as connection:
            connection.execute("SET citus.use_citus_managed_tables = off")
            size = connection.execute("SELECT pg_relation_size('invitations')").fetchone()

        assert size == (0,)

    async def test_leaves_nothing_to_find(self, distributed: Distributed) -> None:
        """Neither in the cluster's form of the guarantees, nor against the models."""
        assert await findings(distributed.cluster) == []
        drift: list[str] = []
        await as_owner(distributed.cluster, lambda each: drift.extend(find_drift(each)))
        assert drift == []

    async def test_moves_nothing_twice(self, distributed: Distributed) -> None:
        assert await distribute(distributed.cluster) == []

    async def test_gives_up_when_rows_would_be_lost(
        self, distributed: Distributed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing is changed, whether Citus says something or, as some releases, nothing."""
        place = distribution._place

        def lose(connection: Connection, table: distribution.Table) -> str:
            connection.execute(text(f"DELETE FROM {table.name}"))
            return place(connection, table)

        def force(connection: Connection, table: distribution.Table) -> str:
            """Copy as if nobody had thought of FORCE, under which an owner sees no row."""
            forced = "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
            connection.execute(text(f"ALTER TABLE {table.name} {forced}"))
            return place(connection, table)

        await as_owner(distributed.cluster, _new_table)
        superuser(distributed.cluster, "INSERT INTO fresh SELECT id, id FROM tenants")
        try:
            for fault in (lose, force):
                monkeypatch.setattr(distribution, "_place", fault)
                with pytest.raises((CannotDistribute, DBAPIError), match=r"fresh had|COPY"):
                    await distribute(distributed.cluster)
                rows = superuser(distributed.cluster, "SELECT count(*) > 0 FROM fresh")
                assert rows == [(True,)]
        finally:
            superuser(distributed.cluster, "DROP TABLE fresh")

    async def test_refuses_keys_that_citus_does_not_know(self, distributed: Distributed) -> None:
        await as_owner(distributed.cluster, _new_table)
        key = (
            "ALTER TABLE fresh ADD CONSTRAINT parent FOREIGN KEY"
            " (tenant_id, parent_id) REFERENCES fresh ON DELETE SET NULL (parent_id)"
        )
        try:
            superuser(distributed.cluster, "ALTER TABLE fresh ADD parent_id uuid")
            superuser(distributed.cluster, key)
            with pytest.raises(CannotDistribute, match=r"another rule first.* fresh \(parent\)\."):
                await distribute(distributed.cluster)
        finally:
            superuser(distributed.cluster, "DROP TABLE fresh")


def _new_table(connection: Connection, *, of_a_migration: bool = False) -> None:
    """Create a table as a migration does, or as one did before the database was distributed."""
    if of_a_migration:
        place_new_tables()
        with Operations.context(MigrationContext.configure(connection)) as operations:
            operations.create_table(
                "fresh",
                Column("tenant_id", Uuid(), nullable=False),
                Column("id", Uuid(), nullable=False),
                PrimaryKeyConstraint("tenant_id", "id"),
                ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
            )
            protect("fresh")
        return
    connection.execute(
        text("""
            CREATE TABLE fresh (
                tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
                id uuid NOT NULL, PRIMARY KEY (tenant_id, id))
        """)
    )


class TestALaterMigration:
    async def test_distributes_its_table(self, distributed: Distributed) -> None:
        await as_owner(distributed.cluster, lambda each: _new_table(each, of_a_migration=True))
        try:
            groups = {
                (row[1], row[3]) for row in superuser(distributed.cluster, PLACES) if row[1] == "h"
            }
            names = {row[0] for row in superuser(distributed.cluster, PLACES)}

            assert "fresh" in names
            assert len(groups) == 1
            assert await findings(distributed.cluster) == []
        finally:
            superuser(distributed.cluster, "DROP TABLE fresh")


@pytest.fixture(params=[True, False], ids=["fast paths", "without"])
async def either(
    request: pytest.FixtureRequest, distributed: Distributed
) -> AsyncIterator[Runtime]:
    settings = distributed.settings.model_copy(update={"fast_paths": request.param})
    runtime = open_runtime(settings, find_modules())
    yield runtime
    await runtime.close()


class TestServing:
    async def test_shows_each_tenant_its_own_rows(
        self, either: Runtime, owner: Person, rival: Person
    ) -> None:
        """The tenant is set by the read itself, or ahead of it in a transaction."""
        await invite(either, owner, "eve")
        for person, expected in ((owner, {"eve@example.com"}), (rival, set())):
            async with open_session(either.database.rw, person.context) as session:
                assert await invited(session) == expected
            async with open_session(either.database.rw, person.context) as session:
                found = await session.scalars(select(Invitation.email))
                assert {*found} == expected
                raw = await session.execute(
                    text("SELECT email FROM invitations"), None, execution_options=RAW
                )
                assert {*raw.scalars()} == expected
                assert await invited(session) == expected

    async def test_shows_nothing_without_a_tenant(self, distributed: Distributed) -> None:
        async with serving(distributed.cluster) as connection:
            assert await connection.scalar(text("SELECT count(*) FROM invitations")) == 0

    async def test_changes_and_deletes(self, either: Runtime, owner: Person) -> None:
        await invite(either, owner, "eve")
        async with open_unit(either, owner.actor, owner.context) as work:
            rows = InvitationRepository(work.session)
            [row] = (await rows.list(limit=5)).items
            changed = await rows.change(await rows.get_for_update(row.id), role="viewer")
            work.audit("changed", before=row, after=changed)
        async with open_unit(either, owner.actor, owner.context) as work:
            await InvitationRepository(work.session).delete(changed)
        async with open_session(either.database.rw, owner.context) as session:
            assert await invited(session) == set()

    async def test_runs_jobs_and_delivers_events(
        self, distributed: Distributed, owner: Person
    ) -> None:
        runtime = open_runtime(distributed.settings, samples.modules_and_samples())
        counter = UUID(int=owner.tenant_id.int)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.enqueue(samples.add, counter)
            work.publish(samples.CounterMoved(counter))

        async def is_counted() -> bool:
            async with open_session(runtime.database.rw, owner.context) as session:
                done = await session.scalar(
                    text("SELECT sum(done) FROM job_progress"), None, execution_options=RAW
                )
                return bool(done == 2)

        async with worker(runtime):
            await until(is_counted, 60)
        await runtime.close()


class TestATenant:
    async def test_is_exported_and_deleted(
        self, distributed: Distributed, runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        await invite(runtime, owner, "eve")
        await invite(runtime, rival, "mallory")
        lines = [each async for each in export_rows(runtime.database, owner.context)]
        assert any(b"eve@example.com" in line for line in lines)
        assert not any(b"mallory" in line for line in lines)

        operator = replace(Actor.system(), is_superuser=True)
        async with open_unit(runtime, operator, None) as work:
            await TenantLifecycle(work).delete(owner.tenant_id)

        for table in ("tenants", "memberships", "invitations"):
            column = "id" if table == "tenants" else "tenant_id"
            statement = f"SELECT count(*) FROM {table} WHERE {column} = '{owner.tenant_id}'"
            assert superuser(distributed.cluster, statement) == [(0,)], table
        async with open_session(runtime.database.rw, rival.context) as session:
            assert await invited(session) == {"mallory@example.com"}

    async def test_moves_to_a_node_of_its_own(
        self, distributed: Distributed, runtime: Runtime, owner: Person
    ) -> None:
        """The statements of docs/scaling.md."""
        await invite(runtime, owner, "eve")
        cluster = distributed.cluster
        [(shard,)] = superuser(
            cluster,
            f"SELECT isolate_tenant_to_new_shard('invitations', '{owner.tenant_id}', 'CASCADE',"
            " shard_transfer_mode => 'block_writes')",
        )
        [(host, port)] = superuser(
            cluster, f"SELECT nodename, nodeport FROM citus_shards WHERE shardid = {shard} LIMIT 1"
        )
        here = (host.decode() if isinstance(host, bytes) else host, port)
        there = next((node for node in cluster.workers if node != here), None)
        if there:
            superuser(
                cluster,
                f"SELECT citus_move_shard_placement({shard}, '{here[0]}', {here[1]},"
                f" '{there[0]}', {there[1]}, shard_transfer_mode => 'block_writes')",
            )

        async with open_session(runtime.database.rw, owner.context) as session:
            assert await invited(session) == {"eve@example.com"}
        assert await findings(cluster) == []


FAULTS = {
    "ALTER TABLE invitations FORCE ROW LEVEL SECURITY": "forces row security",
    "ALTER DATABASE {name} RESET citus.propagate_set_commands": "is not local",
    "ALTER DATABASE {name} RESET citus.override_table_visibility": "is not off",
    "CREATE TABLE fresh (tenant_id uuid REFERENCES tenants ON DELETE CASCADE, id uuid,"
    " PRIMARY KEY (tenant_id, id))": "fresh is on the coordinator alone",
    "ALTER POLICY tenant_isolation ON invitations USING (true)": "no policy tenant_isolation",
}
MENDED = (
    "ALTER TABLE invitations NO FORCE ROW LEVEL SECURITY",
    "ALTER DATABASE {name} SET citus.propagate_set_commands = 'local'",
    "ALTER DATABASE {name} SET citus.override_table_visibility = 'off'",
    "DROP TABLE fresh",
    "ALTER POLICY tenant_isolation ON invitations"
    " USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)",
)


async def test_each_fault_is_found(distributed: Distributed) -> None:
    cluster = distributed.cluster
    for (fault, words), cure in zip(FAULTS.items(), MENDED, strict=True):
        superuser(cluster, fault.format(name=cluster.name))
        found = "\n".join(await findings(cluster))
        superuser(cluster, cure.format(name=cluster.name))

        assert words in found, fault
    assert await findings(cluster) == []


async def test_comes_back(distributed: Distributed) -> None:
    """Everything is as on one server again, with all rows. It is the last test of this folder."""
    runtime = open_runtime(distributed.settings, find_modules())
    owner = await create_tenant(runtime)
    await invite(runtime, owner, "eve")

    # The shards that a tenant has left are dropped later, in the middle of what follows.
    superuser(distributed.cluster, "CALL citus_cleanup_orphaned_resources()")
    said: list[str] = []
    await as_owner(distributed.cluster, lambda each: distribution.undistribute(each, said.append))

    assert superuser(distributed.cluster, PLACES) == []
    assert await findings(distributed.cluster) == []
    async with serving(distributed.cluster) as connection:
        assert not await is_cluster(connection)
    for person in (owner, distributed.before):
        async with open_session(runtime.database.rw, TenantContext(person.tenant_id)) as session:
            assert await invited(session)
    await runtime.close()
