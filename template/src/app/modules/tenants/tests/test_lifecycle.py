import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from typer.testing import CliRunner

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.audit import AuditEntry
from app.core.auth import Actor
from app.core.module import find_modules
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.tenancy import TenantContext
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.repository import RowNotFound
from app.kit.ids import new_id
from tests.support.people import Person, add_member, create_tenant

from ..commands import tenant_commands
from ..services import InvitationService, TenantLifecycle

ADMIN = "/api/v1/admin/tenants"
ME = "/api/v1/users/me"


@pytest.fixture
async def superuser(runtime: Runtime) -> Person:
    return await create_tenant(runtime, "Platform", is_superuser=True)


class TestCreate:
    async def test_invites_the_owner_and_is_audited(
        self, anonymous: AsyncClient, superuser: Person, runtime: Runtime
    ) -> None:
        body = {"name": "Umbrella", "owner_email": "bob@example.com"}

        answer = await anonymous.post(ADMIN, json=body, headers=superuser.headers)

        assert answer.status_code == 201
        created = UUID(answer.json()["id"])
        async with open_unit(runtime, Actor.system(created), TenantContext(created)) as work:
            invited = (await InvitationService(work).list(limit=10, cursor=None)).items
        assert [(each.email, each.role) for each in invited] == [("bob@example.com", Role.OWNER)]
        async with open_unit(runtime, Actor.operator(), None) as work:
            about = AuditEntry.reason.contains(str(created))
            async with work.across_tenants(bypass_tenant=True, reason="a test") as across:
                entries = list(await across.session.scalars(select(AuditEntry).where(about)))
        assert [each.actor_id for each in entries] == [superuser.user_id]

    async def test_is_for_superusers(self, client: AsyncClient) -> None:
        body = {"name": "Umbrella", "owner_email": "bob@example.com"}

        assert (await client.post(ADMIN, json=body)).status_code == 403


class TestSuspend:
    async def test_refuses_the_next_request_until_the_tenant_is_back(
        self, client: AsyncClient, anonymous: AsyncClient, owner: Person, superuser: Person
    ) -> None:
        url = f"{ADMIN}/{owner.tenant_id}"

        suspended = await anonymous.post(f"{url}/suspend", headers=superuser.headers)
        refused = await client.get(ME)
        await anonymous.post(f"{url}/resume", headers=superuser.headers)

        assert suspended.json()["suspended_at"] is not None
        assert refused.status_code == 401
        assert (await client.get(ME)).status_code == 200


class TestExport:
    async def test_streams_a_row_a_line(
        self, anonymous: AsyncClient, owner: Person, rival: Person, superuser: Person
    ) -> None:
        url = f"{ADMIN}/{owner.tenant_id}/export"

        answer = await anonymous.get(url, headers=superuser.headers)
        lines = [json.loads(line) for line in answer.text.splitlines()]

        assert answer.headers["content-type"] == "application/jsonl"
        assert [line["table"] for line in lines] == ["tenants", "memberships"]
        assert lines[1]["row"]["user_id"] == str(owner.user_id)
        assert str(rival.tenant_id) not in answer.text

    async def test_shows_one_moment(self, runtime: Runtime, owner: Person) -> None:
        async with open_unit(runtime, Actor.operator(), None) as work:
            lines = await TenantLifecycle(work).export(owner.tenant_id)
            first = await anext(lines)
            await add_member(runtime, owner, Role.MEMBER)
            rest = [line async for line in lines]

        assert b"tenants" in first
        assert len([line for line in rest if b"memberships" in line]) == 1

    async def test_is_a_problem_for_a_tenant_that_does_not_exist(
        self, anonymous: AsyncClient, superuser: Person
    ) -> None:
        answer = await anonymous.get(f"{ADMIN}/{new_id()}/export", headers=superuser.headers)

        assert answer.status_code == 404


class TestDelete:
    async def test_takes_the_tenant_away(
        self, client: AsyncClient, anonymous: AsyncClient, owner: Person, superuser: Person
    ) -> None:
        url = f"{ADMIN}/{owner.tenant_id}"

        answer = await anonymous.delete(url, headers=superuser.headers)

        assert answer.status_code == 204
        assert (await client.get(ME)).status_code == 401
        assert (await anonymous.delete(url, headers=superuser.headers)).status_code == 404


class TestEachAct:
    @pytest.mark.parametrize(
        ("method", "path"),
        [("POST", "/suspend"), ("POST", "/resume"), ("GET", "/export"), ("DELETE", "")],
    )
    async def test_is_for_superusers(
        self, client: AsyncClient, owner: Person, method: str, path: str
    ) -> None:
        answer = await client.request(method, f"{ADMIN}/{owner.tenant_id}{path}")

        assert answer.status_code == 403

    async def test_leaves_an_entry_in_the_audit(self, runtime: Runtime, owner: Person) -> None:
        async with open_unit(runtime, Actor.operator(), None) as work:
            lifecycle = TenantLifecycle(work)
            await lifecycle.suspend(owner.tenant_id)
            await lifecycle.resume(owner.tenant_id)
            await lifecycle.export(owner.tenant_id)
            await lifecycle.delete(owner.tenant_id)
            about = AuditEntry.reason.contains(str(owner.tenant_id))
            reasons = await work.session.scalars(select(AuditEntry.reason).where(about))

        assert sorted(reason.split()[0] for reason in reasons) == [
            "delete",
            "export",
            "resume",
            "suspend",
        ]


class Lent:
    """The commands, run on the test's database."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.commands = tenant_commands(self._open)

    def run(self, *arguments: str) -> str:
        answer = CliRunner().invoke(self.commands, arguments, catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.output

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[UnitOfWork]:
        runtime = open_runtime(self.settings, find_modules())
        async with open_unit(runtime, Actor.operator(), None) as work:
            yield work
        await runtime.close()


@pytest.fixture
def lent(settings: Settings) -> Lent:
    return Lent(settings)


class TestCommands:
    def test_do_the_same(self, lent: Lent, owner: Person, tmp_path: Path) -> None:
        tenant, file = str(owner.tenant_id), tmp_path / "rows.jsonl"

        assert "Acme is suspended" in lent.run("suspend", tenant)
        assert re.search(f"{tenant}  suspended  [a-z0-9-]+  Acme", lent.run("list"))
        assert "Acme is open again" in lent.run("resume", tenant)
        lent.run("export", tenant, "--output", str(file))
        assert len(file.read_text(encoding="utf-8").splitlines()) == 2
        assert "gone" in lent.run("delete", tenant, "--yes")
        with pytest.raises(RowNotFound):
            lent.run("resume", tenant)
