"""Guard optimisations that a later change could undo unnoticed."""

import gc
import inspect
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Match
from starlette.types import Scope

from app.config import LogSettings
from app.core.http.routing import FastRoute
from app.core.http.routing._fast_route import FastAnswer
from app.core.http.routing._index import RouteIndex
from app.core.http.routing._json import Writer
from app.core.module import find_modules
from app.core.observability.logging import configure_logging
from app.core.unit_of_work import UnitOfWork
from app.database.compiled.statement import Statement
from app.main import _tune_garbage_collection
from tests.support.fast_paths import needs_fast_paths
from tests.support.notes import URL, NoteRepository

ONE = "/test-notes/{note_id}"


def routes(app: FastAPI) -> list[APIRoute]:
    found = [route for route in app.router.routes if isinstance(route, APIRoute)]
    assert len(found) > 20
    return found


@needs_fast_paths
class TestRoutes:
    def test_are_one_flat_list_behind_an_index(self, app: FastAPI) -> None:
        index, *others = app.router.routes

        assert isinstance(index, RouteIndex)
        assert {type(route).__module__ for route in others} <= {
            "app.core.http.routing._fast_route",
            "starlette.routing",
        }

    def test_are_found_without_asking_others(
        self, app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        stock = APIRoute.matches

        def matches(route: APIRoute, scope: Scope) -> tuple[Match, Scope]:
            asked.append(route.path)
            return stock(route, scope)

        monkeypatch.setattr(APIRoute, "matches", matches)
        for method, path in (("GET", URL), ("POST", URL), ("PATCH", f"{URL}/1")):
            match, _ = app.router.routes[0].matches(
                {"type": "http", "method": method, "path": path}
            )
            assert match is Match.FULL

        assert asked == [f"/api/v1{each}" for each in ("/test-notes", "/test-notes", ONE)]

    def test_of_a_module_are_all_fast(self, app: FastAPI) -> None:
        slow = [each.path for each in routes(app) if each.path.startswith(URL) and not _fast(each)]

        assert [path for path in slow if "/csv" not in path] == []  # a file takes longer anyway

    def test_are_analysed_once(self, app: FastAPI) -> None:
        """FastAPI has done it where a module declares them, which takes as long as its models."""
        routers = [router for module in find_modules() for router in module.routers]
        declared = {
            route.endpoint: route
            for router in routers
            for route in router.routes
            if isinstance(route, APIRoute) and not route.response_fields
        }

        included = [route for route in routes(app) if route.endpoint in declared]
        again = [
            route.path
            for route in included
            if route.dependant is not declared[route.endpoint].dependant
        ]

        assert len(included) > 20
        assert again == []

    def test_of_a_module_write_json_without_pydantic(self, app: FastAPI) -> None:
        writers = {
            route.path: isinstance(route.app.write, Writer)
            for route in routes(app)
            if isinstance(route.app, FastAnswer)
            and route.path.startswith(URL)
            and route.response_field
        }

        assert writers == {URL: True, f"{URL}/{{note_id}}": True}

    def test_use_no_threads(self, app: FastAPI) -> None:
        """A function that is not async costs a thread; so does a class on a slow route."""
        for route in routes(app):
            assert inspect.iscoroutinefunction(route.endpoint), route.path
            for each in route.dependant.dependencies:
                assert inspect.iscoroutinefunction(each.call) or inspect.isclass(each.call)


class TestMiddleware:
    def test_is_of_plain_classes(self, app: FastAPI) -> None:
        kinds = [each.cls for each in app.user_middleware]

        assert len(kinds) > 3
        assert not any(BaseHTTPMiddleware in inspect.getmro(kind) for kind in kinds)  # type: ignore[arg-type]  # classes, all of them


class TestStatements:
    async def test_are_compiled_once(
        self, work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await _use_all_verbs(work)
        monkeypatch.setattr(Statement, "__init__", _compiled_again)

        await _use_all_verbs(work)

    async def test_wake_no_session_of_the_orm(self, work: UnitOfWork) -> None:
        """Even `delete` uses no ORM session, unless the row may be in one."""
        notes = NoteRepository(work.session)
        note = await notes.create(name="First")
        await notes.change(await notes.get(note.id), name="Second")
        await notes.list(limit=1)
        await notes.delete(note)
        await work.commit()

        assert "sync_session" not in vars(work.session)


class TestLog:
    def test_takes_two_calls_a_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        configured: dict[str, Any] = {}
        monkeypatch.setattr(structlog, "configure", lambda **given: configured.update(given))
        monkeypatch.setattr(
            "app.core.observability.logging._adopt_standard_library", lambda *_: None
        )

        configure_logging(LogSettings(), json=True)

        assert len(configured["processors"]) <= 2


class TestGarbageCollection:
    def test_leaves_alone_what_the_start_has_made(self) -> None:
        _tune_garbage_collection()

        assert gc.get_freeze_count() > 10_000
        gc.unfreeze()

    def test_is_rare_from_the_first_import_on(self) -> None:
        assert gc.get_threshold()[0] > 10_000


async def _use_all_verbs(work: UnitOfWork) -> None:
    notes = NoteRepository(work.session)
    note = await notes.create(name="First")
    page = await notes.list(limit=1)
    await notes.list(limit=1, cursor=page.next_cursor)
    await notes.delete(await notes.change(note, name="Second"))


def _compiled_again(*_: object) -> None:
    raise AssertionError("a statement was compiled again")


def _fast(route: APIRoute) -> bool:
    return isinstance(route, FastRoute) and route.is_fast
