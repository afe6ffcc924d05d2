"""Deny by default: every route declares who may call it, and refuses everyone else."""

import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from httpx import AsyncClient

from app.core.permissions import PUBLIC, SIGNED_IN, SUPERUSER, Role, guard_of, permission, public
from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.people import Person, add_member

API = "/api/"
MARKS = {PUBLIC, SIGNED_IN, SUPERUSER}


def routes_of(app: FastAPI) -> list[RouteContext]:
    """Return the leaves of the router tree, which handle requests; `app.routes` is only its top."""
    found = iter_route_contexts(app.routes)
    return [route for route in found if str(route.path_format).startswith(API)]


def unguarded(app: FastAPI, known: frozenset[str]) -> Iterator[str]:
    """Yield routes with no guard, or with one that no module declares."""
    for route in routes_of(app):
        guard = guard_of(route.endpoint)
        if guard is None or (guard not in MARKS and guard not in known):
            yield f"{route.path_format} declares {guard}"


def requests(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Yield method, path and guard of each operation of the API."""
    for route in routes_of(app):
        path = re.sub(r"\{[^}]+\}", str(new_id()), str(route.path_format))
        for method in route.methods or ():
            yield method, path, str(guard_of(route.endpoint))


class TestRoutes:
    def test_say_who_may(self, app: FastAPI, runtime: Runtime) -> None:
        assert list(unguarded(app, frozenset(runtime.permissions.least))) == []

    def test_are_all_seen(self, app: FastAPI) -> None:
        """Compare with the OpenAPI document, so that the other tests cannot pass on nothing."""
        described = {
            (method.upper(), path)
            for path, operations in app.openapi()["paths"].items()
            for method in operations
            if path.startswith(API)
        }

        seen = {
            (method, str(route.path_format))
            for route in routes_of(app)
            for method in route.methods or ()
        }

        assert len(seen) > 40
        assert seen >= described

    def test_are_found_wanting_when_one_says_nothing(self) -> None:
        """The routes are in a nested router, like those of modules."""
        inner, outer, app = APIRouter(), APIRouter(), FastAPI()

        @inner.get("/forgotten")
        async def forgotten() -> None: ...

        @inner.get("/mistyped")
        @permission("projects:raed")
        async def mistyped() -> None: ...

        @inner.get("/open")
        @public
        async def open_to_all() -> None: ...

        outer.include_router(inner, prefix="/projects")
        app.include_router(outer, prefix="/api/v1")

        assert list(unguarded(app, frozenset({"projects:read"}))) == [
            "/api/v1/projects/forgotten declares None",
            "/api/v1/projects/mistyped declares projects:raed",
        ]


@pytest.mark.usefixtures("unlimited")
class TestNobody:
    async def test_gets_an_answer_without_a_token(
        self, app: FastAPI, anonymous: AsyncClient
    ) -> None:
        """422 is fine: it reveals only the request's schema, which is public."""
        asked = 0
        for method, path, guard in requests(app):
            if guard != PUBLIC:
                asked += 1
                answer = await anonymous.request(method, path)
                assert answer.status_code in (401, 422), f"{method} {path}: {answer.status_code}"
        assert asked > 30


@pytest.mark.usefixtures("unlimited")
class TestAMember:
    async def test_gets_no_answer_for_superusers(self, app: FastAPI, client: AsyncClient) -> None:
        asked = 0
        for method, path, guard in requests(app):
            if guard == SUPERUSER:
                asked += 1
                answer = await client.request(method, path)
                assert answer.status_code in (403, 422), f"{method} {path}: {answer.status_code}"
        assert asked > 3


@pytest.mark.usefixtures("unlimited")
class TestAViewer:
    async def test_is_refused_all_that_viewers_may_not(
        self, app: FastAPI, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        viewer = await add_member(runtime, owner, Role.VIEWER)
        allowed = MARKS | runtime.permissions.of(Role.VIEWER)
        asked = 0
        for method, path, guard in requests(app):
            if guard not in allowed:
                asked += 1
                answer = await anonymous.request(method, path, headers=viewer.headers)
                assert answer.status_code in (403, 422), f"{method} {path}: {answer.status_code}"
        assert asked > 10

    @pytest.mark.parametrize("role", list(Role))
    def test_has_no_permission_that_the_next_role_lacks(self, runtime: Runtime, role: Role) -> None:
        roles = list(Role)
        above = roles[min(roles.index(role) + 1, len(roles) - 1)]

        assert runtime.permissions.of(role) <= runtime.permissions.of(above)
