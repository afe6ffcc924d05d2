"""Requests with a FastAPI and an asyncpg that the standard does not know: the answers are right.

Each test adds what a new version could bring, sends requests, and sees which code served them.
"""

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import fastapi.routing
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import SolvedDependency, get_dependant, solve_dependencies

from app.config import Settings
from app.core.http.routing import FastRoute, _plan, include
from app.core.http.routing._fast_route import FastAnswer
from app.database.asyncpg.connection import Connection
from app.database.asyncpg.pipelined import PipelinedConnection
from app.main import create_app
from tests.support.clients import client_of
from tests.support.fast_paths import needs_fast_paths
from tests.support.notes import URL, modules_and_notes
from tests.support.people import Person

pytestmark = needs_fast_paths

router = APIRouter(prefix="/api/v1/themes")


@router.get("")
async def read_theme(theme: str = "light") -> str:
    return theme


@dataclass(slots=True)
class DependantWithMore(Dependant):
    """What a later FastAPI could have: parameters that come from a header of the same name."""

    same_name_params: list[str] = field(default_factory=list)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the code that served the requests, in order."""
    served: list[str] = []
    _note(monkeypatch, served, FastAnswer, "__call__", "fast route")
    _note(monkeypatch, served, PipelinedConnection, "send", "pipelined")
    _note(monkeypatch, served, Connection, "send", "plain")
    return served


@pytest.fixture
def later_fastapi(monkeypatch: pytest.MonkeyPatch, served: list[str]) -> None:
    """Let FastAPI fill the parameter `theme` from the new field of its Dependant."""

    def find(**options: Any) -> Dependant:
        found = get_dependant(**options)
        values = {each.name: getattr(found, each.name) for each in dataclasses.fields(found)}
        values["query_params"] = [each for each in found.query_params if each.name != "theme"]
        names = [each.name for each in found.query_params if each.name == "theme"]
        return DependantWithMore(**values, same_name_params=names)

    async def solve(*, request: Any, dependant: Any, **options: Any) -> SolvedDependency:
        served.append("FastAPI")
        solved = await solve_dependencies(request=request, dependant=dependant, **options)
        names = dependant.same_name_params
        solved.values |= {name: request.headers[name] for name in names}
        return solved

    monkeypatch.setattr(fastapi.routing, "get_dependant", find)
    monkeypatch.setattr(fastapi.routing, "solve_dependencies", solve)
    monkeypatch.setattr(_plan, "Dependant", DependantWithMore)


class TestALaterFastAPI:
    @pytest.fixture(autouse=True)
    def installed(self, later_fastapi: None) -> None:
        """Add it before any route is made."""

    async def test_fills_its_new_kind_of_parameter(self, served: list[str]) -> None:
        assert await self._theme() == "dark"
        assert served == ["FastAPI"]

    async def test_would_not_if_a_plan_were_made(
        self, served: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Proves that the test above can fail: a plan ignores what it does not know."""
        monkeypatch.setattr(_plan, "understands_fastapi", lambda: True)

        assert await self._theme() == "light"
        assert served == ["fast route"]

    async def test_serves_every_route_itself(
        self, settings: Settings, owner: Person, served: list[str]
    ) -> None:
        async with _app(settings) as app:
            await _create_and_read(app, owner)

        assert not any(each.is_fast for each in app.router.routes if isinstance(each, FastRoute))
        assert served.count("FastAPI") == 3
        assert "fast route" not in served

    async def _theme(self) -> Any:
        app = FastAPI()
        include(app, router)
        async with client_of(app) as client:
            return (await client.get(router.prefix, headers={"theme": "dark"})).json()


class TestALaterAsyncpg:
    async def test_serves_requests_with_its_public_api(
        self,
        settings: Settings,
        owner: Person,
        served: list[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(asyncpg, "__version__", "0.32.1")

        async with _app(settings) as app:
            served.clear()
            await _create_and_read(app, owner)

        assert {"fast route", "plain"} == set(served)

    async def test_would_not_if_it_were_called_tested(
        self, settings: Settings, owner: Person, served: list[str]
    ) -> None:
        """Proves that the test above can fail: this version is tested."""
        async with _app(settings) as app:
            await _create_and_read(app, owner)

        assert "pipelined" in served


@asynccontextmanager
async def _app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings, modules_and_notes())
    yield app
    await app.state.runtime.close()


async def _create_and_read(app: FastAPI, person: Person) -> None:
    async with client_of(app, person) as client:
        made = await client.post(URL, json={"name": "First"})
        read = await client.get(f"{URL}/{made.json()['id']}")
        listed = await client.get(URL)

    assert (made.status_code, read.status_code) == (201, 200)
    assert made.json()["name"] == "First"
    assert read.json() == made.json()
    assert made.json() in listed.json()["items"]


def _note(
    monkeypatch: pytest.MonkeyPatch, served: list[str], kind: type[Any], name: str, what: str
) -> None:
    """Note each call of the method, by instances of exactly this kind."""
    call: Callable[..., Any] = getattr(kind, name)

    async def noted(self: Any, *args: Any) -> Any:
        if type(self) is kind:
            served.append(what)
        return await call(self, *args)

    monkeypatch.setattr(kind, name, noted)
