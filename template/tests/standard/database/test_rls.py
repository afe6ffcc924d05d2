from collections.abc import Callable
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import Settings
from app.database import rls

CREATE = """
    CREATE TABLE notes (
        tenant_id uuid NOT NULL, id uuid, user_id uuid, title text, PRIMARY KEY (tenant_id, id)
    )
"""
ACME, GLOBEX, ADA = (f"00000000-0000-7000-8000-00000000000{number}" for number in range(3))
FILL = f"INSERT INTO notes VALUES ('{ACME}', '{ACME}', '{ADA}'), ('{GLOBEX}', '{GLOBEX}', NULL)"


class TestProtect:
    async def test_shows_the_serving_role_its_tenants_rows_and_no_others(
        self, settings: Settings
    ) -> None:
        def step(connection: Connection) -> None:
            rls.protect("notes")
            _become(connection, "app_rw", tenant=ACME)

            assert _tenants(connection) == {ACME}

        await _in_a_migration(settings, step)

    async def test_shows_nothing_without_a_tenant(self, settings: Settings) -> None:
        def step(connection: Connection) -> None:
            rls.protect("notes")
            _become(connection, "app_rw", tenant="")

            assert _tenants(connection) == set()

        await _in_a_migration(settings, step)

    async def test_holds_for_the_owner(self, settings: Settings) -> None:
        def step(connection: Connection) -> None:
            rls.protect("notes")

            assert _tenants(connection) == set()

        await _in_a_migration(settings, step)

    async def test_shows_all_to_the_role_that_works_across_tenants(
        self, settings: Settings
    ) -> None:
        def step(connection: Connection) -> None:
            rls.protect("notes")
            _become(connection, "app_admin")

            assert _tenants(connection) == {ACME, GLOBEX}

        await _in_a_migration(settings, step)

    async def test_refuses_a_row_of_another_tenant(self, settings: Settings) -> None:
        def step(connection: Connection) -> None:
            rls.protect("notes")
            _become(connection, "app_rw", tenant=ACME)

            with pytest.raises(Exception, match="violates row-level security"):
                connection.execute(text(f"INSERT INTO notes VALUES ('{GLOBEX}', '{ADA}')"))

        await _in_a_migration(settings, step)


class TestProtectForPerson:
    async def test_shows_a_person_without_a_tenant_her_own_rows(self, settings: Settings) -> None:
        def step(connection: Connection) -> None:
            rls.protect("notes")
            rls.protect_for_person("notes")
            _become(connection, "app_rw", person=ADA)

            assert _tenants(connection) == {ACME}

        await _in_a_migration(settings, step)


class TestGrantShared:
    async def test_lets_the_serving_role_read_only(self, settings: Settings) -> None:
        def step(connection: Connection) -> None:
            rls.grant_shared("notes")
            _become(connection, "app_rw", tenant=ACME)

            assert _tenants(connection) == {ACME, GLOBEX}
            for statement in ("UPDATE notes SET title = 'mine'", "DELETE FROM notes", FILL):
                with (
                    pytest.raises(Exception, match="permission denied"),
                    connection.begin_nested(),
                ):
                    connection.execute(text(statement))

        await _in_a_migration(settings, step)

    async def test_lets_the_role_that_works_across_tenants_write(self, settings: Settings) -> None:
        def step(connection: Connection) -> None:
            rls.grant_shared("notes")
            _become(connection, "app_admin")

            assert connection.execute(text("UPDATE notes SET title = 'ours'")).rowcount == 2

        await _in_a_migration(settings, step)


class TestUnprotect:
    async def test_undoes_both(self, settings: Settings) -> None:
        def step(connection: Connection) -> None:
            rls.protect("notes")
            rls.protect_for_person("notes")
            rls.unprotect("notes")

            assert _tenants(connection) == {ACME, GLOBEX}

        await _in_a_migration(settings, step)


class TestRowsOfAllTenants:
    async def test_lets_a_step_change_every_row_and_closes_again(self, settings: Settings) -> None:
        def step(connection: Connection) -> None:
            rls.protect("notes")
            with rls.rows_of_all_tenants("notes"):
                changed = connection.execute(text("UPDATE notes SET title = 'new'")).rowcount

            assert changed == 2
            assert _tenants(connection) == set()

        await _in_a_migration(settings, step)


async def _in_a_migration(settings: Settings, step: Callable[[Connection], Any]) -> None:
    """Run as app_owner with rows of two tenants, and roll back at the end."""

    def run(connection: Connection) -> None:
        connection.execute(text("SET LOCAL ROLE app_owner"))
        connection.execute(text(CREATE))
        connection.execute(text(FILL))
        with Operations.context(MigrationContext.configure(connection)):
            step(connection)

    engine = create_async_engine(make_url(settings.database.url or "").set(username="postgres"))
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.rollback()
    await engine.dispose()


def _become(
    connection: Connection, role: str, *, tenant: str | None = None, person: str | None = None
) -> None:
    connection.execute(text(f"SET LOCAL ROLE {role}"))
    for setting, value in (("app.tenant_id", tenant), ("app.user_id", person)):
        if value is not None:
            connection.execute(text(f"SELECT set_config('{setting}', '{value}', true)"))


def _tenants(connection: Connection) -> set[str]:
    return {str(tenant) for tenant in connection.scalars(text("SELECT tenant_id FROM notes"))}
