"""Tables with rows of two tenants are changed as migrations of modules change them."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from threading import Thread
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from app.database import field_changes as changes
from app.database.embedded import DatabaseUrls, EmbeddedServer
from app.database.rls import protect, rows_of_all_tenants
from app.database.schema.migrations import find_steps
from tests.support.scratch import scratch, server

__all__ = ["scratch", "server"]

pytestmark = pytest.mark.slow

# A port and 35 boats for each of two tenants; some boats of a tenant have the same name.
ROWS = """
    INSERT INTO ports SELECT gen_random_uuid(), gen_random_uuid(), 'Port ' || number
        FROM generate_series(1, 2) AS number;
    INSERT INTO boats SELECT tenant_id, gen_random_uuid(), 'Boat ' || number % 33
        FROM ports, generate_series(1, 35) AS number;
"""
CONSTRAINTS = """
    SELECT conname, convalidated FROM pg_constraint
    WHERE conrelid = 'boats'::regclass AND contype <> 'n' AND contype <> 'p' ORDER BY conname
"""
INDEXES = "SELECT indexname FROM pg_indexes WHERE tablename = 'boats' ORDER BY indexname"
COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod), attnotnull, atthasdef FROM pg_attribute
    WHERE attrelid = 'boats'::regclass AND attnum > 0 AND NOT attisdropped
"""
WORDS = """
    SELECT word, count(boats_words) FROM unnest('{1,2,boat,boot,cafe,kahn}'::text[]) AS word
    LEFT JOIN boats_words USING (word) GROUP BY word ORDER BY word
"""
FORCED = "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname IN ('boats', 'ports')"


class Owner:
    """Runs changes as the tables' owner in one migration each, as Alembic does."""

    def __init__(self, urls: DatabaseUrls, superuser: psycopg.Connection[Any]) -> None:
        self._url = urls.owner_url
        self.superuser = superuser

    def runs(self, *steps: Callable[[], None]) -> None:
        asyncio.run(self._run(steps))

    def finds(self, statement: str) -> list[Any]:
        return self.superuser.execute(statement).fetchall()

    async def _run(self, steps: tuple[Callable[[], None], ...]) -> None:
        engine = create_async_engine(self._url)
        try:
            async with engine.connect() as connection:
                for change in steps:
                    await connection.run_sync(_migrate, change)
        finally:
            await engine.dispose()


def _migrate(connection: sa.Connection, change: Callable[[], None]) -> None:
    context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
    with Operations.context(context), context.begin_transaction(_per_migration=True):
        change()


@pytest.fixture
def owner(scratch: DatabaseUrls, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> Owner:
    monkeypatch.setattr(changes, "BATCH", 10)
    monkeypatch.setattr(changes, "PATIENCE", "20ms")
    monkeypatch.setattr(changes, "PAUSE", 0.02)
    owner = Owner(scratch, server.superuser(make_url(scratch.url).database or ""))
    owner.runs(_create_tables)
    owner.superuser.execute(ROWS)
    return owner


def _create_tables() -> None:
    for table in ("ports", "boats"):
        op.create_table(
            table,
            sa.Column("tenant_id", sa.Uuid(), nullable=False),
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("name", sa.String(40), nullable=False),
            sa.PrimaryKeyConstraint("tenant_id", "id"),
        )
        protect(table)


def _create_flags() -> None:
    """Create a table without tenants that all of them share, with one row."""
    op.create_table(
        "flags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO flags VALUES (gen_random_uuid(), 'red')")


def _add_tenants() -> None:
    """Create what the words of a table need: tenants, and the function that finds words."""
    op.execute("CREATE TABLE tenants (id uuid PRIMARY KEY)")
    with rows_of_all_tenants("ports"):
        op.execute("INSERT INTO tenants SELECT tenant_id FROM ports")
    [step] = [each for each in find_steps() if each.module.endswith(".s0012_search")]
    import_module(step.module).upgrade()


def _rename_by_hand() -> None:
    with rows_of_all_tenants("boats"):
        op.execute("UPDATE boats SET title = 'Kahn' WHERE title = 'Boat 2'")


def add_all() -> None:
    changes.add_column(
        "boats", sa.Column("seats", sa.Integer(), server_default="4", nullable=False)
    )
    changes.add_column("boats", sa.Column("label", sa.String(60)))
    changes.add_column("boats", sa.Column("port_id", sa.Uuid()))
    changes.add_column("boats", sa.Column("state", sa.String(40)))
    changes.fill("boats", "label", "id || ': ' || lower(name)", "label IS NULL")
    port = "(SELECT ports.id FROM ports WHERE ports.tenant_id = boats.tenant_id LIMIT 1)"
    changes.fill("boats", "port_id", port, "port_id IS NULL", "ports")
    changes.fill("boats", "state", "'afloat'", "state IS NULL")
    for column in ("label", "port_id", "state"):
        changes.require("boats", column)
    changes.add_unique("boats", "label")
    changes.add_unique_ignoring_case("boats", "label")
    changes.add_index("boats", "port_id")
    changes.add_known_values("boats", "state", "afloat", "ashore")
    changes.add_allowed("boats", "seats", "seats >= 1 AND label ~ '^[^:]+:.*$'")
    changes.add_unique("boats", "state", "port_id", "label")
    changes.add_reference("boats", "port_id", "ports", "SET NULL (port_id)")


def drop_all() -> None:
    changes.drop_reference("boats", "port_id")
    changes.drop_known_values("boats", "state")
    changes.drop_allowed("boats", "seats")
    changes.drop_unique("boats", "state", "port_id", "label")
    changes.drop_index("boats", "port_id")
    changes.drop_unique_ignoring_case("boats", "label")
    changes.drop_unique("boats", "label")
    for column in ("seats", "label", "port_id", "state"):
        changes.drop_column("boats", column)


class TestChanges:
    def test_reach_the_rows_of_all_tenants_and_can_be_repeated(self, owner: Owner) -> None:
        owner.runs(add_all, add_all)

        distinct = (
            "count(*), count(DISTINCT label), count(DISTINCT port_id), min(seats), min(state)"
        )
        assert owner.finds(f"SELECT {distinct} FROM boats") == [(70, 70, 2, 4, "afloat")]
        assert {row[2:] for row in owner.finds(COLUMNS)} == {(True, False)}
        assert owner.finds(CONSTRAINTS) == [
            ("ck_boats_seats_is_allowed", True),
            ("ck_boats_state_is_known", True),
            ("fk_boats_tenant_id_port_id", True),
            ("uq_boats_tenant_id_label", True),
            ("uq_boats_tenant_id_port_id_label_state", True),
        ]
        assert [name for (name,) in owner.finds(INDEXES)] == [
            "boats_pkey",
            "ix_boats_tenant_id_port_id_id",
            "uq_boats_tenant_id_label",
            "uq_boats_tenant_id_lower_label",
            "uq_boats_tenant_id_port_id_label_state",
        ]
        assert owner.finds(FORCED) == [(True,)]

    def test_leave_nothing_when_they_are_taken_back(self, owner: Owner) -> None:
        before = owner.finds(COLUMNS)

        owner.runs(add_all, lambda: changes.allow_null("boats", "label"), drop_all, drop_all)

        assert owner.finds(COLUMNS) == before
        assert owner.finds(CONSTRAINTS) == []

    def test_make_values_unique_among_living_rows(self, owner: Owner) -> None:
        def archive() -> None:
            changes.drop_unique("boats", "label")
            changes.drop_unique_ignoring_case("boats", "label")
            changes.drop_unique("boats", "state", "port_id", "label")
            changes.add_column("boats", sa.Column("archived_at", sa.DateTime(timezone=True)))
            changes.add_unique_among_living("boats", "label")
            changes.add_unique_among_living_ignoring_case("boats", "label")
            changes.add_unique_among_living("boats", "state", "port_id", "label")

        owner.runs(add_all, archive, archive)
        owner.superuser.execute("UPDATE boats SET archived_at = now()")
        owner.superuser.execute("UPDATE boats SET label = 'Same: same'")

        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.superuser.execute("UPDATE boats SET archived_at = NULL")

    def test_rename_a_column_with_all_that_hangs_on_it(self, owner: Owner) -> None:
        rename = [
            lambda: changes.rename_column("boats", "label", "title"),
            lambda: changes.rename_column("boats", "port_id", "home_id"),
            lambda: changes.rename_column("boats", "state", "status"),
        ]

        owner.runs(add_all, *rename, *rename)

        names = [name for name, *_ in owner.finds(CONSTRAINTS) + owner.finds(INDEXES)]
        assert names == [
            "ck_boats_seats_is_allowed",
            "ck_boats_status_is_known",
            "fk_boats_tenant_id_home_id",
            "uq_boats_tenant_id_home_id_title_status",
            "uq_boats_tenant_id_title",
            "boats_pkey",
            "ix_boats_tenant_id_home_id_id",
            "uq_boats_tenant_id_home_id_title_status",
            "uq_boats_tenant_id_lower_title",
            "uq_boats_tenant_id_title",
        ]

    def test_let_lists_search_columns_of_all_rows(self, owner: Owner) -> None:
        owner.runs(_add_tenants)
        add = lambda: changes.add_search("boats", "name")  # noqa: E731 - shorter than a function

        owner.runs(add, add)
        before = owner.finds(WORDS)
        owner.runs(
            lambda: changes.stop_search("boats"),
            lambda: changes.rename_column("boats", "name", "title"),
            lambda: changes.change_search("boats", "title"),
            lambda: changes.change_type("boats", "title", sa.Text()),
            lambda: changes.fill("boats", "title", "'Café-Boot'", "title = 'Boat 1'"),
            _rename_by_hand,
        )
        after = owner.finds(WORDS)
        owner.runs(lambda: changes.drop_search("boats"), lambda: changes.drop_search("boats"))

        assert before == [
            ("1", 4),
            ("2", 4),
            ("boat", 70),
            ("boot", 0),
            ("cafe", 0),
            ("kahn", 0),
        ]
        assert after == [
            ("1", 0),
            ("2", 0),
            ("boat", 62),
            ("boot", 4),
            ("cafe", 4),
            ("kahn", 4),
        ]
        assert owner.finds("SELECT to_regclass('boats_words')") == [(None,)]
        assert owner.finds(FORCED) == [(True,)]

    def test_of_a_shared_table_know_no_tenant(self, owner: Owner) -> None:
        def add() -> None:
            changes.add_column("flags", sa.Column("code", sa.String(9)))
            changes.fill_shared("flags", "code", "'a:' || name", "code IS NULL")
            changes.require("flags", "code")
            changes.add_shared_unique("flags", "code")
            changes.add_shared_unique("flags", "code", "name")
            changes.add_shared_unique_ignoring_case("flags", "name")
            changes.add_shared_index("flags", "name")
            changes.add_column("boats", sa.Column("flag_id", sa.Uuid()))
            changes.add_shared_reference("boats", "flag_id", "flags", "RESTRICT")

        def drop() -> None:
            changes.drop_shared_reference("boats", "flag_id")
            changes.drop_shared_unique("flags", "code")
            changes.drop_shared_unique("flags", "code", "name")
            changes.drop_shared_unique_ignoring_case("flags", "name")
            changes.drop_shared_index("flags", "name")

        owner.runs(_create_flags, add, add, lambda: changes.rename_column("flags", "name", "title"))
        renamed = owner.finds(INDEXES.replace("boats", "flags"))
        codes = owner.finds("SELECT code FROM flags")
        references = owner.finds(CONSTRAINTS)
        owner.runs(lambda: changes.rename_column("flags", "title", "name"), drop, drop)

        assert [name for (name,) in renamed] == [
            "flags_pkey",
            "ix_flags_title_id",
            "uq_flags_code",
            "uq_flags_lower_title",
            "uq_flags_title_code",
        ]
        assert codes == [("a:red",)]
        assert references == [("fk_boats_flag_id", True)]
        assert [name for (name,) in owner.finds(INDEXES.replace("boats", "flags"))] == [
            "flags_pkey"
        ]

    def test_of_types_lose_no_value(self, owner: Owner) -> None:
        owner.runs(
            lambda: changes.change_type("boats", "name", sa.Text()),
            lambda: changes.shorten("boats", "name", sa.String(7)),
        )
        assert ("name", "character varying(7)", True, False) in owner.finds(COLUMNS)

        with pytest.raises(DBAPIError, match="ck_name_is_short"):
            owner.runs(lambda: changes.shorten("boats", "name", sa.String(6)))

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda: changes.add_unique("boats", "name"), "could not create unique index"),
            (
                lambda: changes.add_known_values("boats", "name", "Boat 7"),
                "ck_boats_name_is_known",
            ),
            (lambda: changes.require("boats", "nickname"), "ck_nickname_is_given"),
        ],
        ids=["unique", "known values", "required"],
    )
    def test_that_rows_do_not_allow_can_be_run_again_once_they_do(
        self, owner: Owner, change: Callable[[], None], why: str
    ) -> None:
        owner.runs(lambda: changes.add_column("boats", sa.Column("nickname", sa.Text())))
        with pytest.raises(DBAPIError, match=why):
            owner.runs(change)
        owner.superuser.execute("DELETE FROM boats WHERE name <> 'Boat 7'")
        owner.superuser.execute("UPDATE boats SET nickname = 'Bo'")

        owner.runs(change)

    def test_give_way_to_a_transaction_that_reads_the_table(
        self, owner: Owner, scratch: DatabaseUrls
    ) -> None:
        reader = owner.superuser
        reader.autocommit = False
        reader.execute("SELECT count(*) FROM boats")
        change = Thread(target=owner.runs, args=[lambda: changes.drop_column("boats", "name")])

        change.start()
        change.join(timeout=0.3)  # any time: it may not end before the lock does
        waited = change.is_alive()
        reader.rollback()
        change.join()

        assert waited
        assert "name" not in {name for name, *_ in owner.finds(COLUMNS)}
