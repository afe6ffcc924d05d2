from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from httpx import AsyncClient

from app.core.http import streamed
from app.core.http.middleware import BodyLimitMiddleware
from app.core.http.middleware.trace import TraceMiddleware
from tests.support.clients import client_of

LIMIT = 10


@pytest_asyncio.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.add_middleware(BodyLimitMiddleware, max_bytes=LIMIT)
    app.add_middleware(TraceMiddleware)

    @app.post("/streams/{name}")
    @streamed
    async def stream(request: Request, name: str) -> int:
        return sum([len(piece) async for piece in request.stream()])

    @app.put("/streams/{name}")
    async def plain(request: Request, name: str) -> int:
        return len(await request.body())

    async with client_of(app) as client:
        yield client


class TestStreamed:
    async def test_takes_a_body_of_any_size(self, client: AsyncClient) -> None:
        answer = await client.post("/streams/a", content=b"x" * (LIMIT + 1))

        assert answer.json() == LIMIT + 1

    @pytest.mark.parametrize(("method", "path"), [("PUT", "/streams/a"), ("POST", "/streams/a/b")])
    async def test_is_of_one_method_and_one_path(
        self, client: AsyncClient, method: str, path: str
    ) -> None:
        answer = await client.request(method, path, content=b"x" * (LIMIT + 1))

        assert answer.status_code == 413
