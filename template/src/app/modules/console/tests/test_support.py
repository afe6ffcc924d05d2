"""Support as a member: reads, writes nothing anywhere, stands in both logs, ends."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError

from app.core.audit import list_acts
from app.core.auth import Actor
from app.core.errors import SupportIsReadOnly
from app.core.permissions import Role, may_end_support
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit.ids import new_id
from app.modules.tenants import TenantService
from app.modules.tenants.repositories import TenantRepository
from tests.support.limits import without_limits
from tests.support.notes import NoteRepository, names
from tests.support.people import Person, add_member, create_tenant

from .browser import Browser
from .test_platform import reasons_of

SAFE = {"GET", "HEAD", "OPTIONS"}
BANNER = 'action="/console/support/end"'
PEOPLE = "/console/platform/people"


@pytest_asyncio.fixture
async def superuser(runtime: Runtime) -> Person:
    return await create_tenant(runtime, "Platform", is_superuser=True)


async def begin(browser: Browser, member: Person, reason: str = "Ticket 7") -> int:
    form = {"tenant_id": str(member.tenant_id), "reason": reason}
    return (await browser.post(f"{PEOPLE}/{member.user_id}/support", data=form)).status_code


async def create_note(work: UnitOfWork) -> None:
    await NoteRepository(work.session).create(name="theirs")


async def create_note_within(work: UnitOfWork) -> None:
    async with work.within(work.tenant) as own:
        await create_note(own)


async def create_note_as_the_system(work: UnitOfWork) -> None:
    system = Actor.system(work.tenant.tenant_id)
    async with work.within(work.tenant, actor=system) as own, own.within(own.tenant) as inner:
        await create_note(inner)


async def note_act_as_the_system(work: UnitOfWork) -> None:
    async with work.within(work.tenant, actor=Actor.system(work.tenant.tenant_id)) as own:
        own.audit("tests.done")


async def rename(work: UnitOfWork) -> None:
    await TenantService(work).rename(name="Theirs")


async def lock(work: UnitOfWork) -> None:
    await TenantRepository(work.session).get_for_update(work.tenant.tenant_id)


async def note_act(work: UnitOfWork) -> None:
    work.audit("tests.done")


async def attempt(
    runtime: Runtime,
    actor: Actor,
    owner: Person,
    write: Callable[[UnitOfWork], Awaitable[None]],
) -> None:
    async with open_unit(runtime, actor, owner.context) as work:
        await write(work)


class TestSupport:
    async def test_shows_what_the_member_sees_with_a_banner(
        self, browser: Browser, superuser: Person, owner: Person
    ) -> None:
        await browser.log_in(superuser)
        page = await browser.get(f"{PEOPLE}/{owner.user_id}/support")

        begun = await begin(browser, owner)

        assert "Acme" in page.text
        assert begun == 303
        for url in ("/console", "/console/members", "/console/account", "/console/audit"):
            answer = await browser.get(url)
            assert answer.status_code == 200, url
            assert BANNER in answer.text
        for url in (PEOPLE, "/console/platform/jobs", "/api/v1/admin/tenants"):
            assert (await browser.get(url)).status_code == 403, url
        assert BANNER in (await browser.get(PEOPLE)).text

    async def test_is_refused_by_every_route_that_writes(
        self,
        app: FastAPI,
        browser: Browser,
        runtime: Runtime,
        superuser: Person,
        owner: Person,
    ) -> None:
        await browser.log_in(superuser)
        await begin(browser, owner)
        writing = [
            (method, re.sub(r"\{[^}]+\}", str(new_id()), str(each.path_format or each.path)))
            for each in iter_route_contexts(app.routes)
            if not may_end_support(each.endpoint)
            for method in (each.methods or set()) - SAFE
        ]

        with without_limits(runtime):
            answers = {
                (method, path): (await browser.request(method, path)).status_code
                for method, path in writing
            }

        renewed = await browser.get("/console/renew")

        assert renewed.status_code == 403
        assert "Support is read-only" in renewed.text
        assert len(writing) > 60
        assert set(answers.values()) == {403}, answers

    async def test_writes_nothing_below_the_routes_either(
        self, runtime: Runtime, owner: Person, superuser: Person
    ) -> None:
        reader = Actor(
            user_id=owner.user_id,
            tenant_id=owner.tenant_id,
            role=Role.OWNER,
            permissions=runtime.permissions.of(Role.OWNER),
            supported_by=superuser.user_id,
        )

        for write, error, sentence in (
            (create_note, DBAPIError, "read-only"),
            (create_note_within, DBAPIError, "read-only"),
            (create_note_as_the_system, DBAPIError, "read-only"),
            (rename, DBAPIError, "read-only"),
            (lock, DBAPIError, "read-only"),
            (note_act, SupportIsReadOnly, "changes nothing"),
            (note_act_as_the_system, SupportIsReadOnly, "changes nothing"),
        ):
            with pytest.raises(error, match=sentence):
                await attempt(runtime, reader, owner, write)
        assert await names(runtime, owner) == set()

    async def test_stands_in_both_logs_and_ends_with_one_click(
        self, browser: Browser, runtime: Runtime, superuser: Person, owner: Person
    ) -> None:
        await browser.log_in(superuser)
        await begin(browser, owner, "Ticket 7: <lost> invoice")
        token = browser.cookies["access"]

        ended = await browser.post("/console/support/end")
        going_on = await browser.get(ended.headers["location"])
        back = await browser.get(PEOPLE)

        assert ended.status_code == 303
        assert going_on.status_code == 307
        assert back.status_code == 200
        assert BANNER not in back.text
        browser.cookies.clear()
        headers = {"Authorization": f"Bearer {token}"}
        assert (await browser.get("/api/v1/users/me", headers=headers)).status_code == 401
        reasons = " ".join(await reasons_of(runtime, superuser))
        assert "Ticket 7: <lost> invoice" in reasons
        assert f"end the support of user {owner.user_id}" in reasons
        async with open_unit(runtime, owner.actor, owner.context) as work:
            acts = {each.action: each for each in (await list_acts(work, limit=10)).items}
        assert acts["support.began"].actor_id == superuser.user_id
        assert acts["support.began"].changes["reason"]["new"] == "Ticket 7: <lost> invoice"
        assert acts["support.ended"].actor_id == superuser.user_id

    async def test_ends_after_half_an_hour_and_with_the_superusers_log_in(
        self,
        browser: Browser,
        other_browser: Browser,
        runtime: Runtime,
        superuser: Person,
        owner: Person,
    ) -> None:
        await browser.log_in(superuser)
        await begin(browser, owner)
        claims = runtime.tokens.read(browser.cookies["access"])

        assert claims.expires_at is not None
        body = runtime.tokens.verify("support", browser.cookies["access"])
        assert body["exp"] - body["iat"] <= timedelta(minutes=30).total_seconds()
        assert not claims.is_superuser
        await other_browser.log_in(superuser)
        await other_browser.post("/console/log-out", data={"everywhere": "yes"})
        assert (await browser.get("/console/members")).status_code in (303, 307)

    async def test_needs_a_reason_a_member_and_a_superuser(
        self,
        browser: Browser,
        other_browser: Browser,
        runtime: Runtime,
        superuser: Person,
        owner: Person,
        rival: Person,
    ) -> None:
        await browser.log_in(superuser)
        await other_browser.log_in(owner)
        member = await add_member(runtime, owner, Role.MEMBER)
        form = {"tenant_id": str(rival.tenant_id), "reason": "x"}

        assert await begin(browser, member, "  ") == 422
        answer = await browser.post(f"{PEOPLE}/{owner.user_id}/support", data=form)
        assert answer.status_code == 404
        assert await begin(other_browser, member) == 403
        assert "support.began" not in (await other_browser.get("/console/audit")).text
