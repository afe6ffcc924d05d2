"""Nobody can guess passwords, codes and tokens, even with other spellings, keys or addresses."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient

from app.config import LimitSettings, Rate, Settings
from app.core.auth import new_api_key
from app.core.limits import is_limited
from app.core.permissions import public, signed_in
from app.core.runtime import Runtime
from app.kit.ids import new_id
from app.main import create_app
from tests.support.people import PASSWORD, Person

from .routes import Route, find_routes

TRIES = 3
AFTER_THE_PATH = ("%0A", "%0D", "%0D%0A", "%00", "%09", "%0B", "%7F", "%C2%85", "%E2%80%A8", "/")
SEVERAL = 12


def unmarked(app: FastAPI) -> list[str]:
    return [
        str(route)
        for route in find_routes(app)
        if route.tries_a_secret and not is_limited(route.endpoint)
    ]


@pytest_asyncio.fixture
async def limited_app(settings: Settings) -> AsyncIterator[FastAPI]:
    limits = LimitSettings(login=Rate(TRIES, 3600), account=Rate(TRIES, 3600))
    app = create_app(settings.model_copy(update={"limits": limits}))
    yield app
    await app.state.runtime.close()


def client_at(app: FastAPI, address: str, person: Person | None = None) -> AsyncClient:
    transport = ASGITransport(app, client=(address, 1), raise_app_exceptions=False)
    headers = person.headers if person else {}
    return AsyncClient(transport=transport, base_url="http://test", headers=headers)


async def log_in(client: AsyncClient, email: str, password: str) -> int:
    form = {"username": email, "password": password}
    return (await client.post("/api/v1/auth/token", data=form)).status_code


class TestARouteThatTriesASecret:
    def test_is_marked(self, app: FastAPI) -> None:
        assert len([route for route in find_routes(app) if route.tries_a_secret]) > 10
        assert unmarked(app) == []

    def test_is_found_when_it_is_not_marked(self) -> None:
        router, app = APIRouter(prefix="/api/v1"), FastAPI()

        @router.post("/unlock")
        @signed_in
        async def unlock(door_code: str) -> None: ...

        @router.get("/shared/{token}")
        @public
        async def shared(token: str) -> None: ...

        app.include_router(router)

        assert unmarked(app) == ["POST /api/v1/unlock", "GET /api/v1/shared/{token}"]

    async def test_counts_however_its_path_is_written(self, limited_app: FastAPI) -> None:
        for number, route in enumerate(each for each in find_routes(limited_app) if _marked(each)):
            async with client_at(limited_app, f"198.51.100.{number}") as client:
                answers = [await client.request(route.method, route.url) for _ in range(TRIES + 1)]
                assert answers[-1].status_code == 429, str(route)
                for more in AFTER_THE_PATH:
                    answer = await client.request(route.method, route.url + more)
                    assert answer.status_code in (400, 404, 429), f"{route}{more}"

    async def test_counts_the_address_whoever_is_logged_in(
        self, limited_app: FastAPI, owner: Person, rival: Person
    ) -> None:
        answers = []
        for person in (owner, rival, owner, rival):
            async with client_at(limited_app, "192.0.2.7", person) as client:
                answers.append(await log_in(client, f"{new_id()}@example.com", "wrong password"))

        assert answers == [401, 401, 401, 429]


def _marked(route: Route) -> bool:
    return route.tries_a_secret


class TestAnAccount:
    @pytest.mark.parametrize("exists", [True, False])
    async def test_is_guessed_a_few_times_from_anywhere(
        self, limited_app: FastAPI, owner: Person, exists: bool
    ) -> None:
        """The responses are the same for an account that does not exist."""
        email = owner.email if exists else f"{new_id()}@example.com"
        answers = []
        for number in range(SEVERAL):
            async with client_at(limited_app, f"203.0.113.{number}") as client:
                answers.append(await log_in(client, email.upper(), "wrong password"))
        async with client_at(limited_app, "203.0.113.99") as client:
            answers.append(await log_in(client, email, PASSWORD))

        assert answers == [401] * TRIES + [429] * (SEVERAL - TRIES + 1)

    async def test_is_guessed_no_more_often_by_who_is_logged_in(
        self, limited_app: FastAPI, owner: Person
    ) -> None:
        answers = []
        for number in range(SEVERAL):
            async with client_at(limited_app, f"203.0.113.{100 + number}", owner) as client:
                body = {"current_password": "wrong", "new_password": "a new password, long"}
                answer = await client.put("/api/v1/users/me/password", json=body)
                answers.append(answer.status_code)

        assert answers == [401] * TRIES + [429] * (SEVERAL - TRIES)

    async def test_is_not_locked_by_the_right_password(
        self, limited_app: FastAPI, owner: Person
    ) -> None:
        answers = []
        for number in range(SEVERAL):
            password = PASSWORD if number % 2 else "wrong password"
            async with client_at(limited_app, f"192.0.2.{100 + number}") as client:
                answers.append(await log_in(client, owner.email, password))

        assert answers == [401, 200] * (SEVERAL // 2)


class TestARefreshToken:
    async def test_that_is_right_is_not_counted(self, limited_app: FastAPI, owner: Person) -> None:
        async with client_at(limited_app, "192.0.2.200") as client:
            form = {"username": owner.email, "password": PASSWORD}
            pair = (await client.post("/api/v1/auth/token", data=form)).json()
            answers = []
            for _ in range(TRIES * 2):
                answer = await client.post(
                    "/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]}
                )
                pair = answer.json()
                answers.append(answer.status_code)
            for _ in range(TRIES + 1):
                answer = await client.post("/api/v1/auth/refresh", json={"refresh_token": "no"})
                answers.append(answer.status_code)

        assert answers == [200] * TRIES * 2 + [401] * TRIES + [429]


class TestAnApiKey:
    async def test_that_is_made_up_asks_the_database_no_more_often_than_it_may(
        self, limited_app: FastAPI, owner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runtime: Runtime = limited_app.state.runtime
        keys, asked = runtime.authenticator.api_keys, []
        find = keys.find

        async def counted(*about: object) -> object:
            asked.append(about)
            return await find(*about)  # type: ignore[arg-type]  # called as it was

        monkeypatch.setattr(keys, "find", counted)
        answers = []
        async with client_at(limited_app, "192.0.2.201") as client:
            for _ in range(SEVERAL):
                key, _ = new_api_key(owner.tenant_id)
                headers = {"Authorization": f"Bearer {key}"}
                answer = await client.get("/api/v1/users/me", headers=headers)
                answers.append(answer.status_code)

        assert answers == [401] * TRIES + [429] * (SEVERAL - TRIES)
        assert len(asked) == TRIES
