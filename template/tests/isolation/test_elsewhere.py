"""Isolation of data that is not in rows: cache, limits, jobs, events."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from app.config import LimitSettings, read_rate
from app.core.auth import Actor
from app.core.cache import EVERYONE, TENANT, Cached
from app.core.cache import _cached as cached_values
from app.core.jobs import Envelope, JobRefused, JobRegistry
from app.core.jobs.envelope import read_envelope
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.asyncpg.connection import begin_sql
from app.database.tenancy import TenantContext, TenantContextRequired, TenantMismatch
from app.kit.ids import new_id
from app.main import create_app
from app.modules.tenants import TenantCreated
from tests.support.clients import client_of
from tests.support.people import Person
from tests.support.samples import add

from .report import Report
from .two_tenants import FOREIGN, TwoTenants

SECRET = Cached("attacked.secret", str, keep=timedelta(minutes=1), whose=TENANT)
SHARED = Cached("attacked.shared", str, keep=timedelta(minutes=1), whose=EVERYONE)


def at_work(two_tenants: TwoTenants, person: Person | None) -> Any:
    actor = person.actor if person else Actor.system()
    return open_unit(two_tenants.runtime, actor, person.context if person else None)


async def remember(work: UnitOfWork, value: str) -> str:
    async def make() -> str:
        return value

    return await work.cache.remember(SECRET, "same", "parts", make=make)


class TestCache:
    async def test_is_separate_for_each_tenant(
        self, two_tenants: TwoTenants, report: Report
    ) -> None:
        report.add()
        async with at_work(two_tenants, two_tenants.foreign) as work:
            assert await remember(work, FOREIGN) == FOREIGN

        async with at_work(two_tenants, two_tenants.own) as work:
            assert await work.cache.get(SECRET, "same", "parts") is None
            assert await remember(work, "mine") == "mine"

    async def test_has_none_for_nobody(self, two_tenants: TwoTenants) -> None:
        async with at_work(two_tenants, None) as work:
            with pytest.raises(TenantContextRequired):
                await work.cache.get(SECRET)
            assert await work.cache.get(SHARED) is None

    async def test_invalidates_only_the_own(self, two_tenants: TwoTenants) -> None:
        async with at_work(two_tenants, two_tenants.foreign) as work:
            work.cache.set(SECRET, "kept", value=FOREIGN)
        async with at_work(two_tenants, two_tenants.own) as work:
            work.cache.invalidate(SECRET, "kept")
            work.cache.invalidate_tenant(two_tenants.own.context)

        async with at_work(two_tenants, two_tenants.foreign) as work:
            assert await work.cache.get(SECRET, "kept") == FOREIGN

    async def test_leaks_without_its_key_builder(
        self, two_tenants: TwoTenants, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """This proves that the key alone separates tenants here."""
        monkeypatch.setattr(cached_values, "cache_key", lambda _, name, parts: f"{name}:{parts}")
        async with at_work(two_tenants, two_tenants.foreign) as work:
            await remember(work, FOREIGN)

        async with at_work(two_tenants, two_tenants.own) as work:
            assert await remember(work, "mine") == FOREIGN


class TestLimits:
    async def test_of_one_tenant_do_not_stop_another(self, two_tenants: TwoTenants) -> None:
        limits = LimitSettings(person=read_rate("2/minute"), tenant=read_rate("3/minute"))
        app = create_app(two_tenants.runtime.settings.model_copy(update={"limits": limits}))
        async with client_of(app) as client:
            own = [await self._ask(client, two_tenants.own) for _ in range(4)]
            foreign = await self._ask(client, two_tenants.foreign)
        await app.state.runtime.close()

        assert own[0] == 200
        assert own[-1] == 429
        assert foreign == 200

    async def _ask(self, client: AsyncClient, person: Person) -> int:
        answer = await client.get("/api/v1/users/me", headers=person.headers)
        return answer.status_code


class TestJobs:
    def test_are_refused_when_their_envelope_is_forged(
        self, two_tenants: TwoTenants, report: Report
    ) -> None:
        """An attacker has put another tenant, or none, into the envelope of my job."""
        mine = Envelope(tenant_id=two_tenants.own.tenant_id, actor=two_tenants.own.actor.to_json())
        for forged in (
            mine.model_copy(update={"tenant_id": two_tenants.foreign.tenant_id}),
            mine.model_copy(update={"tenant_id": None}),
            mine.model_copy(update={"actor": None}),
            mine.model_copy(update={"actor": two_tenants.foreign.actor.to_json()}),
        ):
            report.add()
            with pytest.raises(JobRefused):
                read_envelope(add, forged.model_dump(mode="json"))

    async def test_need_a_tenant(self, two_tenants: TwoTenants) -> None:
        work = UnitOfWork(known(two_tenants), Actor.system(), None)
        work.enqueue(add, counter=new_id())

        with pytest.raises(TenantContextRequired):
            await work.commit()
        await work.close()

    async def test_name_the_tenant_who_enqueued_them(self, two_tenants: TwoTenants) -> None:
        async with open_unit(
            known(two_tenants), two_tenants.own.actor, two_tenants.own.context
        ) as work:
            run = work.enqueue(add, counter=new_id())

        assert await self._tenant_of(two_tenants, run) == two_tenants.own.tenant_id

    async def _tenant_of(self, two_tenants: TwoTenants, run: UUID) -> UUID | None:
        query = text("SELECT tenant_id FROM procrastinate_jobs WHERE args ->> 'id' = :run")
        found: UUID | None = await two_tenants.admin.scalar(query, {"run": str(run)})
        return found


class TestEvents:
    async def test_speak_of_no_other_tenant(self, two_tenants: TwoTenants, report: Report) -> None:
        report.add()
        work = UnitOfWork(two_tenants.runtime, two_tenants.own.actor, two_tenants.own.context)
        work.publish(TenantCreated(two_tenants.foreign.tenant_id))

        with pytest.raises(TenantMismatch):
            await work.commit()
        await work.close()

    async def test_need_a_tenant(self, two_tenants: TwoTenants) -> None:
        work = UnitOfWork(two_tenants.runtime, Actor.system(), None)
        work.publish(TenantCreated(two_tenants.own.tenant_id))

        with pytest.raises(TenantContextRequired):
            await work.commit()
        await work.close()


class TestContext:
    async def test_cannot_be_exchanged(self, two_tenants: TwoTenants) -> None:
        async with two_tenants.session() as session:
            for half in (session, session.orm.sync_session):
                for name in ("context", "unscoped"):
                    with pytest.raises(AttributeError):
                        setattr(half, name, two_tenants.foreign.context)
            with pytest.raises(AttributeError):
                session.transaction.context = two_tenants.foreign.context  # type: ignore[misc]  # the attack

    def test_cannot_be_changed(self, two_tenants: TwoTenants) -> None:
        with pytest.raises(AttributeError):
            two_tenants.own.context.tenant_id = two_tenants.foreign.tenant_id  # type: ignore[misc]  # the attack

    def test_takes_nothing_but_an_id(self, two_tenants: TwoTenants) -> None:
        """BEGIN contains the id as text, so anything but a UUID would allow SQL injection."""
        forged = TenantContext("'; SET ROLE app_owner; --")  # type: ignore[arg-type]  # the attack
        with pytest.raises(TypeError):
            begin_sql(forged)


def known(two_tenants: TwoTenants) -> Any:
    """Return the runtime with the samples' job registered."""
    return replace(two_tenants.runtime, jobs=JobRegistry([*two_tenants.runtime.jobs, add]))
