"""Fast routes and the route index respond as FastAPI does: status, headers and body."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI, Query
from fastapi.routing import APIRoute
from httpx import Response

from app import main
from app.config import Settings
from app.core.http import routing
from app.core.http.routing import FastRoute, StrictRoute
from app.core.http.routing._plan import plan_of
from tests.support.clients import client_of
from tests.support.limits import without_limits
from tests.support.notes import URL, NoteService, modules_and_notes
from tests.support.people import Person

CHANGES = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}|[0-9a-f]{32}|\d{4}-\d\d-\d\dT[0-9:.]+Z"
)
JSON = {"content-type": "application/json"}
BODIES: tuple[tuple[dict[str, str], bytes], ...] = (
    (JSON, b'{"name": "First"}'),
    ({"content-type": "application/json; charset=utf-8"}, b'{"name": "First"}'),
    ({"content-type": "application/merge-patch+json"}, b'{"name": "First"}'),
    ({"content-type": "text/plain"}, b'{"name": "First"}'),
    ({}, b'{"name": "First"}'),
    (JSON, b""),
    (JSON, b"{"),
    (JSON, b"[]"),
    (JSON, b"null"),
    (JSON, b"\xff"),
    (JSON, b'{"name": "\\ud800"}'),
    (JSON, b'\xef\xbb\xbf{"name": "First"}'),
    (JSON, '{"name": "Fïrst"}'.encode("utf-16")),
    (JSON, b'{"name": "First", "name": "Second"}'),
    (JSON, b"[" * 300 + b"]" * 300),
    (JSON, b'{"name": 123456789012345678901234567890}'),
    (JSON, b'{"name": "First", "more": NaN}'),
)
QUERIES = ("", "limit=1", "limit=0", "limit=x", "limit=1&limit=2", "limit=", "cursor=x", "else=%ff")
LIST_QUERIES = (
    "",
    "status=draft&sort=-issued_on&number=A&client_id=01980000-0000-7000-8000-000000000000",
    "status=paid",
    "status=",
    "status=draft&status=sent",
    "sort=number",
    "paid=true&count=1",
    "paid=perhaps",
    "count=1.5",
    "client_id=x",
    "email=a%40example.com&email=",
    "unknown=1",
)
KEYS = ("01980000-0000-7000-8000-000000000000", "x", "current", "me", "%2F")
NEW_TENANT = ("POST", "/api/v1/tenants")
"""Its answers differ: each tenant gets a slug of its own."""


@pytest_asyncio.fixture
async def stock(settings: Settings) -> AsyncIterator[FastAPI]:
    """The same app with FastAPI's own responses and router; it also refuses unknown parameters."""
    async with _app(settings, _strictly(routing.include)) as app:
        yield app


@pytest_asyncio.fixture
async def plain(settings: Settings) -> AsyncIterator[FastAPI]:
    """The same app without core/http/routing."""
    async with _app(settings, _include) as app:
        yield app


@asynccontextmanager
async def _app(settings: Settings, include: Callable[..., None]) -> AsyncIterator[FastAPI]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routing, "include", include)
        patch.setattr(routing, "index_routes", lambda _: None)
        app = main.create_app(settings, modules_and_notes())
    with without_limits(app.state.runtime):
        yield app
    await app.state.runtime.close()


class TestDescription:
    def test_is_the_same(self, app: FastAPI, plain: FastAPI) -> None:
        assert app.openapi() == plain.openapi()


@pytest.mark.usefixtures("unlimited")
class TestAnswers:
    @pytest.mark.slow
    async def test_are_the_same(self, app: FastAPI, stock: FastAPI, owner: Person) -> None:
        seen = Counter[int]()

        for method, url, headers, body in _requests(app):
            fast = await _ask(app, owner, method, url, headers, body)
            slow = await _ask(stock, owner, method, url, headers, body)

            assert fast == slow, (method, url, headers, body)
            seen[fast[0]] += 1
        assert seen.keys() >= {200, 201, 403, 404, 405, 422}
        assert seen[429] + seen[500] == 0

    async def test_are_the_same_for_nobody(self, app: FastAPI, stock: FastAPI) -> None:
        for method, url, headers, body in list(_requests(app))[::21]:
            fast = await _ask(app, None, method, url, headers, body)

            assert fast == await _ask(stock, None, method, url, headers, body), (method, url)


class TestDescribedList:
    """The parameters of a list with filters and sorts, as modules are generated."""

    def test_is_fast(self) -> None:
        assert plan_of(_route(FastRoute)) is not None

    @pytest.mark.parametrize("query", LIST_QUERIES)
    async def test_is_the_same(self, query: str) -> None:
        fast, slow = [await _listed(kind, query) for kind in (FastRoute, StrictRoute)]

        assert fast == slow


class TestPlan:
    def test_is_none_when_fastapi_has_changed(self) -> None:
        assert plan_of(object()) is None

    async def test_gives_way_to_overrides(self, app: FastAPI, owner: Person) -> None:
        app.dependency_overrides[NoteService] = _nothing
        status, _, _ = await _ask(app, owner, "GET", URL, {}, b"")
        app.dependency_overrides.clear()

        assert status == 500


def _strictly(include: Callable[..., None]) -> Callable[..., None]:
    def included(app: FastAPI, router: APIRouter, *, prefix: str = "", kind: object) -> None:
        include(app, router, prefix=prefix, kind=StrictRoute)

    return included


def _include(app: FastAPI, router: APIRouter, *, prefix: str = "", kind: object) -> None:
    app.include_router(router, prefix=prefix)


async def _list(
    number: str | None = None,
    client_id: UUID | None = None,
    status: Literal["draft", "sent"] | None = None,
    paid: bool | None = None,
    count: int | None = None,
    email: str | None = None,
    sort: Literal["issued_on", "-issued_on"] | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
) -> list[str]:
    return [repr((number, client_id, status, paid, count, email, sort, limit, cursor))]


def _route(kind: type[StrictRoute]) -> StrictRoute:
    return kind("/api/v1/invoices", _list, methods=["GET"], response_model=list[str])


async def _listed(kind: type[StrictRoute], query: str) -> tuple[int, Any]:
    app = FastAPI()
    app.router.routes.append(_route(kind))
    async with client_of(app) as client:
        answer = await client.get(f"/api/v1/invoices?{query}")
        return answer.status_code, answer.json()


async def _nothing() -> None:
    """Replaces the service, so that the route fails."""


def _requests(app: FastAPI) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    """Yield requests, except those that would change the user of the comparison."""
    for route in app.router.routes:
        if not isinstance(route, APIRoute) or "/auth/" in route.path or "/health" in route.path:
            continue
        for method in sorted(route.methods or ()):
            for url, all_of_them in _urls(route.path):
                if method == "GET":
                    queries = QUERIES if all_of_them else QUERIES[:1]
                    yield from ((method, f"{url}?{query}", {}, b"") for query in queries)
                elif (method, route.path) == NEW_TENANT or (
                    method == "DELETE" and "{" not in route.path
                ):
                    continue
                else:
                    bodies = BODIES if all_of_them else BODIES[:1]
                    yield from ((method, url, headers, body) for headers, body in bodies)
    yield from (("PUT", URL, {}, b""), ("GET", f"{URL}/", {}, b""))


def _urls(path: str) -> Iterator[tuple[str, bool]]:
    """Yield URLs of a route, and whether to send all bodies and queries: a good and a bad key."""
    if "{" not in path:
        yield path, True
        return
    for number, key in enumerate(KEYS):
        yield re.sub(r"\{\w+\}", key, path), number < 2


async def _ask(
    app: FastAPI, person: Person | None, method: str, url: str, headers: dict[str, str], body: bytes
) -> tuple[int, list[tuple[str, str]], Any]:
    async with client_of(app) as client:
        request = client.build_request(method, url, headers=headers, content=body)
        if person is not None:
            request.headers["authorization"] = f"Bearer {person.token}"
        return _comparable(await client.send(request))


def _comparable(answer: Response) -> tuple[int, list[tuple[str, str]], Any]:
    ignored = ("x-trace-id", "ratelimit", "ratelimit-policy", "etag", "server-timing")
    headers = [each for each in answer.headers.multi_items() if each[0] not in ignored]
    content = CHANGES.sub(b"*", answer.content)
    try:
        return answer.status_code, headers, json.loads(content)
    except ValueError:
        return answer.status_code, headers, content
