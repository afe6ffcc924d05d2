"""Superusers see the whole platform; everybody else sees none of it."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.auth import Actor
from app.core.events.models import Delivery, OutboxEvent, Status
from app.core.jobs.operations import LIVE, list_jobs
from app.core.mail import send_mail
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit import clock
from app.kit.ids import new_id
from tests.support.limits import without_limits
from tests.support.people import Person, create_tenant

from .browser import Browser
from .test_every_module import PROBE, Walk

PLATFORM = "/console/platform"
PAGES = ("tenants", "tenants/new", "people", "jobs", "periodic", "events", "system", "audit")


@pytest_asyncio.fixture
async def superuser(runtime: Runtime) -> Person:
    return await create_tenant(runtime, PROBE[:100], is_superuser=True)


@asynccontextmanager
async def across_tenants(runtime: Runtime) -> AsyncIterator[UnitOfWork]:
    async with (
        open_unit(runtime, Actor.operator(), None) as work,
        work.across_tenants(bypass_tenant=True, reason="a test") as across,
    ):
        yield across


async def reasons_of(runtime: Runtime, person: Person) -> Sequence[str]:
    of_person = select(AuditEntry.reason).where(AuditEntry.actor_id == person.user_id)
    async with across_tenants(runtime) as work:
        return list(await work.session.scalars(of_person))


async def enqueue(runtime: Runtime, owner: Person, subject: str) -> int:
    """Enqueue an e-mail, and return the number of its job."""
    async with open_unit(runtime, owner.actor, owner.context) as work:
        work.enqueue(send_mail, "bob@example.com", subject, "A text with a secret. " * 9)
    async with open_unit(runtime, Actor.operator(), None) as work:
        return (await list_jobs(work, statuses=LIVE, limit=1))[0].id


async def fail(runtime: Runtime, handler: str, error: str) -> str:
    """Store an event whose delivery to the handler failed, and return its id."""
    event_id = new_id()
    async with across_tenants(runtime) as work:
        event = OutboxEvent(
            id=event_id, name="tests.failed", version=1, payload={}, occurred_at=clock.now()
        )
        work.session.add(event)
        await work.session.flush()
        work.session.add(
            Delivery(event_id=event_id, handler=handler, status=Status.FAILED, error=error)
        )
    return str(event_id)


class TestPlatformPages:
    async def test_hold_probes_and_are_audited(
        self, browser: Browser, runtime: Runtime, superuser: Person
    ) -> None:
        await enqueue(runtime, superuser, PROBE[:60])
        await fail(runtime, "tests.gone", PROBE)
        await browser.log_in(superuser)
        walk = Walk(browser, superuser, {})

        for page in PAGES:
            answer = walk.check(await browser.get(f"{PLATFORM}/{page}"))
            assert answer.status_code == 200, page
            assert "/new" in page or f'href="{PLATFORM}/{page}"' in answer.text

        assert not walk.faults, "\n".join(walk.faults)
        reasons = await reasons_of(runtime, superuser)
        for each in ("list the tenants", "list the users", "list the periodic jobs"):
            assert each in reasons
        assert "read the health of the system" in reasons

    async def test_refuse_everybody_else(
        self, app: FastAPI, browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)
        found = [
            (method, re.sub(r"\{[^}]+\}", "1", str(each.path_format)))
            for each in iter_route_contexts(app.routes)
            if str(each.path_format).startswith(PLATFORM)
            for method in each.methods or ()
            if method in ("GET", "POST")
        ]

        assert len(found) > 15
        for method, path in found:
            assert (await browser.request(method, path)).status_code == 403, path
        assert PLATFORM not in (await browser.get("/console")).text


class TestTenantsAndPeople:
    async def test_are_created_suspended_resumed_and_deleted(
        self, browser: Browser, runtime: Runtime, superuser: Person, owner: Person
    ) -> None:
        await browser.log_in(superuser)
        row = f"{PLATFORM}/tenants/{owner.tenant_id}"

        made = await browser.fill(
            f"{PLATFORM}/tenants/new", name="Umbrella", owner_email="bob@example.com"
        )
        suspended = await browser.post(f"{row}/suspend")
        listed = (await browser.get(f"{PLATFORM}/tenants")).text
        resumed = await browser.post(f"{row}/resume")
        exported = await browser.get(f"/api/v1/admin/tenants/{owner.tenant_id}/export")
        kept = await browser.fill(f"{row}/delete", name="Acme")
        gone = await browser.fill(f"{row}/delete", name=str(owner.tenant_id))

        assert [x.status_code for x in (made, suspended, resumed, gone)] == [303] * 4
        assert f'action="{row}/resume"' in listed
        assert exported.status_code == 200
        assert kept.status_code == 422
        assert (await browser.post(f"{row}/suspend")).status_code == 404
        reasons = await reasons_of(runtime, superuser)
        for act in ("suspend", "resume", "export", "delete"):
            assert f"{act} tenant {owner.tenant_id}" in reasons

    async def test_people_are_suspended_and_resumed(
        self, browser: Browser, superuser: Person, owner: Person
    ) -> None:
        await browser.log_in(superuser)
        row = f"{PLATFORM}/people/{owner.user_id}"

        await browser.post(f"{row}/suspend")

        assert f'action="{row}/resume"' in (await browser.get(f"{PLATFORM}/people")).text
        assert (await browser.post(f"{row}/resume")).status_code == 303


class TestJobs:
    async def test_are_cancelled_and_retried_without_what_is_private(
        self, browser: Browser, runtime: Runtime, superuser: Person, owner: Person
    ) -> None:
        job = await enqueue(runtime, owner, "Hello")
        await browser.log_in(superuser)
        row = f"{PLATFORM}/jobs/{job}"

        with without_limits(runtime):
            shown = (await browser.get(row)).text
            cancelled = await browser.post(f"{row}/cancel")
            again = await browser.post(f"{row}/cancel")
            listed = (await browser.get(f"{PLATFORM}/jobs?status=cancelled")).text
            retried = await browser.post(f"{row}/retry")
            waiting = (await browser.get(f"{PLATFORM}/jobs?status=waiting")).text

        assert "Hello" not in shown
        assert "bob@example.com" not in shown
        assert "secret" not in shown
        assert "[hidden]" in shown
        assert cancelled.status_code == retried.status_code == 303
        assert again.status_code == 409
        assert f'action="{row}/retry"' in listed
        assert f'action="{row}/cancel"' in waiting
        assert (await browser.get(f"{PLATFORM}/jobs/9223372036854775807")).status_code == 404
        reasons = await reasons_of(runtime, superuser)
        assert {f"cancel job {job}", f"retry job {job}", f"read job {job}"} <= set(reasons)


class TestEvents:
    async def test_are_repeated_or_given_up(
        self, browser: Browser, runtime: Runtime, superuser: Person
    ) -> None:
        if not runtime.subscriptions.jobs:
            pytest.skip("this project has no subscribers")
        handler = runtime.subscriptions.jobs[0].name.removesuffix(".deliver")
        event_id = await fail(runtime, handler, "RuntimeError")
        lost = await fail(runtime, "tests.gone", "RuntimeError")
        await browser.log_in(superuser)
        url = f"{PLATFORM}/events"

        listed = (await browser.get(url)).text
        repeated = await browser.post(f"{url}/{event_id}/repeat")
        unknown = await browser.post(f"{url}/{lost}/repeat")
        given_up = await browser.post(f"{url}/{lost}/archive")
        after = (await browser.get(url)).text

        assert event_id in listed
        assert repeated.status_code == given_up.status_code == 303
        assert unknown.status_code == 404
        assert event_id not in after
        assert lost not in after
