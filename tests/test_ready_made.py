"""Add and remove a ready-made module in a project with a database and modules of its own."""

from collections.abc import Callable
from pathlib import Path

import copier
import pytest

from tests.clone import Clone
from tests.conftest import Render
from tests.test_ownership import OPTIONS, answers, changes, commit
from tools.environment import environment_of
from tools.snapshot import VERSION, git

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ready made")]

FOLDER = "src/app/modules/webhooks/"
LEFT = "webhooks was left out. Its tables stay, with their rows: webhook_endpoints, webhook_deliveries"


@pytest.fixture(scope="module")
def client(render: Render, make_clone: Callable[[Path], Clone]) -> Clone:
    clone = make_clone(render(custom_modules="boats"))
    clone.run("alembic", "upgrade", "head")
    clone.run("python", "-m", "app", "seed")
    return clone


class TestReadyMade:
    """The tests use one project, in this order."""

    def test_comes_later(self, client: Clone) -> None:
        changed = choose(client, "webhooks")

        assert f"{FOLDER}module.py" in changed
        assert not [name for name in changed if "/boats/" in name]
        assert "adopted migrations.ready_made.webhooks.s0001_create" in adopt(client)
        assert passes(client) == ""
        client.run("pytest", "--quiet", FOLDER)
        assert run_sql(client, INSERT) == "INSERT 0 1"

    def test_goes_and_its_tables_stay(self, client: Clone) -> None:
        changed = choose(client)

        assert not (client.folder / FOLDER / "module.py").exists()
        assert not [name for name in changed if "/boats/" in name or "/versions/" in name]
        assert LEFT in adopt(client)
        assert passes(client) == ""
        assert run_sql(client, COUNT) == "SELECT 1"

    def test_comes_back_and_finds_its_rows(self, client: Clone) -> None:
        choose(client, "webhooks")

        assert "Nothing new to adopt" in adopt(client)
        assert passes(client) == ""
        assert run_sql(client, COUNT) == "SELECT 1"


def choose(clone: Clone, *modules: str) -> set[str]:
    """Update with these modules; return the changed files."""
    copier.run_update(clone.folder, data={"modules": list(modules)}, vcs_ref=VERSION, **OPTIONS)
    clone.commands = environment_of(clone.folder)
    assert answers(clone.folder)["modules"] == list(modules)
    changed = changes(clone.folder)
    commit(clone.folder)
    return changed


def adopt(clone: Clone) -> str:
    said = clone.run("python", "-m", "app", "adopt")
    if changes(clone.folder):
        commit(clone.folder)
    return said


def passes(clone: Clone) -> str:
    """Check that one chain leads to the models, and that the tests still import; return git's status."""
    assert clone.run("alembic", "heads").count("(head)") == 1
    clone.run("alembic", "upgrade", "head")
    assert "No new upgrade operations detected" in clone.run("alembic", "check")
    clone.run("tach", "check")
    clone.run("pytest", "--quiet", "tests/architecture", "src/app/modules/boats", "tests/standard/migrations")
    return git(clone.folder, "status", "--porcelain")


def run_sql(clone: Clone, statement: str) -> str:
    """Run SQL as the owner, who bypasses the policies; return PostgreSQL's status."""
    return clone.run("python", "-c", OWNER, statement).strip().splitlines()[-1]


INSERT = """INSERT INTO webhook_endpoints
    (tenant_id, id, url, description, events, sealed_secret, created_at, updated_at)
SELECT id, gen_random_uuid(), 'https://example.com', '', '{}', '', now(), now() FROM tenants LIMIT 1"""
COUNT = "SELECT id FROM webhook_endpoints"
OWNER = """import asyncio, sys
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from app.bootstrap import with_database
from app.config import load_settings

async def main():
    engine = create_async_engine(with_database(load_settings()).database.owner_url)
    async with engine.begin() as connection:
        for table in ("tenants", "webhook_endpoints"):
            await connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
        done = await connection.execute(text(sys.argv[1]))
        print("SELECT" if done.returns_rows else "INSERT 0", len(done.all()) if done.returns_rows else done.rowcount)
        for table in ("tenants", "webhook_endpoints"):
            await connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))

asyncio.run(main())
"""
