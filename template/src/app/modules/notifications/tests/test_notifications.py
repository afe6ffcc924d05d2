import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from app.core.auth import Actor
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit.ids import new_id
from app.modules.tenants import MembershipService
from tests.support.clients import client_of
from tests.support.jobs import run_waiting
from tests.support.mail import mails_to
from tests.support.people import Person, add_member, create_tenant

from ..errors import NotAPerson
from ..services import NotificationService
from ..settings import NotificationSettings

URL = "/api/v1/notifications"
KIND = "invoices.overdue"


@pytest_asyncio.fixture
async def colleague(runtime: Runtime, owner: Person) -> Person:
    return await add_member(runtime, owner, Role.VIEWER)


@pytest_asyncio.fixture
async def her_client(app: FastAPI, colleague: Person) -> AsyncIterator[AsyncClient]:
    async with client_of(app, colleague) as client:
        yield client


@pytest_asyncio.fixture
async def sent(work: UnitOfWork, colleague: Person) -> str:
    """Send a notification to the colleague, and return its id."""
    row = await NotificationService(work).notify(
        user_id=colleague.user_id,
        kind=KIND,
        title="Overdue",
        body="Number 7.",
        link="https://x.y/7",
    )
    assert row is not None
    await work.commit()
    return str(row.id)


class TestNotify:
    async def test_arrives_in_the_app(self, her_client: AsyncClient, sent: str) -> None:
        [item] = (await her_client.get(URL)).json()["items"]

        assert (item["id"], item["kind"], item["title"]) == (sent, KIND, "Overdue")
        assert item["read_at"] is None

    async def test_arrives_by_mail_once(
        self, runtime: Runtime, colleague: Person, sent: str
    ) -> None:
        [mail] = await mails_to(runtime, colleague.email)

        assert mail.subject == "Overdue"
        assert mail.text == "Number 7.\n\nhttps://x.y/7"
        async with open_unit(runtime, Actor.system(colleague.tenant_id), colleague.context) as work:
            [row] = (await NotificationService(work).notifications.list(limit=1)).items
            await NotificationService(work).mail(row.id)
        assert len(await mails_to(runtime, colleague.email)) == 1

    async def test_links_only_where_it_leads(
        self, runtime: Runtime, work: UnitOfWork, colleague: Person
    ) -> None:
        await NotificationService(work).notify(
            user_id=colleague.user_id,
            kind=KIND,
            title="A comment\nBcc: eve@example.com",
            body="Look at https://evil.example",
            link="https://x.y/7",
        )
        await work.commit()

        [mail] = await mails_to(runtime, colleague.email)

        assert mail.html.count("<a ") == 1
        assert '<a href="https://x.y/7">' in mail.html
        subject = mail.message(sender="no-reply@example.com")["subject"]
        assert subject == "A comment Bcc: eve@example.com"

    async def test_fills_no_mailbox(
        self, runtime: Runtime, work: UnitOfWork, colleague: Person
    ) -> None:
        notifications = NotificationService(work)
        await notifications.preferences.create(
            user_id=colleague.user_id, kind=KIND, in_app=False, by_email=True
        )

        rows = [
            await notifications.notify(user_id=colleague.user_id, kind=KIND, title="Overdue")
            for _ in range(22)
        ]
        other = await notifications.notify(
            user_id=colleague.user_id, kind="invoices.paid", title="Paid"
        )
        await work.commit()

        assert other is not None
        assert other.by_email
        assert [row.by_email for row in rows if row] == [True] * 20 + [False] * 2
        assert [row.in_app for row in rows if row] == [False] * 20 + [True] * 2
        assert len(await mails_to(runtime, colleague.email)) == 21

    async def test_is_gone_with_the_transaction(
        self, runtime: Runtime, owner: Person, colleague: Person, her_client: AsyncClient
    ) -> None:
        with pytest.raises(ZeroDivisionError):
            await notify_in_vain(runtime, owner, colleague)

        assert (await her_client.get(URL)).json()["items"] == []
        assert await mails_to(runtime, colleague.email) == []

    async def test_mails_nobody_who_does_not_work_here(
        self, runtime: Runtime, work: UnitOfWork
    ) -> None:
        elsewhere = await create_tenant(runtime, "Elsewhere")
        await NotificationService(work).notify(
            user_id=elsewhere.user_id, kind=KIND, title="Overdue"
        )
        await work.commit()

        assert await mails_to(runtime, elsewhere.email) == []


class TestPreferences:
    @pytest.mark.parametrize(("in_app", "by_email"), [(True, False), (False, True), (False, False)])
    async def test_are_followed(
        self,
        runtime: Runtime,
        work: UnitOfWork,
        colleague: Person,
        her_client: AsyncClient,
        in_app: bool,
        by_email: bool,
    ) -> None:
        wanted = {"in_app": in_app, "by_email": by_email}
        await her_client.put(f"{URL}/preferences/{KIND}", json={"in_app": True, "by_email": True})
        answer = await her_client.put(f"{URL}/preferences/{KIND}", json=wanted)
        assert answer.json() == {"kind": KIND, **wanted}

        await NotificationService(work).notify(
            user_id=colleague.user_id, kind=KIND, title="Overdue"
        )
        await work.commit()

        assert bool((await her_client.get(URL)).json()["items"]) is in_app
        assert bool(await mails_to(runtime, colleague.email)) is by_email

    async def test_are_ones_own(self, client: AsyncClient, her_client: AsyncClient) -> None:
        await her_client.put(f"{URL}/preferences/{KIND}", json={"in_app": False, "by_email": False})

        assert (await client.get(f"{URL}/preferences")).json() == []
        assert len((await her_client.get(f"{URL}/preferences")).json()) == 1

    async def test_are_for_a_limited_number_of_kinds(
        self, her_client: AsyncClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Equal requests at the same moment all succeed."""
        settings: Any = runtime.module_settings
        monkeypatch.setitem(settings, NotificationSettings, NotificationSettings(max_preferences=2))
        wanted = {"in_app": False, "by_email": True}
        urls = [f"{URL}/preferences/invoices.{kind}" for kind in (1, 1, 2, 2, 3)]
        answers = [await her_client.put(urls[0], json=wanted)]
        answers += await asyncio.gather(*(her_client.put(url, json=wanted) for url in urls[:4]))
        answers.append(await her_client.put(urls[4], json=wanted))

        assert [answer.status_code for answer in answers] == [200] * 5 + [409]
        assert answers[-1].json()["detail"].startswith("You have preferences for 2 kinds")

    async def test_refuse_what_is_no_kind(self, client: AsyncClient) -> None:
        answer = await client.put(f"{URL}/preferences/A b", json={"in_app": True, "by_email": True})

        assert answer.status_code == 422


class TestRead:
    async def test_is_marked_and_counted(self, her_client: AsyncClient, sent: str) -> None:
        assert (await her_client.get(f"{URL}/unread")).json() == {"unread": 1}

        answer = await her_client.put(f"{URL}/{sent}/read")

        assert answer.json()["read_at"] is not None
        assert (await her_client.get(f"{URL}/unread")).json() == {"unread": 0}
        assert (await her_client.get(URL, params={"unread": True})).json()["items"] == []

    async def test_is_taken_back(self, her_client: AsyncClient, sent: str) -> None:
        await her_client.put(f"{URL}/{sent}/read")

        assert (await her_client.delete(f"{URL}/{sent}/read")).json()["read_at"] is None

    async def test_is_marked_for_all_of_ones_own(
        self, client: AsyncClient, her_client: AsyncClient, sent: str
    ) -> None:
        await client.post(f"{URL}/read")
        assert (await her_client.get(f"{URL}/unread")).json() == {"unread": 1}

        await her_client.post(f"{URL}/read")

        assert (await her_client.get(f"{URL}/unread")).json() == {"unread": 0}

    async def test_is_hidden_from_everybody_else(
        self, client: AsyncClient, rival_client: AsyncClient, sent: str
    ) -> None:
        for other in (client, rival_client):
            assert (await other.put(f"{URL}/{sent}/read")).status_code == 404
            assert (await other.get(URL)).json()["items"] == []


class TestLeaving:
    async def test_deletes_the_notifications(
        self, runtime: Runtime, owner: Person, colleague: Person, sent: str
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await MembershipService(work).remove(colleague.user_id)
        await run_waiting(runtime, owner)

        async with open_unit(runtime, owner.actor, owner.context) as work:
            rows = await NotificationService(work).notifications.list(limit=10)
        assert [row.user_id for row in rows.items] == []


class TestApiKey:
    async def test_has_none(self, runtime: Runtime, owner: Person) -> None:
        key = Actor(
            tenant_id=owner.tenant_id,
            api_key_id=new_id(),
            permissions=frozenset({"notifications:read"}),
        )
        async with open_unit(runtime, key, owner.context) as work:
            with pytest.raises(NotAPerson):
                await NotificationService(work).count_unread()


async def notify_in_vain(runtime: Runtime, owner: Person, colleague: Person) -> None:
    async with open_unit(runtime, owner.actor, owner.context) as work:
        await NotificationService(work).notify(user_id=colleague.user_id, kind=KIND, title="No")
        raise ZeroDivisionError
