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
from app.core.jobs.envelope import unseal
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.asyncpg.connection import begin_sql
from app.database.tenancy import TenantContext, TenantContextRequired, TenantMismatch
from app.kit.ids import new_id
from app.main import create_app
from app.modules.tenants import TenantFounded
from tests.support.clients import client_of
from tests.support.people import Person
from tests.support.samples import add

from .arena import FOREIGN, Arena
from .report import Report

SECRET = Cached("attacked.secret", str, keep=timedelta(minutes=1), whose=TENANT)
SHARED = Cached("attacked.shared", str, keep=timedelta(minutes=1), whose=EVERYONE)


def at_work(arena: Arena, person: Person | None) -> Any:
    actor = person.actor if person else Actor.system()
    return open_unit(arena.runtime, actor, person.context if person else None)


async def remember(work: UnitOfWork, value: str) -> str:
    async def make() -> str:
        return value

    return await work.cache.remember(SECRET, "same", "parts", make=make)


class TestCache:
    async def test_has_a_room_for_each_tenant(self, arena: Arena, report: Report) -> None:
        report.add()
        async with at_work(arena, arena.foreign) as work:
            assert await remember(work, FOREIGN) == FOREIGN

        async with at_work(arena, arena.own) as work:
            assert await work.cache.get(SECRET, "same", "parts") is None
            assert await remember(work, "mine") == "mine"

    async def test_has_none_for_nobody(self, arena: Arena) -> None:
        async with at_work(arena, None) as work:
            with pytest.raises(TenantContextRequired):
                await work.cache.get(SECRET)
            assert await work.cache.get(SHARED) is None

    async def test_forgets_only_the_own(self, arena: Arena) -> None:
        async with at_work(arena, arena.foreign) as work:
            work.cache.set(SECRET, "kept", value=FOREIGN)
        async with at_work(arena, arena.own) as work:
            work.cache.forget(SECRET, "kept")
            work.cache.forget_tenant(arena.own.context)

        async with at_work(arena, arena.foreign) as work:
            assert await work.cache.get(SECRET, "kept") == FOREIGN

    async def test_leaks_without_its_key_builder(
        self, arena: Arena, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """This proves that the key alone separates tenants here."""
        monkeypatch.setattr(cached_values, "cache_key", lambda _, name, parts: f"{name}:{parts}")
        async with at_work(arena, arena.foreign) as work:
            await remember(work, FOREIGN)

        async with at_work(arena, arena.own) as work:
            assert await remember(work, "mine") == FOREIGN


class TestLimits:
    async def test_of_one_tenant_do_not_stop_another(self, arena: Arena) -> None:
        limits = LimitSettings(person=read_rate("2/minute"), tenant=read_rate("3/minute"))
        app = create_app(arena.runtime.settings.model_copy(update={"limits": limits}))
        async with client_of(app) as client:
            own = [await self._ask(client, arena.own) for _ in range(4)]
            foreign = await self._ask(client, arena.foreign)
        await app.state.runtime.close()

        assert own[0] == 200
        assert own[-1] == 429
        assert foreign == 200

    async def _ask(self, client: AsyncClient, person: Person) -> int:
        answer = await client.get("/api/v1/users/me", headers=person.headers)
        return answer.status_code


class TestJobs:
    def test_are_refused_when_their_envelope_is_forged(self, arena: Arena, report: Report) -> None:
        """An attacker has put another tenant, or none, into the envelope of my job."""
        mine = Envelope(tenant_id=arena.own.tenant_id, actor=arena.own.actor.to_json())
        for forged in (
            mine.model_copy(update={"tenant_id": arena.foreign.tenant_id}),
            mine.model_copy(update={"tenant_id": None}),
            mine.model_copy(update={"actor": None}),
            mine.model_copy(update={"actor": arena.foreign.actor.to_json()}),
        ):
            report.add()
            with pytest.raises(JobRefused):
                unseal(add, forged.model_dump(mode="json"))

    async def test_need_a_tenant(self, arena: Arena) -> None:
        work = UnitOfWork(known(arena), Actor.system(), None)
        work.enqueue(add, counter=new_id())

        with pytest.raises(TenantContextRequired):
            await work.commit()
        await work.close()

    async def test_name_the_tenant_who_enqueued_them(self, arena: Arena) -> None:
        async with open_unit(known(arena), arena.own.actor, arena.own.context) as work:
            run = work.enqueue(add, counter=new_id())

        assert await self._tenant_of(arena, run) == arena.own.tenant_id

    async def _tenant_of(self, arena: Arena, run: UUID) -> UUID | None:
        query = text("SELECT tenant_id FROM procrastinate_jobs WHERE args ->> 'id' = :run")
        found: UUID | None = await arena.admin.scalar(query, {"run": str(run)})
        return found


class TestEvents:
    async def test_speak_of_no_other_tenant(self, arena: Arena, report: Report) -> None:
        report.add()
        work = UnitOfWork(arena.runtime, arena.own.actor, arena.own.context)
        work.publish(TenantFounded(arena.foreign.tenant_id))

        with pytest.raises(TenantMismatch):
            await work.commit()
        await work.close()

    async def test_need_a_tenant(self, arena: Arena) -> None:
        work = UnitOfWork(arena.runtime, Actor.system(), None)
        work.publish(TenantFounded(arena.own.tenant_id))

        with pytest.raises(TenantContextRequired):
            await work.commit()
        await work.close()


class TestContext:
    async def test_cannot_be_exchanged(self, arena: Arena) -> None:
        async with arena.session() as session:
            for half in (session, session.orm.sync_session):
                for name in ("context", "unscoped"):
                    with pytest.raises(AttributeError):
                        setattr(half, name, arena.foreign.context)
            with pytest.raises(AttributeError):
                session.transaction.context = arena.foreign.context  # type: ignore[misc]  # the attack

    def test_cannot_be_changed(self, arena: Arena) -> None:
        with pytest.raises(AttributeError):
            arena.own.context.tenant_id = arena.foreign.tenant_id  # type: ignore[misc]  # the attack

    def test_takes_nothing_but_an_id(self, arena: Arena) -> None:
        """BEGIN contains the id as text, so anything but a UUID would allow SQL injection."""
        forged = TenantContext("'; SET ROLE app_owner; --")  # type: ignore[arg-type]  # the attack
        with pytest.raises(TypeError):
            begin_sql(forged)


def known(arena: Arena) -> Any:
    """Return the runtime with the samples' job registered."""
    return replace(arena.runtime, jobs=JobRegistry([*arena.runtime.jobs, add]))
