"""An unknown query parameter is an error that names the parameter."""

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from httpx import AsyncClient

from app.core.http.problems import install_error_handlers
from app.core.http.routing import any_query, include
from app.core.http.routing._strict_route import MARK, MOST_ERRORS
from app.core.permissions import public
from tests.support.clients import client_of

from .routes import Route, find_routes


def knows(route: Route) -> set[str]:
    return {field.name for field in route.fields if field.place == "query"}


@pytest.mark.usefixtures("unlimited")
class TestAnUnknownParameter:
    async def test_is_refused_by_every_route(self, app: FastAPI, client: AsyncClient) -> None:
        asked = 0
        for route in find_routes(app):
            if hasattr(route.endpoint, MARK):
                continue
            asked += 1
            answer = await client.request(route.method, f"{route.url}?limit_=1")

            assert answer.status_code == 422, str(route)
            assert {
                "pointer": "/query/limit_",
                "detail": "This parameter is not known here",
            } in answer.json()["errors"], str(route)
        assert asked > 40

    async def test_is_refused_beside_known_ones(self, app: FastAPI, client: AsyncClient) -> None:
        asked = 0
        for route in find_routes(app):
            if route.method == "GET" and "limit" in knows(route):
                asked += 1
                answer = await client.get(f"{route.url}?limit=1&Limit=1&a/b=")

                assert answer.status_code == 422, str(route)
                pointers = {each["pointer"] for each in answer.json()["errors"]}
                assert pointers == {"/query/Limit", "/query/a~1b"}
        assert asked > 3

    async def test_is_one_of_a_few_that_are_named(self, client: AsyncClient) -> None:
        query = "&".join(f"x{number}=1" for number in range(500))

        answer = await client.get(f"/api/v1/users?{query}")

        assert len(answer.json()["errors"]) == MOST_ERRORS

    async def test_is_welcome_where_others_call(self, client: AsyncClient) -> None:
        answer = await client.get("/api/v1/auth/oidc/none/callback?session_state=1&iss=x")

        assert answer.status_code == 404

    async def test_is_noticed_in_a_router_with_a_websocket(self) -> None:
        app, router = FastAPI(), APIRouter()

        @router.websocket("/live")
        async def live(websocket: WebSocket) -> None: ...

        @router.get("/strict")
        @public
        async def strict(known: int = 1) -> dict[str, Any]:
            return {"known": known}

        @router.get("/open")
        @public
        @any_query
        async def lenient() -> dict[str, Any]:
            return {}

        install_error_handlers(app, "http://test")
        include(app, router, prefix="/api/v1")
        async with client_of(app) as anonymous:
            answers = [
                (await anonymous.get(f"/api/v1/{path}")).status_code
                for path in ("strict?known=2", "strict?know=2", "open?know=2")
            ]

        assert answers == [200, 422, 200]
