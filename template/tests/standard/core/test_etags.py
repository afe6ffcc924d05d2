"""Rows come with a version; a change that expects another one is refused, under a lock."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID, uuid4

import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI
from httpx import AsyncClient

from app.config import Settings
from app.core.permissions import permission
from app.core.unit_of_work import CurrentWork
from app.database.repository import Repository
from app.kit import clock
from app.kit.schemas import Schema
from app.main import create_app
from app.modules.tenants.models import Invitation
from tests.support.clients import client_of
from tests.support.people import Person

MINE = "members:read"
router = APIRouter(prefix="/api/v1/invitations")


class InvitationBody(Schema):
    email: str


class Invitations(Repository[Invitation]):
    model = Invitation


class InvitationWriter:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.invitations = Invitations(work.session)

    async def create(self, email: str) -> Invitation:
        self.work.require(MINE)
        values = {"role": "member", "secret_hash": uuid4().hex, "expires_at": clock.now()}
        return await self.invitations.create(email=email, **values)

    async def get(self, invitation_id: UUID) -> Invitation:
        self.work.require(MINE)
        return self.work.set_etag(await self.invitations.get(invitation_id))

    async def change(self, invitation_id: UUID, email: str) -> Invitation:
        self.work.require(MINE)
        invitation = await self.invitations.get(invitation_id)
        await self.work.check_if_match(invitation)
        await asyncio.sleep(0.05)  # so that concurrent changes overlap
        return self.work.set_etag(await self.invitations.change(invitation, email=email))


Service = Annotated[InvitationWriter, Depends()]


@router.get("/{invitation_id}")
@permission(MINE)
async def read(invitation_id: UUID, invitations: Service) -> InvitationBody:
    return InvitationBody(email=(await invitations.get(invitation_id)).email)


@router.patch("/{invitation_id}")
@permission(MINE)
async def change(invitation_id: UUID, body: InvitationBody, invitations: Service) -> InvitationBody:
    return InvitationBody(email=(await invitations.change(invitation_id, body.email)).email)


@router.post("")
@permission(MINE)
async def create(body: InvitationBody, invitations: Service) -> UUID:
    return (await invitations.create(body.email)).id


@pytest_asyncio.fixture(scope="module")
async def invitation_app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    app.include_router(router)
    yield app
    await app.state.runtime.close()


@pytest_asyncio.fixture
async def writer(invitation_app: FastAPI, owner: Person) -> AsyncIterator[AsyncClient]:
    async with client_of(invitation_app, owner) as client:
        yield client


@pytest_asyncio.fixture
async def invitation(writer: AsyncClient) -> str:
    answer = await writer.post("/api/v1/invitations", json={"email": "a@example.com"})
    return f"/api/v1/invitations/{UUID(answer.json())}"


class TestRead:
    async def test_carries_the_version(self, writer: AsyncClient, invitation: str) -> None:
        first, second = await writer.get(invitation), await writer.get(invitation)

        assert first.headers["etag"] == second.headers["etag"]
        assert first.headers["etag"].startswith('"')
        assert first.headers["cache-control"] == "private, no-cache"

    async def test_has_no_body_for_who_has_this_version(
        self, writer: AsyncClient, invitation: str
    ) -> None:
        etag = (await writer.get(invitation)).headers["etag"]

        for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            answer = await writer.get(invitation, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag

    async def test_has_a_body_for_who_has_another(
        self, writer: AsyncClient, invitation: str
    ) -> None:
        answer = await writer.get(invitation, headers={"If-None-Match": '"other"'})

        assert answer.json() == {"email": "a@example.com"}


class TestChange:
    async def test_carries_the_new_version(self, writer: AsyncClient, invitation: str) -> None:
        etag = (await writer.get(invitation)).headers["etag"]

        changed = await writer.patch(
            invitation, json={"email": "b@example.com"}, headers={"If-Match": etag}
        )

        assert changed.status_code == 200
        assert changed.headers["etag"] != etag
        assert (await writer.get(invitation)).headers["etag"] == changed.headers["etag"]

    async def test_refuses_another_version(self, writer: AsyncClient, invitation: str) -> None:
        etag = (await writer.get(invitation)).headers["etag"]
        await writer.patch(invitation, json={"email": "b@example.com"})

        answer = await writer.patch(
            invitation, json={"email": "c@example.com"}, headers={"If-Match": etag}
        )

        assert answer.status_code == 412
        assert answer.json()["type"].endswith("/errors/precondition-failed")
        assert (await writer.get(invitation)).json() == {"email": "b@example.com"}

    async def test_asks_nobody_for_a_version(self, writer: AsyncClient, invitation: str) -> None:
        answer = await writer.patch(invitation, json={"email": "b@example.com"})

        assert answer.status_code == 200

    async def test_lets_one_of_many_through(self, writer: AsyncClient, invitation: str) -> None:
        etag = (await writer.get(invitation)).headers["etag"]

        answers = await asyncio.gather(
            *(
                writer.patch(
                    invitation, json={"email": f"{n}@example.com"}, headers={"If-Match": etag}
                )
                for n in range(5)
            )
        )

        assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
