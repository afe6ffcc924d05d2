"""HEAD answers wherever GET does, as GET does but without the body (RFC 9110, 9.3.2)."""

from collections.abc import AsyncIterator, Iterator

from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient

from app.core.http.middleware.head import HeadMiddleware
from app.core.http.problems import install_error_handlers
from app.core.permissions import public
from tests.isolation.route_call import RouteCall, open_client, route_call
from tests.isolation.routes import API, find_routes
from tests.isolation.two_tenants import TwoTenants
from tests.support.clients import client_of

COMPARED = ("allow", "content-length", "content-type", "etag", "location")


def answered_by_get(app: FastAPI) -> Iterator[str]:
    """Yield the paths outside of the API, such as pages; `app.routes` includes FastAPI's own."""
    for context in iter_route_contexts(app.routes):
        path = str(context.path_format or context.path)
        if "GET" in (context.methods or ()) and not path.startswith(API):
            yield path


async def difference(client: AsyncClient, path: str) -> str | None:
    got = await client.get(path)
    head = await client.head(path)
    seen = [
        (each.status_code, *(each.headers.get(name) for name in COMPARED)) for each in (got, head)
    ]
    if head.content or (seen[0] != seen[1] and "trace_id" not in got.text):
        return f"{path}: {seen} {head.content[:40]!r}"
    return None if got.status_code == head.status_code else f"{path}: {head.status_code}"


async def _path(prepared: RouteCall) -> str:
    return prepared.route.path.format(**prepared.own_path())


class TestHead:
    async def test_of_each_route_is_its_get_without_a_body(self, two_tenants: TwoTenants) -> None:
        found, asked = [], 0
        for route in find_routes(two_tenants.app):
            if route.method == "GET":
                prepared = await route_call(two_tenants, route)
                async with prepared.client:
                    found.append(await difference(prepared.client, await _path(prepared)))
                asked += 1
        assert asked > 10
        assert [each for each in found if each] == []

    async def test_of_each_page_is_its_get_without_a_body(self, two_tenants: TwoTenants) -> None:
        paths = list(answered_by_get(two_tenants.app))
        async with open_client(two_tenants, two_tenants.own) as client:
            found = [await difference(client, path.replace("{", "")) for path in paths]
        assert len(paths) > 5
        assert [each for each in found if each] == []

    async def test_is_refused_where_get_is(self, two_tenants: TwoTenants) -> None:
        """`/rows/bulk` is no id, but GET looks for the row `bulk` there, and so does HEAD."""
        routes = find_routes(two_tenants.app)
        got = {route.path for route in routes if route.method == "GET"}
        others = {route.path.replace("{", "") for route in routes if route.path not in got}
        async with open_client(two_tenants, two_tenants.own) as client:
            pairs = [
                ((await client.get(each)).status_code, await _status(client, each))
                for each in others
            ]
        assert [pair for pair in pairs if pair[0] != pair[1]] == []
        assert (405, 405) in pairs

    async def test_ends_a_stream_at_its_headers(self) -> None:
        made: list[int] = []
        app, router = FastAPI(), APIRouter()
        app.add_middleware(HeadMiddleware)
        install_error_handlers(app, "http://test")

        @router.get("/rows")
        @public
        async def rows() -> StreamingResponse:
            async def lines() -> AsyncIterator[str]:
                for number in range(1000):
                    made.append(number)
                    yield f"{number}\n"

            return StreamingResponse(lines(), media_type="text/csv")

        app.include_router(router)
        async with client_of(app) as client:
            answer = await client.head("/rows")

        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"].startswith("text/csv")
        assert len(made) < 10

    async def test_reaches_a_route_of_its_own(self) -> None:
        app = FastAPI()
        app.add_middleware(HeadMiddleware)

        @app.get("/both")
        @public
        async def get_both() -> None: ...

        @app.head("/both", status_code=204)
        @public
        async def head_both() -> None: ...

        async with client_of(app) as client:
            assert (await client.head("/both")).status_code == 204


async def _status(client: AsyncClient, path: str) -> int:
    answer = await client.head(path)
    assert not answer.content
    return answer.status_code
