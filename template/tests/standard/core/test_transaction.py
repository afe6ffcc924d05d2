"""A success response follows its commit, and needs the guard that its route declares."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI
from httpx import AsyncClient
from sqlalchemy import func, select, text
from starlette.middleware import Middleware

from app.config import Settings
from app.core.http.middleware.authentication import AuthMiddleware
from app.core.http.middleware.tenant import TenantMiddleware
from app.core.http.middleware.trace import TraceMiddleware
from app.core.http.middleware.unit_of_work import TransactionMiddleware
from app.core.http.problems import install_error_handlers
from app.core.permissions import permission, public
from app.core.runtime import Runtime
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.database.engine import create_engine
from app.modules.tenants.models import Invitation
from app.modules.tenants.services import InvitationService
from tests.support.clients import client_of
from tests.support.people import Person

router = APIRouter(prefix="/api/v1")
Invitations = Annotated[InvitationService, Depends()]
INVITED = {"email": "bob@example.com", "role": "member"}


@router.post("/kept")
@permission("members:invite")
async def keep(invitations: Invitations) -> None:
    await invitations.invite(**INVITED)


@router.post("/refused")
@permission("members:invite")
async def invite_and_fail(invitations: Invitations) -> None:
    await invitations.invite(**INVITED)
    raise ValueError("after the write")


@router.post("/unguarded")
async def forget_to_declare(invitations: Invitations) -> None:
    await invitations.invite(**INVITED)


@router.post("/unrequired")
@permission("tenants:delete")
async def forget_to_require(invitations: Invitations) -> None:
    await invitations.invite(**INVITED)


@router.post("/deferred")
@public
async def fail_at_commit(work: CurrentWork) -> None:
    await work.session.execute(
        text("INSERT INTO pairs VALUES (1), (1)"),
        execution_options={"raw_sql": "a test of the commit"},
    )


@pytest_asyncio.fixture
async def pairs(settings: Settings) -> AsyncIterator[None]:
    """A table whose constraint PostgreSQL checks at COMMIT, not at the statement."""
    engine = create_engine(str(settings.database.owner_url))
    async with engine.begin() as connection:
        await connection.execute(
            text("CREATE TABLE pairs (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        )
        await connection.execute(text("GRANT INSERT ON pairs TO app_rw"))
    yield
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE pairs"))
    await engine.dispose()


@pytest_asyncio.fixture
async def small_client(runtime: Runtime, owner: Person) -> AsyncIterator[AsyncClient]:
    app = FastAPI(
        middleware=[
            Middleware(TraceMiddleware),
            Middleware(AuthMiddleware, authenticator=runtime.authenticator),
            Middleware(TenantMiddleware),
            Middleware(TransactionMiddleware, runtime=runtime),
        ]
    )
    install_error_handlers(app, "http://test")
    app.include_router(router)
    async with client_of(app, owner) as client:
        yield client


async def invitations(work: UnitOfWork) -> int | None:
    return await work.session.scalar(select(func.count()).select_from(Invitation))


class TestAnswer:
    async def test_leaves_after_the_commit(
        self, small_client: AsyncClient, work: UnitOfWork
    ) -> None:
        answer = await small_client.post("/api/v1/kept")

        assert answer.status_code == 200
        assert await invitations(work) == 1

    @pytest.mark.parametrize("path", ["refused", "unguarded", "unrequired"])
    async def test_takes_back_what_was_written(
        self, small_client: AsyncClient, work: UnitOfWork, path: str
    ) -> None:
        answer = await small_client.post(f"/api/v1/{path}")

        assert answer.status_code == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert await invitations(work) == 0

    async def test_becomes_a_problem_when_the_commit_fails(
        self, small_client: AsyncClient, pairs: None
    ) -> None:
        answer = await small_client.post("/api/v1/deferred")

        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/errors/already-exists")
