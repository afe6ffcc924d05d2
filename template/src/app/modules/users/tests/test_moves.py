"""Switching, joining and logging out: a log-in never becomes two, and its tokens end with it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import text

from app.core.runtime import Runtime
from app.kit import clock
from tests.support.people import Person, create_tenant

from .test_auth import AUTH, accept, bearer, invite, log_in, me, refresh
from .test_cookies import OURS
from .test_cookies import log_in as log_in_with_cookies

Move = Callable[..., Awaitable[Response]]


@pytest_asyncio.fixture
async def browser(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://localhost:8000") as browser:
        yield browser


@pytest_asyncio.fixture
async def other(anonymous: AsyncClient, runtime: Runtime, owner: Person) -> Person:
    """The owner of another tenant, of which our owner is a member too."""
    other = await create_tenant(runtime, "Globex")
    await accept(anonymous, await invite(anonymous, other, owner.email), owner.email)
    return other


async def switch(client: AsyncClient, pair: dict[str, Any], to: Person, **more: Any) -> Response:
    body = {"tenant_id": str(to.tenant_id), **more}
    return await client.post(f"{AUTH}/switch", json=body, headers=bearer(pair))


async def join(client: AsyncClient, pair: dict[str, Any], to: Person, **more: Any) -> Response:
    """Join a tenant that has just invited."""
    email = (await me(client, pair))["email"]
    body = {"token": await invite(client, to, email), **more}
    return await client.post(f"{AUTH}/join", json=body, headers=bearer(pair))


async def log_in_ago(
    client: AsyncClient, person: Person, ago: timedelta, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    now = clock.now
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: now() - ago)
        pair: dict[str, Any] = (await log_in(client, person.email)).json()
    return pair


async def count_log_ins(runtime: Runtime, person: Person) -> int:
    query = text("SELECT count(*) FROM auth_sessions WHERE user_id = :id")
    async with runtime.database.rw.connect() as connection:
        return int(await connection.scalar(query, {"id": person.user_id}) or 0)


@pytest.mark.parametrize("move", [switch, join])
class TestAMove:
    async def test_makes_no_log_in_out_of_an_access_token(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person, rival: Person, move: Move
    ) -> None:
        target = owner if move is switch else rival
        pair = (await log_in(anonymous, owner.email)).json()
        before = await count_log_ins(runtime, owner)

        moved = await move(anonymous, {"access_token": pair["access_token"]}, target)

        assert moved.status_code == 200
        assert set(moved.json()) == {"access_token", "token_type", "expires_in"}
        assert await count_log_ins(runtime, owner) == before

    async def test_gives_no_more_time_than_the_access_token_had(
        self,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
        rival: Person,
        move: Move,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        target = owner if move is switch else rival
        pair = await log_in_ago(anonymous, owner, timedelta(minutes=8), monkeypatch)

        moved = (await move(anonymous, pair, target)).json()

        assert moved["expires_in"] <= 120
        ends = [runtime.tokens.read(each["access_token"]).expires_at for each in (pair, moved)]
        assert ends[1] == ends[0]

    async def test_ends_with_the_log_in_that_it_came_of(
        self, anonymous: AsyncClient, owner: Person, rival: Person, move: Move
    ) -> None:
        target = owner if move is switch else rival
        pair = (await log_in(anonymous, owner.email)).json()
        copy = (await move(anonymous, pair, target)).json()

        await anonymous.post(f"{AUTH}/logout", headers=bearer(pair))

        assert (await anonymous.get("/api/v1/users/me", headers=bearer(copy))).status_code == 401

    async def test_with_the_refresh_token_takes_the_log_in_along(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person, rival: Person, move: Move
    ) -> None:
        target = owner if move is switch else rival
        pair = (await log_in(anonymous, owner.email)).json()
        before = await count_log_ins(runtime, owner)

        moved = await move(anonymous, pair, target, refresh_token=pair["refresh_token"])
        later = await refresh(anonymous, moved.json())

        assert (moved.status_code, later.status_code) == (200, 200)
        assert (await me(anonymous, later.json()))["tenant_id"] == str(target.tenant_id)
        assert await count_log_ins(runtime, owner) == before
        assert (await refresh(anonymous, pair)).status_code == 401

    async def test_refuses_the_refresh_token_of_another_log_in(
        self, anonymous: AsyncClient, owner: Person, rival: Person, move: Move
    ) -> None:
        """It leaves the other log-in unchanged."""
        target = owner if move is switch else rival
        pair, elsewhere = [(await log_in(anonymous, owner.email)).json() for _ in range(2)]

        moved = await move(anonymous, pair, target, refresh_token=elsewhere["refresh_token"])
        unknown = await move(anonymous, pair, target, refresh_token="nonsense")

        assert (moved.status_code, unknown.status_code) == (401, 401)
        assert (await refresh(anonymous, elsewhere)).status_code == 200
        assert (await refresh(anonymous, pair)).status_code == 200
        assert len((await me(anonymous, pair))["memberships"]) == 1

    async def test_with_a_refresh_token_that_was_used_ends_the_log_in(
        self, anonymous: AsyncClient, owner: Person, rival: Person, move: Move
    ) -> None:
        target = owner if move is switch else rival
        pair = (await log_in(anonymous, owner.email)).json()
        second = (await refresh(anonymous, pair)).json()

        reused = await move(anonymous, second, target, refresh_token=pair["refresh_token"])

        assert reused.status_code == 401
        assert (await refresh(anonymous, second)).status_code == 401


class TestASwitchWithCookies:
    @pytest.mark.parametrize("more", [{}, {"Authorization": "Basic x"}, {"Authorization": ""}])
    async def test_puts_no_token_into_the_body(
        self, browser: AsyncClient, owner: Person, other: Person, more: dict[str, str]
    ) -> None:
        await log_in_with_cookies(browser, owner)
        body = {"tenant_id": str(other.tenant_id)}

        moved = await browser.post(f"{AUTH}/switch", json=body, headers=OURS | more)

        assert list(moved.json()) == ["expires_in"]
        mine = (await browser.get("/api/v1/users/me")).json()
        assert mine["tenant_id"] == str(other.tenant_id)
        again = await browser.post(f"{AUTH}/refresh?cookies=true", headers=OURS)
        assert again.status_code == 200
        mine = (await browser.get("/api/v1/users/me")).json()
        assert mine["tenant_id"] == str(other.tenant_id)

    async def test_without_the_refresh_cookie_visits_the_other_tenant(
        self, browser: AsyncClient, owner: Person, other: Person
    ) -> None:
        await log_in_with_cookies(browser, owner)
        browser.cookies.delete("refresh")
        body = {"tenant_id": str(other.tenant_id)}

        moved = await browser.post(f"{AUTH}/switch", json=body, headers=OURS)

        assert list(moved.json()) == ["expires_in"]
        assert "refresh" not in browser.cookies
        mine = (await browser.get("/api/v1/users/me")).json()
        assert mine["tenant_id"] == str(other.tenant_id)


class TestLogOut:
    async def test_works_with_the_refresh_token_alone(
        self, anonymous: AsyncClient, owner: Person
    ) -> None:
        pair = (await log_in(anonymous, owner.email)).json()
        body = {"refresh_token": pair["refresh_token"]}

        ended = await anonymous.post(f"{AUTH}/logout", json=body)

        assert ended.status_code == 204
        assert (await refresh(anonymous, pair)).status_code == 401
        assert (await anonymous.get("/api/v1/users/me", headers=bearer(pair))).status_code == 401

    async def test_works_after_the_access_token_is_over(
        self, anonymous: AsyncClient, owner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pair = await log_in_ago(anonymous, owner, timedelta(minutes=30), monkeypatch)
        body = {"refresh_token": pair["refresh_token"]}

        ended = await anonymous.post(f"{AUTH}/logout", json=body, headers=bearer(pair))

        assert ended.status_code == 204
        assert (await refresh(anonymous, pair)).status_code == 401

    async def test_works_with_the_cookie_alone(self, browser: AsyncClient, owner: Person) -> None:
        await log_in_with_cookies(browser, owner)
        kept = {"refresh_token": browser.cookies["refresh"]}
        browser.cookies.delete("access")

        ended = await browser.post(f"{AUTH}/logout", headers=OURS)

        assert ended.status_code == 204
        assert not browser.cookies
        assert (await refresh(browser, kept)).status_code == 401

    async def test_with_the_cookie_is_not_for_foreign_pages(
        self, browser: AsyncClient, owner: Person
    ) -> None:
        await log_in_with_cookies(browser, owner)
        kept = {"refresh_token": browser.cookies["refresh"]}

        headers = {"Sec-Fetch-Site": "same-site"}
        ended = await browser.post(f"{AUTH}/logout", headers=headers)

        assert ended.status_code == 401
        assert (await refresh(browser, kept)).status_code == 200

    @pytest.mark.parametrize("body", [None, {"refresh_token": "nonsense"}])
    async def test_of_nobody_is_refused(
        self, anonymous: AsyncClient, body: dict[str, str] | None
    ) -> None:
        assert (await anonymous.post(f"{AUTH}/logout", json=body)).status_code == 401
