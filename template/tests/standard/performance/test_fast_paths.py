"""A fast path is used with tested library versions only; otherwise the library's own code runs."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.bootstrap import fast_paths
from app.config import Settings
from app.core.http.routing import FastRoute, _plan, understands_fastapi
from app.core.runtime import Runtime
from app.database.asyncpg.connection import Connection
from app.database.asyncpg.pipelined import PipelinedConnection
from app.database.engine import create_engine
from app.main import create_app
from tests.support.clients import client_of
from tests.support.fast_paths import needs_fast_paths
from tests.support.notes import URL, modules_and_notes
from tests.support.people import Person


@dataclass
class DependantWithMore(Dependant):
    session_params: list[Any] = field(default_factory=list)


def route_with_more(
    self: APIRoute, path: str, endpoint: Callable[..., Any], *, sessions: bool = False
) -> None:
    """A constructor like FastAPI's, with an option that we do not know."""


@needs_fast_paths
class TestRoutes:
    def test_are_fast_with_the_fastapi_that_is_installed(self, app: FastAPI) -> None:
        assert understands_fastapi()
        assert any(route.is_fast for route in app.router.routes if isinstance(route, FastRoute))

    def test_are_fastapis_own_when_it_knows_another_kind_of_parameter(
        self, app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        route = fast_route(app)
        monkeypatch.setattr(_plan, "Dependant", DependantWithMore)

        assert _plan.plan_of(route) is None

    def test_are_fastapis_own_when_it_knows_another_option(
        self, app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        route = fast_route(app)
        monkeypatch.setattr(APIRoute, "__init__", route_with_more)

        assert _plan.plan_of(route) is None

    @pytest.mark.parametrize("name", sorted(_plan.REFUSED))
    def test_are_fastapis_own_when_they_ask_for_more(self, app: FastAPI, name: str) -> None:
        route = fast_route(app)
        asked = dataclasses.replace(route.dependant, **{name: ["something"]})

        assert not _plan._asks_nothing_else(asked)


@needs_fast_paths
class TestConnections:
    async def test_are_pipelined_with_the_asyncpg_that_is_installed(self, runtime: Runtime) -> None:
        assert await connection_class(runtime.settings) is PipelinedConnection

    async def test_are_plain_with_another_asyncpg(
        self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(asyncpg, "__version__", "0.32.1")

        assert await connection_class(runtime.settings) is Connection
        assert not fast_paths(runtime.settings)["pipelined_connections"]


class TestOff:
    @pytest_asyncio.fixture
    async def slow_app(self, settings: Settings) -> AsyncIterator[FastAPI]:
        app = create_app(settings.model_copy(update={"fast_paths": False}), modules_and_notes())
        yield app
        await app.state.runtime.close()

    async def test_everything_is_off(self, slow_app: FastAPI, owner: Person) -> None:
        runtime: Runtime = slow_app.state.runtime

        async with client_of(slow_app, owner) as client:
            made = await client.post(URL, json={"name": "First"})
            read = await client.get(f"{URL}/{made.json()['id']}")

        assert (made.status_code, read.status_code) == (201, 200)
        assert not any(fast_paths(runtime.settings).values())
        assert not any(isinstance(route, FastRoute) for route in slow_app.router.routes)
        async with runtime.database.rw.connect() as connection:
            pooled = await connection.get_raw_connection()
            assert type(pooled.driver_connection) is Connection


def fast_route(app: FastAPI) -> Any:
    return next(each for each in app.router.routes if getattr(each, "is_fast", False))


async def connection_class(settings: Settings) -> type[Any]:
    engine = create_engine(str(settings.database.url))
    async with engine.connect() as connection:
        pooled = await connection.get_raw_connection()
        found = type(pooled.driver_connection)
    await engine.dispose()
    return found
