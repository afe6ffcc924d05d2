"""A slow request is ended, and leaves no trace in the database."""

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Annotated
from uuid import uuid4

import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import StreamingResponse
from httpx import AsyncClient
from sqlalchemy import func, select, text

from app.config import HttpSettings, Settings
from app.core.permissions import permission, public
from app.core.unit_of_work import CurrentWork, UnitOfWork, open_unit
from app.main import create_app
from app.modules.tenants.models import Invitation, Membership
from app.modules.tenants.services import InvitationService
from tests.support.clients import client_of
from tests.support.people import Person

router = APIRouter(prefix="/api/v1")
Invitations = Annotated[InvitationService, Depends()]


@router.post("/slow")
@permission("members:invite")
async def write_and_wait(invitations: Invitations, work: CurrentWork) -> None:
    await invitations.invite(email=f"{uuid4()}@example.com", role="member")
    await work.session.flush()
    await work.session.execute(
        text("SELECT pg_sleep(20)"), execution_options={"raw_sql": "a slow statement"}
    )


@router.get("/long")
@public
async def stream() -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        for _ in range(4):
            await asyncio.sleep(0.4)  # longer in all than the time limit
            yield b"line\n"

    return StreamingResponse(lines())


@pytest_asyncio.fixture(scope="module")
async def hasty_app(settings: Settings) -> AsyncIterator[FastAPI]:
    http = HttpSettings(timeout_seconds=1)  # for answers that take longer
    app = create_app(settings.model_copy(update={"http": http}))
    app.include_router(router)
    yield app
    await app.state.runtime.close()


@pytest_asyncio.fixture
async def hasty(hasty_app: FastAPI, owner: Person) -> AsyncIterator[AsyncClient]:
    async with client_of(hasty_app, owner) as client:
        yield client


class TestDeadline:
    async def test_answers_with_a_problem(self, hasty: AsyncClient) -> None:
        started = perf_counter()
        answer = await hasty.post("/api/v1/slow")

        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"].endswith("/errors/request-too-slow")
        assert perf_counter() - started < 15  # the statement takes 20 s

    async def test_of_a_body_that_does_not_arrive_is_the_clients(self, hasty: AsyncClient) -> None:
        async def stalled() -> AsyncIterator[bytes]:
            yield b'{"email": '
            await asyncio.Event().wait()

        answer = await hasty.post(
            "/api/v1/tenants/current/invitations",
            content=stalled(),
            headers={"content-type": "application/json"},
        )

        assert answer.status_code == 408
        assert answer.json()["type"].endswith("/errors/body-too-slow")

    async def test_leaves_nothing_behind(
        self, hasty: AsyncClient, hasty_app: FastAPI, owner: Person, work: UnitOfWork
    ) -> None:
        """There are more concurrent requests than the pool has connections."""
        answers = await asyncio.gather(*(hasty.post("/api/v1/slow") for _ in range(20)))
        assert {answer.status_code for answer in answers} == {503}

        async with open_unit(hasty_app.state.runtime, owner.actor, owner.context) as another:
            assert await another.session.scalar(select(func.count()).select_from(Membership)) == 1
        assert await work.session.scalar(select(func.count()).select_from(Invitation)) == 0
        assert hasty_app.state.runtime.database.rw.pool.checkedout() == 0
        assert await sleepers(work) == 0

    async def test_lets_an_answer_that_has_begun_end(self, hasty: AsyncClient) -> None:
        assert (await hasty.get("/api/v1/long")).text == "line\n" * 4


async def sleepers(work: UnitOfWork) -> int:
    found = await work.session.scalar(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%'"
            " AND state = 'active' AND pid <> pg_backend_pid()"
        ),
        execution_options={"raw_sql": "what still runs"},
    )
    return int(found or 0)
