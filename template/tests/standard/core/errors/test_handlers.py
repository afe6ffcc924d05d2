"""Each failure gives the same six members, no value of the request and no internals."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.types import Message
from structlog.testing import capture_logs

from app.core.auth import Actor
from app.core.errors import Forbidden, TooManyRequests, Unauthenticated
from app.core.http.problems import problem_response
from app.core.http.problems._translation import translate
from app.database.pagination import InvalidCursor
from app.database.repository import ReferenceNotFound, RowNotFound
from app.database.tenancy import TenantContextRequired

PUBLIC_URL = "https://api.example.com"
MAX_BYTES = 2000
SIX = {"type", "title", "status", "detail", "instance", "trace_id"}
THINGS = "/api/v1/things"


def problem(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    members: dict[str, Any] = answer.json()
    assert answer.status_code == members["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(members) - {"errors"} == SIX
    assert members["type"] == f"{PUBLIC_URL}/errors/{slug}"
    assert members["trace_id"] == answer.headers["x-trace-id"]
    assert all(isinstance(members[name], str) and members[name] for name in SIX - {"status"})
    return members


class TestTheFramework:
    async def test_an_unknown_route_is_not_found(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/no where?token=hunter2")

        assert problem(answer, 404, "not-found")["instance"] == "/no%20where"

    @pytest.mark.parametrize(
        ("path", "methods"), [(THINGS, "GET, HEAD, POST"), (f"{THINGS}/WEB/key", "DELETE")]
    )
    async def test_a_wrong_method_is_told_the_right_ones(
        self, client: httpx.AsyncClient, path: str, methods: str
    ) -> None:
        answer = await client.put(path)

        problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == methods

    async def test_a_body_that_is_no_json_cannot_be_read(self, client: httpx.AsyncClient) -> None:
        headers = {"Content-Type": "application/json"}
        answer = await client.post(THINGS, content=b'{"name": hunter2', headers=headers)

        assert "not valid JSON" in problem(answer, 400, "bad-request")["detail"]
        assert "hunter2" not in answer.text

    async def test_a_body_that_is_no_text_cannot_be_read(self, client: httpx.AsyncClient) -> None:
        headers = {"Content-Type": "application/json"}
        answer = await client.post(THINGS, content=b'{"name": "\xff"}', headers=headers)

        problem(answer, 400, "bad-request")

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", ""])
    async def test_a_body_of_another_kind_is_refused(
        self, client: httpx.AsyncClient, kind: str
    ) -> None:
        headers = {"Content-Type": kind} if kind else {}
        answer = await client.post(THINGS, content=b'{"name": "x"}', headers=headers)

        problem(answer, 415, "unsupported-media-type")

    async def test_a_long_body_is_refused_unread(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(THINGS, json={"name": "x" * MAX_BYTES})

        problem(answer, 413, "payload-too-large")

    async def test_a_long_body_that_does_not_say_so_is_refused(
        self, client: httpx.AsyncClient
    ) -> None:
        async def chunks() -> Any:
            for _ in range(5):
                yield b"x" * (MAX_BYTES // 4)

        headers = {"Content-Type": "application/json"}
        answer = await client.post(THINGS, content=chunks(), headers=headers)

        problem(answer, 413, "payload-too-large")

    async def test_a_routes_own_sentence_and_headers_are_kept(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.get("/fail/status/403?detail=Only on Mondays.")

        assert problem(answer, 403, "forbidden")["detail"] == "Only on Mondays."
        assert answer.headers["x-kept"] == "yes"

    async def test_the_frameworks_phrase_gives_way_to_a_sentence(
        self, client: httpx.AsyncClient
    ) -> None:
        members = problem(await client.get("/fail/status/403"), 403, "forbidden")

        assert members["detail"] == Forbidden.detail

    async def test_a_status_without_a_page_of_its_own_is_kept(
        self, client: httpx.AsyncClient
    ) -> None:
        assert problem(await client.get("/fail/status/418"), 418, "http-error")["detail"]

    async def test_what_is_no_error_is_no_problem(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/fail/status/304")

        assert (answer.status_code, answer.content) == (304, b"")


class TestOurErrors:
    async def test_a_modules_error_has_its_own_type_and_sentence(
        self, client: httpx.AsyncClient
    ) -> None:
        members = problem(await client.delete(f"{THINGS}/WEB/key"), 409, "key-taken")

        assert members["title"] == "This key is taken"
        assert members["detail"] == "The key WEB is taken."

    async def test_two_rows_that_are_not_there_give_the_same_answer(
        self, client: httpx.AsyncClient
    ) -> None:
        one, other = [
            problem(await client.get(f"{THINGS}/{uuid4()}"), 404, "not-found") for _ in range(2)
        ]

        assert {**one, "instance": "", "trace_id": ""} == {**other, "instance": "", "trace_id": ""}

    def test_whoever_is_not_logged_in_is_told_how(self) -> None:
        answer = problem_response(scope(), Unauthenticated())

        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (PoolTimeout(), 503),
            (DBAPIError(None, None, Exception(), connection_invalidated=True), 503),
            (ConnectionRefusedError(), 503),
            (TimeoutError(), 503),
            (StaleDataError(), 409),
            (InvalidCursor(), 422),
            (TooManyRequests(headers={"Retry-After": "9"}), 429),
        ],
    )
    def test_known_causes_have_their_status(self, error: Exception, status: int) -> None:
        assert problem_response(scope(), error).status_code == status

    def test_out_of_reach_says_when_to_come_back(self) -> None:
        assert problem_response(scope(), PoolTimeout()).headers["retry-after"] == "1"


class TestAMissingTenant:
    @pytest.mark.parametrize(
        ("actor", "status"),
        [
            (None, 401),
            (Actor(), 401),
            (Actor(user_id=uuid4()), 403),
            (Actor(user_id=uuid4(), tenant_id=uuid4()), 500),
        ],
    )
    def test_is_answered_by_who_is_asking(self, actor: Actor | None, status: int) -> None:
        answer = problem_response(scope(actor=actor), TenantContextRequired())

        assert answer.status_code == status

    def test_names_a_token_that_is_not_valid(self) -> None:
        actor = Actor(refusal="The token has expired.")
        answer = problem_response(scope(actor=actor), TenantContextRequired())

        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


class TestTheUnexpected:
    async def test_gives_nothing_away(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/fail/unexpected")

        problem(answer, 500, "internal-error")
        assert "secret" not in answer.text
        assert "ZeroDivision" not in answer.text

    async def test_is_recorded_once_with_its_stack(self, client: httpx.AsyncClient) -> None:
        with capture_logs() as lines:
            await client.get("/fail/unexpected")

        assert [type(line["exc_info"]) for line in lines if "exc_info" in line] == [
            ZeroDivisionError
        ]

    async def test_the_clients_own_mistakes_are_not_recorded(
        self, client: httpx.AsyncClient
    ) -> None:
        with capture_logs() as lines:
            await client.post(THINGS, json={"level": "x"})

        assert [line["event"] for line in lines] == ["request"]


class TestAReference:
    def test_that_is_missing_is_a_404_that_names_its_column(self) -> None:
        error = translate({"type": "http"}, ReferenceNotFound(client_id=uuid4()))

        assert (error.status, error.slug) == (404, "reference-not-found")
        assert [each.pointer for each in error.errors] == ["/body/client_id"]


class TestAWebsocket:
    @pytest.mark.parametrize(
        ("error", "code"), [(Forbidden, 1008), (RowNotFound, 1008), (ZeroDivisionError, 1011)]
    )
    async def test_is_closed_with_a_code(
        self, app: FastAPI, error: type[Exception], code: int
    ) -> None:
        @app.websocket("/broken")
        async def broken(websocket: WebSocket) -> None:
            await websocket.accept()
            raise error("a secret of ours")

        accepted, closed = await call_websocket(app, "/broken")

        assert accepted["type"] == "websocket.accept"
        assert (closed["type"], closed["code"]) == ("websocket.close", code)
        assert "secret" not in closed["reason"]

    async def test_with_invalid_values_is_told_none_of_them(self, app: FastAPI) -> None:
        @app.websocket("/numbers")
        async def numbers(websocket: WebSocket, number: int) -> None: ...

        [closed] = await call_websocket(app, "/numbers", b"number=hunter2")

        assert closed["code"] == 1008
        assert closed["reason"] == "Validation Error"


async def call_websocket(app: FastAPI, path: str, query: bytes = b"") -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app({**scope(), "type": "websocket", "path": path, "query_string": query}, receive, send)
    return sent


def scope(**state: object) -> dict[str, Any]:
    return {"type": "http", "path": "/", "headers": [], "state": {"trace_id": "0" * 32, **state}}
