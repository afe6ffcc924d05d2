"""Work for a tenant without a log-in: for nobody more than what everybody may."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI
from httpx import AsyncClient
from sqlalchemy import select

from app.config import Rate, Settings
from app.core.audit import LogEntry
from app.core.auth import ANONYMOUS, Actor
from app.core.errors import Forbidden, NotFound, Unauthenticated
from app.core.module import Module, find_modules
from app.core.permissions import permission, public, signed_in
from app.core.runtime import Runtime
from app.core.tenancy import TenantContext
from app.core.unit_of_work import CurrentWork, UnitOfWork, open_unit
from app.kit.ids import new_id
from app.main import create_app
from app.modules.tenants.repositories import MembershipRepository
from tests.support.clients import client_of
from tests.support.people import Person, create_tenant

READ, CHANGE = "tenants:read", "tenants:change"
router = APIRouter(prefix="/acting/{tenant_id}")


async def see(work: UnitOfWork, tenant_id: UUID, *lent: str) -> dict[str, Any]:
    """Return what a visitor of the tenant is and sees."""
    async with work.acting_for(TenantContext(tenant_id), *lent) as inner:
        rows = await MembershipRepository(inner.session).list_own()
        inner.audit("tests.visited")
        may = [name for name in (READ, CHANGE) if _may(inner, name)]
        actor = inner.actor
        return {
            "tenants": sorted({str(row.tenant_id) for row in rows}),
            "may": may,
            "who": str(actor.identity or actor.role or actor.is_superuser or ""),
        }


def _may(work: UnitOfWork, name: str) -> bool:
    try:
        work.require(name)
    except Unauthenticated:
        return False
    return True


@router.get("/public")
@public
async def for_all(tenant_id: UUID, work: CurrentWork) -> dict[str, Any]:
    return await see(work, tenant_id, READ)


@router.get("/signed-in")
@signed_in
async def for_people(tenant_id: UUID, work: CurrentWork) -> dict[str, Any]:
    work.require_signed_in()
    return await see(work, tenant_id, READ)


@router.get("/readers")
@permission(READ)
async def for_readers(tenant_id: UUID, work: CurrentWork) -> dict[str, Any]:
    work.require(READ)
    return await see(work, tenant_id, READ)


@router.get("/unmarked")
async def unmarked(tenant_id: UUID, work: CurrentWork) -> dict[str, Any]:
    return await see(work, tenant_id, READ)


@pytest_asyncio.fixture(scope="module")
async def acting(settings: Settings) -> AsyncIterator[FastAPI]:
    module = Module(name="acting", routers=(router,))
    app = create_app(settings, (*find_modules(), module))
    yield app
    await app.state.runtime.close()


@pytest_asyncio.fixture
async def visiting(acting: FastAPI) -> AsyncIterator[AsyncClient]:
    async with client_of(acting) as client:
        yield client


class TestOverHttp:
    async def test_everybody_is_the_same_visitor(
        self, visiting: AsyncClient, runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        superuser = await create_tenant(runtime, "Platform", is_superuser=True)
        url = f"/api/v1/acting/{rival.tenant_id}/public"

        seen = [
            (await visiting.get(url, headers=headers)).json()
            for headers in ({}, owner.headers, rival.headers, superuser.headers)
        ]

        assert seen == [{"tenants": [str(rival.tenant_id)], "may": [READ], "who": ""}] * 4
        async with open_unit(runtime, rival.actor, rival.context) as work:
            entries = (await work.session.scalars(select(LogEntry))).all()
        assert {(each.actor, each.actor_id, each.address) for each in entries} == {
            ("visitor", None, "127.0.0.1")
        }

    @pytest.mark.parametrize("route", ["signed-in", "readers", "unmarked"])
    async def test_a_log_in_is_no_way_to_another_tenant(
        self, visiting: AsyncClient, owner: Person, rival: Person, route: str
    ) -> None:
        for headers, expected in (({}, (401, 403)), (owner.headers, (403,))):
            for tenant in (rival.tenant_id, owner.tenant_id):
                answer = await visiting.get(f"/api/v1/acting/{tenant}/{route}", headers=headers)
                assert answer.status_code in expected

    async def test_a_tenant_that_is_gone_or_suspended_is_not_found(
        self, visiting: AsyncClient, runtime: Runtime, rival: Person
    ) -> None:
        superuser = await create_tenant(runtime, "Platform", is_superuser=True)
        suspend = f"/api/v1/admin/tenants/{rival.tenant_id}/suspend"
        await visiting.post(suspend, headers=superuser.headers)

        for tenant in (rival.tenant_id, new_id()):
            answer = await visiting.get(f"/api/v1/acting/{tenant}/public")
            assert answer.status_code == 404

    async def test_visits_are_counted_for_each_tenant(
        self, visiting: AsyncClient, acting: FastAPI, owner: Person, rival: Person
    ) -> None:
        urls = [f"/api/v1/acting/{each.tenant_id}/public" for each in (owner, rival)]
        with limited_to(acting, Rate(1, 3600)):
            statuses = [(await visiting.get(url)).status_code for url in (*urls, *urls)]

        assert statuses == [200, 200, 429, 429]


class TestElsewhere:
    """Jobs, subscribers and commands have no route."""

    @pytest.mark.parametrize(
        "actor_of",
        [
            lambda owner: owner.actor,
            lambda owner: Actor(api_key_id=new_id(), tenant_id=owner.tenant_id),
            lambda owner: Actor.system(owner.tenant_id),
        ],
        ids=["person", "api key", "system for a tenant"],
    )
    async def test_work_for_one_tenant_does_not_reach_another(
        self, runtime: Runtime, owner: Person, rival: Person, actor_of: Callable[[Person], Actor]
    ) -> None:
        async with open_unit(runtime, actor_of(owner), owner.context) as work:
            with pytest.raises(Forbidden):
                await see(work, rival.tenant_id)

    async def test_a_persons_job_without_a_tenant_reaches_none(
        self, runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, None) as work:
            with pytest.raises(Forbidden):
                await see(work, rival.tenant_id)

    @pytest.mark.parametrize("actor", [Actor.system(), ANONYMOUS], ids=["system", "nobody"])
    async def test_a_job_without_a_tenant_goes_from_one_to_the_next(
        self, runtime: Runtime, owner: Person, rival: Person, actor: Actor
    ) -> None:
        async with open_unit(runtime, actor, None) as work:
            for person in (owner, rival):
                seen = await see(work, person.tenant_id, CHANGE)
                assert seen == {"tenants": [str(person.tenant_id)], "may": [CHANGE], "who": ""}
            with pytest.raises(NotFound):
                await see(work, new_id())

    async def test_a_visitor_of_one_is_none_of_another(
        self, runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        async with (
            open_unit(runtime, ANONYMOUS, None) as work,
            work.acting_for(owner.context) as inner,
        ):
            with pytest.raises(Forbidden):
                await see(inner, rival.tenant_id)

    async def test_takes_a_context_and_permissions_that_there_are(
        self, runtime: Runtime, owner: Person
    ) -> None:
        tenant: Any = owner.tenant_id
        async with open_unit(runtime, ANONYMOUS, None) as work:
            with pytest.raises(TypeError, match="TenantContext"):
                async with work.acting_for(tenant):
                    pass
            with pytest.raises(ValueError, match="tenants:fly"):
                async with work.acting_for(owner.context, "tenants:fly"):
                    pass

    async def test_what_it_enqueues_has_what_was_lent_and_no_more(
        self, runtime: Runtime, owner: Person
    ) -> None:
        async with (
            open_unit(runtime, ANONYMOUS, None) as work,
            work.acting_for(owner.context, READ) as inner,
        ):
            actor = inner.actor

        assert Actor.from_json(actor.to_json(), runtime.permissions) == actor
        assert actor.permissions == {READ}


@contextmanager
def limited_to(app: FastAPI, rate: Rate) -> Iterator[None]:
    limits = app.state.runtime.settings.limits
    before = limits.visitor
    object.__setattr__(limits, "visitor", rate)
    yield
    object.__setattr__(limits, "visitor", before)
