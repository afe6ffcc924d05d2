from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.config import Settings
from app.core.module import find_modules
from app.core.runtime import Runtime
from app.database.schema import guarantees
from app.database.schema.guarantees import (
    Finding,
    UnsafeDatabase,
    find_in_database,
    find_in_role,
    global_tables,
    refuse_unsafe_database,
)

GOOD_TABLE = """
    CREATE TABLE notes (
        tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
        id uuid,
        PRIMARY KEY (tenant_id, id)
    );
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant_isolation ON notes TO app_rw
        USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
        WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
    CREATE POLICY across_tenants ON notes TO app_admin USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app_rw, app_admin;
"""

IN_ROLE = {
    "superuser": ("ALTER ROLE app_rw SUPERUSER", "role app_rw is a superuser"),
    "bypassrls": ("ALTER ROLE app_rw BYPASSRLS", "role app_rw has BYPASSRLS"),
    "owner": ("ALTER TABLE notes OWNER TO app_rw", "role app_rw owns notes"),
    "owner of a view": ("CREATE VIEW v AS SELECT 1; ALTER VIEW v OWNER TO app_rw", "owns v"),
    "member": ("GRANT app_admin TO app_rw", "role app_rw belongs to app_admin"),
    "truncate": ("GRANT TRUNCATE ON notes TO app_rw", "may TRUNCATE notes"),
    "truncate by all": ("GRANT TRUNCATE ON notes TO PUBLIC", "may TRUNCATE notes"),
    "create": ("GRANT CREATE ON SCHEMA public TO PUBLIC", "may create tables in schema public"),
}

IN_DATABASE = {
    "tenants unprotected": (
        "ALTER TABLE tenants DISABLE ROW LEVEL SECURITY",
        "table tenants lets each tenant write all the others",
    ),
    "tenants not forced": (
        "ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY",
        "table tenants lets each tenant write all the others",
    ),
    "tenants open": (
        "CREATE POLICY more ON tenants FOR UPDATE TO app_rw USING (true)",
        "table tenants lets each tenant write all the others",
    ),
    "not enabled": ("ALTER TABLE notes DISABLE ROW LEVEL SECURITY", "row security switched off"),
    "not forced": ("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY", "does not force row security"),
    "no policy": ("DROP POLICY tenant_isolation ON notes", "no policy tenant_isolation"),
    "policy for all": (
        "ALTER POLICY tenant_isolation ON notes TO PUBLIC",
        "no policy tenant_isolation",
    ),
    "policy checks nothing": (
        "ALTER POLICY tenant_isolation ON notes WITH CHECK (true)",
        "no policy tenant_isolation",
    ),
    "policy shows all": (
        "ALTER POLICY tenant_isolation ON notes USING (true)",
        "no policy tenant_isolation",
    ),
    "policy reads only": (
        "DROP POLICY tenant_isolation ON notes;"
        "CREATE POLICY tenant_isolation ON notes FOR SELECT TO app_rw"
        " USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))",
        "no policy tenant_isolation",
    ),
    "admin for all": (
        "ALTER POLICY across_tenants ON notes TO app_admin, app_rw",
        "no policy across_tenants",
    ),
    "one more policy": (
        "CREATE POLICY more ON notes USING (true)",
        "policy more of notes shows app_rw more rows",
    ),
    "own rows of nobody": (
        "CREATE POLICY own_rows ON notes FOR SELECT TO app_rw USING (true)",
        "policy own_rows of notes shows app_rw more rows",
    ),
    "nullable": (
        "CREATE TABLE loose (tenant_id uuid, id uuid)",
        "table loose allows rows without a tenant",
    ),
    "key": (
        "ALTER TABLE notes DROP CONSTRAINT notes_pkey, ADD PRIMARY KEY (id)",
        "table notes has no primary key that starts with tenant_id",
    ),
    "no cascade": (
        "ALTER TABLE notes DROP CONSTRAINT notes_tenant_id_fkey",
        "table notes keeps its rows when their tenant is deleted",
    ),
    "index": ("CREATE INDEX slow ON notes (id)", "index slow is of no use under row security"),
    "expression": (
        "CREATE INDEX slow ON notes (upper(id::text), tenant_id)",
        "index slow is of no use under row security",
    ),
    "unique": (
        "ALTER TABLE notes ADD CONSTRAINT telling UNIQUE (id)",
        "index telling reveals to one tenant which values another one has",
    ),
    "foreign key": (
        "ALTER TABLE notes ADD UNIQUE (id);"
        "CREATE TABLE parts (note_id uuid CONSTRAINT stray REFERENCES notes (id))",
        "foreign key stray of parts can point into another tenant",
    ),
    "foreign key of a global table": (
        "ALTER TABLE notes ADD UNIQUE (id);"
        "ALTER TABLE users ADD note_id uuid CONSTRAINT stray REFERENCES notes (id)",
        "foreign key stray of users can point into another tenant",
    ),
    "view": ("CREATE VIEW seen AS SELECT * FROM notes", "view seen reads rows of tenants"),
    "view of a view": (
        "CREATE VIEW inner_one WITH (security_invoker = true) AS SELECT * FROM notes;"
        "CREATE VIEW outer_one AS SELECT * FROM inner_one",
        "view outer_one reads rows of tenants",
    ),
    "materialised view": (
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM notes",
        "materialised view kept keeps rows of tenants",
    ),
    "function": (
        "CREATE FUNCTION peek() RETURNS bigint SECURITY DEFINER LANGUAGE sql"
        " AS 'SELECT count(*) FROM notes'",
        "function peek() runs with the rights of its owner",
    ),
    "partition": (
        "CREATE TABLE logs (tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id))"
        " PARTITION BY HASH (id);"
        "CREATE TABLE logs_0 PARTITION OF logs FOR VALUES WITH (modulus 1, remainder 0);"
        "GRANT SELECT ON logs_0 TO app_rw",
        "partition logs_0 can be addressed directly",
    ),
    "table of nobody": (
        "CREATE TABLE rates (id uuid)",
        "table rates has no tenant_id and is not on the list of global tables",
    ),
    "table in another schema": (
        "CREATE SCHEMA side; CREATE TABLE side.users (id uuid)",
        "table side.users has no tenant_id and is not on the list of global tables",
    ),
}


@pytest_asyncio.fixture
async def superuser(settings: Settings) -> AsyncIterator[AsyncConnection]:
    """A superuser's transaction, rolled back at the end, so that no violations or roles remain."""
    url = make_url(settings.database.url or "").set(username="postgres")
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await _run(connection, GOOD_TABLE)
        yield connection
        await connection.rollback()
    await engine.dispose()


class TestFindInRole:
    async def test_finds_nothing_wrong_with_the_serving_role(
        self, superuser: AsyncConnection
    ) -> None:
        await _become(superuser, "app_rw")

        assert await find_in_role(superuser) == []

    @pytest.mark.parametrize(("violation", "found"), IN_ROLE.values(), ids=IN_ROLE)
    async def test_finds(self, superuser: AsyncConnection, violation: str, found: str) -> None:
        await _run(superuser, violation)
        await _become(superuser, "app_rw")

        findings = await find_in_role(superuser)

        assert found in " ".join(map(str, findings))

    @pytest.mark.parametrize(("violation", "found"), IN_ROLE.values(), ids=IN_ROLE)
    async def test_names_a_fix_that_works(
        self, superuser: AsyncConnection, violation: str, found: str
    ) -> None:
        await _run(superuser, violation)
        await _become(superuser, "app_rw")
        findings = await find_in_role(superuser)
        await _become(superuser, "postgres")

        await _fix(superuser, findings)

        await _become(superuser, "app_rw")
        assert await find_in_role(superuser) == []

    async def test_lets_the_owner_own(self, superuser: AsyncConnection) -> None:
        await _become(superuser, "app_owner")

        assert await find_in_role(superuser, may_own=True) == []


class TestFindInDatabase:
    async def test_finds_nothing_wrong_with_the_models_and_a_good_table(
        self, superuser: AsyncConnection
    ) -> None:
        await _become(superuser, "app_rw")

        assert await find_in_database(superuser) == []

    @pytest.mark.parametrize(("violation", "found"), IN_DATABASE.values(), ids=IN_DATABASE)
    async def test_finds(self, superuser: AsyncConnection, violation: str, found: str) -> None:
        await _run(superuser, violation)
        await _become(superuser, "app_rw")

        findings = await find_in_database(superuser)

        assert found in " ".join(map(str, findings))

    async def test_finds_a_shared_table_that_tenants_may_write(
        self, superuser: AsyncConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guarantees, "shared_tables", lambda: ["users"])
        await _become(superuser, "app_rw")

        [finding] = await find_in_database(superuser)
        await _become(superuser, "postgres")
        await _fix(superuser, [finding])

        assert "table users is shared by all tenants, and each of them may write it" in str(finding)
        assert await find_in_database(superuser) == []

    @pytest.mark.parametrize(
        "violation",
        [
            "CREATE VIEW seen WITH (security_invoker = true) AS SELECT * FROM notes",
            "CREATE VIEW seen AS SELECT * FROM users",
            "CREATE POLICY less ON notes AS RESTRICTIVE USING (false)",
            "CREATE TEMPORARY TABLE mine (id uuid)",
        ],
    )
    async def test_leaves_alone(self, superuser: AsyncConnection, violation: str) -> None:
        await _run(superuser, violation)
        await _become(superuser, "app_rw")

        assert await find_in_database(superuser) == []


class TestRefuseUnsafeDatabase:
    async def test_lets_a_safe_one_serve(self, runtime: Runtime) -> None:
        await refuse_unsafe_database(runtime.database.rw, runtime.database.admin)

    async def test_refuses_log_ins_that_are_exchanged(self, runtime: Runtime) -> None:
        with pytest.raises(UnsafeDatabase) as refused:
            await refuse_unsafe_database(runtime.database.admin, runtime.database.rw)

        assert list(map(str, refused.value.findings)) == [
            "role app_admin is the log-in of APP_DATABASE_URL, and sees the rows of all tenants.\n"
            "    Log in as app_rw instead",
            "role app_rw is the log-in of APP_DATABASE_ADMIN_URL, and sees one tenant at a time.\n"
            "    Log in as app_admin instead",
        ]

    async def test_refuses_with_every_finding_and_its_fix(self, settings: Settings) -> None:
        engine = create_async_engine(settings.database.owner_url or "")

        with pytest.raises(UnsafeDatabase, match=r"role app_owner owns .*\n.*Log in as app_rw"):
            await refuse_unsafe_database(engine)

        await engine.dispose()


class TestGlobalTables:
    def test_give_a_reason_each(self) -> None:
        find_modules()

        assert all(len(reason) > 10 for reason in global_tables().values())

    def test_do_not_include_a_table_of_tenants(self) -> None:
        find_modules()

        assert "memberships" not in global_tables()


async def _run(connection: AsyncConnection, script: str) -> None:
    for statement in script.split(";"):
        if statement.strip():
            await connection.execute(text(statement))


async def _become(connection: AsyncConnection, role: str) -> None:
    await connection.execute(text(f"SET LOCAL ROLE {role}"))


async def _fix(connection: AsyncConnection, findings: list[Finding]) -> None:
    for finding in findings:
        await connection.execute(text(finding.fix))
