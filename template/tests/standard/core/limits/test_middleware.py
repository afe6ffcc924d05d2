"""Clients over the limit get 429 with the time to wait; others are unaffected."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient
from starlette.middleware import Middleware

from app.config import LimitSettings
from app.core.http.middleware.authentication import AuthMiddleware
from app.core.http.middleware.rate_limit import RateLimitMiddleware
from app.core.http.middleware.tenant import TenantMiddleware
from app.core.http.middleware.trace import TraceMiddleware
from app.core.http.problems import install_error_handlers
from app.core.limits import MemoryBuckets, limited
from app.core.permissions import Role, public
from app.core.runtime import Runtime
from tests.support.people import Person, add_member

router = APIRouter(prefix="/api/v1")


@router.get("/rows")
@public
async def read() -> str:
    return "rows"


@router.post("/auth/token")
@public
@limited("login")
async def log_in() -> str:
    return "token"


@router.post("/reports/{year}/export")
@public
@limited("exports", "1/hour")
async def export(year: int) -> str:
    return "report"


OpenClient = Callable[..., AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture
def open_client(runtime: Runtime) -> OpenClient:
    """Return `async with open_client(app, person, address)`, which opens a client of the app."""

    @asynccontextmanager
    async def open_client(
        app: FastAPI, person: Person | None = None, address: str = "192.0.2.1"
    ) -> AsyncIterator[AsyncClient]:
        transport = ASGITransport(app, client=(address, 1))
        headers = person.headers if person else {}
        async with AsyncClient(
            transport=transport, base_url="http://test/api/v1", headers=headers
        ) as client:
            yield client

    return open_client


@pytest.fixture
def limiting(runtime: Runtime) -> Callable[..., FastAPI]:
    def build(**limits: str) -> FastAPI:
        settings = LimitSettings.model_validate({"login": "off", **limits})
        app = FastAPI(
            middleware=[
                Middleware(TraceMiddleware),
                Middleware(AuthMiddleware, authenticator=runtime.authenticator),
                Middleware(TenantMiddleware),
                Middleware(RateLimitMiddleware, buckets=MemoryBuckets(), settings=settings),
            ]
        )
        install_error_handlers(app, "http://test")
        app.include_router(router)
        return app

    return build


class TestRateLimit:
    async def test_says_what_is_left(
        self, limiting: Callable[..., FastAPI], open_client: OpenClient, owner: Person
    ) -> None:
        async with open_client(limiting(person="2/hour", tenant="100/hour"), owner) as client:
            answer = await client.get("/rows")

        assert answer.headers["ratelimit-policy"] == '"person";q=2;w=3600, "tenant";q=100;w=3600'
        assert answer.headers["ratelimit"] == '"person";r=1;t=1800'

    async def test_refuses_with_a_problem(
        self, limiting: Callable[..., FastAPI], open_client: OpenClient, owner: Person
    ) -> None:
        async with open_client(limiting(person="1/hour"), owner) as client:
            await client.get("/rows")
            answer = await client.get("/rows")

        assert answer.status_code == 429
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "http://test/errors/too-many-requests"
        assert 3590 <= int(answer.headers["retry-after"]) <= 3600
        assert answer.headers["ratelimit"].startswith('"person";r=0;t=')

    async def test_counts_each_person_and_tenant_for_itself(
        self,
        limiting: Callable[..., FastAPI],
        open_client: OpenClient,
        runtime: Runtime,
        owner: Person,
        rival: Person,
    ) -> None:
        app = limiting(person="1/hour", tenant="2/hour")
        colleague, late = [await add_member(runtime, owner, Role.MEMBER) for _ in range(2)]
        answers = []
        for person in (owner, owner, colleague, rival, late):
            async with open_client(app, person) as client:
                answers.append((await client.get("/rows")).status_code)

        assert answers == [200, 429, 200, 200, 429]

    async def test_knows_anonymous_clients_by_their_address(
        self, limiting: Callable[..., FastAPI], open_client: OpenClient, owner: Person
    ) -> None:
        app = limiting(address="1/hour")
        answers = []
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"):
            async with open_client(app, address=address) as client:
                answers.append((await client.get("/rows")).status_code)
        async with open_client(app, owner) as client:
            answers.append((await client.get("/rows")).status_code)

        assert answers == [200, 429, 200, 200, 429, 200]

    @pytest.mark.parametrize("path", ["/reports/2026/export", "/auth/token"])
    async def test_is_stricter_where_it_is_marked(
        self, limiting: Callable[..., FastAPI], open_client: OpenClient, path: str
    ) -> None:
        async with open_client(limiting(login="1/hour", address="5/hour")) as client:
            answers = [(await client.post(path)).status_code for _ in range(2)]
            rest = await client.get("/rows")

        assert answers == [200, 429]
        assert rest.status_code == 200

    async def test_can_be_off(
        self, limiting: Callable[..., FastAPI], open_client: OpenClient
    ) -> None:
        async with open_client(limiting()) as client:
            answers = [await client.post("/auth/token") for _ in range(20)]

        assert {answer.status_code for answer in answers} == {200}
        assert "ratelimit" not in answers[0].headers
