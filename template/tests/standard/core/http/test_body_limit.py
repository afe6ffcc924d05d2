import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.core.http.middleware import BodyLimitMiddleware
from app.core.http.middleware.trace import TraceMiddleware

LIMIT = 10


async def count(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = TraceMiddleware(BodyLimitMiddleware(count, max_bytes=LIMIT))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app")


class TestABody:
    @pytest.mark.parametrize(("size", "status"), [(0, 200), (LIMIT, 200), (LIMIT + 1, 413)])
    async def test_may_be_as_long_as_the_limit(
        self, client: httpx.AsyncClient, size: int, status: int
    ) -> None:
        answer = await client.post("/", content=b"x" * size)

        assert answer.status_code == status

    async def test_that_nobody_reads_is_refused_as_well(self) -> None:
        app = TraceMiddleware(BodyLimitMiddleware(PlainTextResponse("unread"), max_bytes=LIMIT))
        transport = httpx.ASGITransport(app)

        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            answer = await client.post("/", content=b"x" * 99)

        assert answer.status_code == 413

    async def test_that_hides_its_length_is_counted(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/", content=b"x" * 99, headers={"Content-Length": "soon"})

        assert answer.status_code == 413
