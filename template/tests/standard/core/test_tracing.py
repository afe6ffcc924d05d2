import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs

from app.core.errors import Forbidden
from app.core.http.middleware.trace import TraceMiddleware
from app.core.http.problems import install_error_handlers
from app.core.observability.log_context import add_context, bind_identity, current_fields

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
TENANT = UUID(int=1)
USER = UUID(int=2)


class Identify:
    """Takes the place of the authentication middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/refused":
            raise Forbidden
        if scope["path"].startswith("/known"):
            bind_identity(tenant_id=TENANT, user_id=USER)
        await self.app(scope, receive, send)


def create_app() -> FastAPI:
    app = FastAPI()
    app.add_middleware(Identify)
    app.add_middleware(TraceMiddleware)
    install_error_handlers(app, "")
    router = APIRouter()

    @router.get("/known/{secret}")
    async def known(secret: str) -> dict[str, Any]:
        await asyncio.sleep(0)
        return current_fields()

    @router.get("/torn")
    async def torn() -> StreamingResponse:
        async def pieces() -> Any:
            yield "a piece"
            raise ZeroDivisionError

        return StreamingResponse(pieces())

    app.include_router(router)
    app.include_router(router, prefix="/known/below")
    return app


@pytest.fixture
def client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app())
    return httpx.AsyncClient(transport=transport, base_url="http://app")


class TestTheTraceId:
    async def test_is_the_callers(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/known/1", headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})

        assert answer.headers["x-trace-id"] == TRACE
        assert answer.json()["trace_id"] == TRACE

    @pytest.mark.parametrize(
        "sent",
        [
            "nonsense",
            f"00-{TRACE.upper()}-{SPAN}-01",
            f"ff-{TRACE}-{SPAN}-01",
            f"00-{'0' * 32}-{SPAN}-01",
            f"00-{TRACE}-{'0' * 16}-01",
            f"00-{TRACE}-{SPAN}-01\n",
            f"00-{TRACE}-{SPAN}-01-more",
        ],
    )
    async def test_is_new_when_the_callers_is_not_valid(
        self, client: httpx.AsyncClient, sent: str
    ) -> None:
        answer = await client.get("/known/1", headers={b"traceparent": sent.encode()})

        assert answer.headers["x-trace-id"] not in sent.lower()
        assert len(bytes.fromhex(answer.headers["x-trace-id"])) == 16

    async def test_of_a_later_version_of_the_standard_is_understood(
        self, client: httpx.AsyncClient
    ) -> None:
        headers = {"traceparent": f"01-{TRACE}-{SPAN}-01-more"}

        assert (await client.get("/known/1", headers=headers)).headers["x-trace-id"] == TRACE

    async def test_differs_between_requests(self, client: httpx.AsyncClient) -> None:
        answers = [await client.get("/known/1") for _ in range(2)]

        assert len({answer.headers["x-trace-id"] for answer in answers}) == 2


class TestTheRequestLine:
    async def test_tells_of_route_and_outcome(self, client: httpx.AsyncClient) -> None:
        [line] = await lines_of(client, "/known/hunter2")

        assert (line["method"], line["route"], line["status"]) == ("GET", "/known/{secret}", 200)
        assert line["duration_ms"] > 0
        assert "hunter2" not in str(line)

    async def test_has_the_whole_template_below_a_prefix(self, client: httpx.AsyncClient) -> None:
        [line] = await lines_of(client, "/known/below/known/1")

        assert line["route"] == "/known/below/known/{secret}"

    async def test_says_who_and_for_whom(self, client: httpx.AsyncClient) -> None:
        [line] = await lines_of(client, "/known/1")

        assert line["tenant_id"] == TENANT
        assert line["user_id"] == USER
        assert len(line["trace_id"]) == 32

    async def test_has_nothing_of_the_request_before(self, client: httpx.AsyncClient) -> None:
        await client.get("/known/1")

        [line] = await lines_of(client, "/nowhere")

        assert (line["tenant_id"], line["user_id"], line["route"]) == (None, None, None)
        assert current_fields() == {}

    @pytest.mark.parametrize(("shows_paths", "shown"), [(True, "/no%1Bwhere"), (False, None)])
    async def test_shows_a_path_without_a_route_only_in_development(
        self, shows_paths: bool, shown: str | None
    ) -> None:
        app = FastAPI()
        app.add_middleware(TraceMiddleware, shows_paths=shows_paths)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            [line] = await lines_of(client, "/no%1Bwhere?token=hunter2")

        assert line["route"] == shown

    async def test_keeps_requests_apart_that_run_together(self, client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(client.get("/known/1") for _ in range(20)))

        for answer in answers:
            assert answer.json()["trace_id"] == answer.headers["x-trace-id"]


class TestAnError:
    async def test_of_middleware_is_answered(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/refused")

        assert answer.status_code == 403
        assert answer.json()["trace_id"] == answer.headers["x-trace-id"]

    async def test_after_the_answer_began_is_recorded_once(self, client: httpx.AsyncClient) -> None:
        with capture_logs() as lines, pytest.raises(AssertionError):
            await client.get("/torn")  # httpx asserts a complete response

        recorded, request = lines
        assert recorded["event"] == "response broke off"
        assert isinstance(recorded["exc_info"], ZeroDivisionError)
        assert request["status"] == 200


async def lines_of(client: httpx.AsyncClient, path: str) -> list[Any]:
    with capture_logs(processors=[add_context]) as lines:
        await client.get(path)
    return lines
