"""A tenant moves to another installation with its ids: each table has the same rows there."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from typer.testing import CliRunner

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.auth import Actor
from app.core.export import export_rows, tables_of_tenant
from app.core.module import find_modules
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.tenancy import TenantContext
from app.core.tenant_import import CannotImport, read_tenant_file
from app.core.unit_of_work import UnitOfWork, open_unit
from tests.support.database import create_test_database, drop_test_database
from tests.support.people import Person, add_member, create_tenant

from ..commands import tenant_commands
from ..services import TenantLifecycle


@pytest_asyncio.fixture(scope="module")
async def elsewhere(settings: Settings) -> AsyncIterator[Runtime]:
    """Another installation, with a database of its own."""
    name = f"{settings.database.url}".rpartition("/")[2].partition("?")[0] + "_elsewhere"
    runtime = open_runtime(create_test_database(settings, name), find_modules())
    yield runtime
    await runtime.close()
    drop_test_database(name)


async def exported(runtime: Runtime, person: Person, **options: bool) -> list[dict[str, Any]]:
    lines = export_rows(runtime.database, TenantContext(person.tenant_id), **options)
    return [json.loads(line) async for line in lines]


async def imported(runtime: Runtime, file: Path) -> dict[str, int]:
    async with open_unit(runtime, Actor.operator(), None) as work:
        return await TenantLifecycle(work).import_from(read_tenant_file(file))


@pytest.fixture
def file(tmp_path: Path) -> Callable[[list[dict[str, Any]]], Path]:
    def write(lines: list[dict[str, Any]]) -> Path:
        path = tmp_path / "tenant.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return path

    return write


class TestImport:
    async def test_has_all_rows_and_ids(
        self, runtime: Runtime, elsewhere: Runtime, file: Callable[..., Path]
    ) -> None:
        owner = await create_tenant(runtime, "Acme", is_superuser=True)
        await add_member(runtime, owner, Role.MEMBER)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.audit("reports.exported")
        before = await exported(runtime, owner, with_accounts=True)

        counts = await imported(elsewhere, file(before))

        assert await exported(elsewhere, owner, with_accounts=True) == before
        assert (counts["users"], counts["memberships"], counts["audit_log"]) == (2, 2, 1)
        async with elsewhere.database.admin.connect() as connection:
            unsafe = "SELECT count(*) FROM users WHERE is_superuser OR password_hash IS NOT NULL"
            assert await connection.scalar(text(unsafe)) == 0
        with pytest.raises(CannotImport, match="is here already: delete it first"):
            await imported(elsewhere, file(before))
        async with open_unit(elsewhere, Actor.operator(), None) as work:
            await TenantLifecycle(work).delete(owner.tenant_id)
        assert "users" not in await imported(elsewhere, file(before))

    async def test_refuses_what_clashes(
        self, runtime: Runtime, elsewhere: Runtime, file: Callable[..., Path]
    ) -> None:
        owner = await create_tenant(runtime, "Acme")
        lines = await exported(runtime, owner, with_accounts=True)
        there = await create_tenant(elsewhere, "Globex")
        theirs = (await exported(elsewhere, there, with_accounts=True))[1]["row"]["email"]
        slug = (await exported(elsewhere, there))[0]["row"]["slug"]
        tenant, account, *rest = lines
        same_slug = {"table": "tenants", "row": tenant["row"] | {"slug": slug}}
        same_email = {"table": "users", "row": account["row"] | {"email": theirs.upper()}}
        same_id = {"table": "users", "row": account["row"] | {"id": str(there.user_id)}}
        other = rest[0]["row"] | {"tenant_id": str(there.tenant_id)}
        foreign = {"table": rest[0]["table"], "row": other}
        twice = [*lines, rest[0]]
        refused = {
            "Another tenant has the slug": [same_slug, account, *rest],
            "is not the one in the file": [tenant, same_email, *rest],
            "must belong together": [tenant, same_id, *rest],
            "belongs to another tenant": [tenant, account, foreign],
            "PostgreSQL refuses a row": twice,
            "Export the tenant with --with-accounts": [tenant, *rest],
            "the first line must be": [account, tenant, *rest],
            "there is no table secrets": [tenant, {"table": "secrets", "row": {}}],
            "has no column colour": [{"table": "tenants", "row": tenant["row"] | {"colour": 1}}],
            "is broken or cut off": [tenant, {"table": "users"}],
            "is empty": [],
        }
        for reason, given in refused.items():
            with pytest.raises(CannotImport, match=reason):
                await imported(elsewhere, file(given))
        async with elsewhere.database.admin.connect() as connection:
            own = text("SELECT count(*) FROM tenants WHERE id = :id")
            assert await connection.scalar(own, {"id": owner.tenant_id}) == 0


def test_moves_by_command(settings: Settings, owner: Person, tmp_path: Path) -> None:
    @asynccontextmanager
    async def open_work() -> AsyncIterator[UnitOfWork]:
        runtime = open_runtime(settings, find_modules())
        async with open_unit(runtime, Actor.operator(), None) as work:
            yield work
        await runtime.close()

    def run(*arguments: str) -> str:
        commands = tenant_commands(open_work)
        done = CliRunner().invoke(commands, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    tenant, file = str(owner.tenant_id), str(tmp_path / "acme.jsonl")
    run("export", tenant, "--output", file, "--with-accounts")
    run("delete", tenant, "--yes")

    moved = run("import", file)

    assert f"Acme is here, with its ids: {tenant}" in moved
    assert "1  memberships" in moved
    assert tenant in run("list")


def test_every_table_follows_those_it_refers_to() -> None:
    tables = tables_of_tenant()

    assert tables[0].name == "tenants"
    for place, table in enumerate(tables):
        for key in table.foreign_keys:
            other = key.column.table
            assert other not in tables or tables.index(other) <= place, (table.name, other.name)
