from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from starlette.responses import Response as StarletteResponse

from app.core.auth import Cookies
from tests.support.people import PASSWORD, Person

from .test_auth import registration

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
OURS = {"Origin": "http://localhost:8000"}
MODERN = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.com"}
SISTER = {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost:8000"}


@pytest_asyncio.fixture
async def browser(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client that keeps cookies."""
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://localhost:8000") as browser:
        yield browser


async def log_in(browser: AsyncClient, person: Person, **headers: str) -> Response:
    form = {"username": person.email, "password": PASSWORD}
    url = f"{AUTH}/token?cookies=true"
    return await browser.post(url, data=form, headers=headers or MODERN)


async def rename(browser: AsyncClient, headers: dict[str, str]) -> int:
    answer = await browser.patch(ME, json={"full_name": "Ada King"}, headers=headers)
    return answer.status_code


class TestLogIn:
    async def test_puts_no_token_where_a_script_could_read_it(
        self, browser: AsyncClient, owner: Person
    ) -> None:
        answer = await log_in(browser, owner)

        assert answer.status_code == 200
        assert list(answer.json()) == ["expires_in"]
        for cookie in answer.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "samesite=" in cookie.lower()
        assert answer.headers["cache-control"] == "no-store"

    async def test_lets_the_browser_in(self, browser: AsyncClient, owner: Person) -> None:
        await log_in(browser, owner)

        assert (await browser.get(ME)).json()["email"] == owner.email

    @pytest.mark.parametrize("headers", [FOREIGN, SISTER, {"X-None": "at all"}])
    async def test_is_not_for_foreign_pages(
        self, browser: AsyncClient, owner: Person, headers: dict[str, str]
    ) -> None:
        answer = await log_in(browser, owner, **headers)

        assert answer.status_code == 403
        assert not browser.cookies


class TestARequestWithCookies:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            (OURS, 200),
            (MODERN, 200),
            (FOREIGN, 401),
            (SISTER, 401),
            ({"Origin": "null"}, 401),
            ({}, 401),
        ],
    )
    async def test_changes_things_from_our_pages_only(
        self, browser: AsyncClient, owner: Person, headers: dict[str, str], status: int
    ) -> None:
        await log_in(browser, owner)

        assert await rename(browser, headers) == status

    async def test_yields_to_a_bearer_token(
        self, browser: AsyncClient, owner: Person, rival: Person
    ) -> None:
        await log_in(browser, owner)

        answer = await browser.get(ME, headers=rival.headers)

        assert answer.json()["email"] == rival.email


class TestRefresh:
    async def test_takes_the_cookie(self, browser: AsyncClient, owner: Person) -> None:
        await log_in(browser, owner)
        before = dict(browser.cookies)

        answer = await browser.post(f"{AUTH}/refresh?cookies=true", headers=OURS)

        assert answer.status_code == 200
        assert before["refresh"] != browser.cookies["refresh"]
        assert (await browser.get(ME)).status_code == 200

    async def test_hands_no_cookie_to_a_script(self, browser: AsyncClient, owner: Person) -> None:
        await log_in(browser, owner)

        refreshed = await browser.post(f"{AUTH}/refresh", headers=OURS)
        switched = await browser.post(
            f"{AUTH}/switch", json={"tenant_id": str(owner.tenant_id)}, headers=OURS
        )

        assert refreshed.status_code == 401
        assert list(switched.json()) == ["expires_in"]

    async def test_without_any_token_is_refused(self, browser: AsyncClient) -> None:
        answer = await browser.post(f"{AUTH}/refresh?cookies=true", headers=OURS)

        assert answer.status_code == 401


class TestAForeignPage:
    """It is refused before anything happens."""

    @pytest.mark.parametrize("headers", [FOREIGN, SISTER])
    async def test_spends_no_refresh_token(
        self, browser: AsyncClient, owner: Person, headers: dict[str, str]
    ) -> None:
        await log_in(browser, owner)

        refused = await browser.post(f"{AUTH}/refresh?cookies=true", headers=headers)

        assert refused.status_code == 403
        assert (await browser.get(ME)).status_code == 200
        again = await browser.post(f"{AUTH}/refresh?cookies=true", headers=OURS)
        assert again.status_code == 200

    async def test_registers_nobody(self, browser: AsyncClient) -> None:
        body = registration()
        url = f"{AUTH}/register"

        refused = await browser.post(f"{url}?cookies=true", json=body, headers=FOREIGN)

        assert refused.status_code == 403
        assert (await browser.post(url, json=body)).status_code == 201


class TestLogOut:
    async def test_clears_the_cookies(self, browser: AsyncClient, owner: Person) -> None:
        await log_in(browser, owner)

        answer = await browser.post(f"{AUTH}/logout", headers=OURS)

        assert answer.status_code == 204
        assert not browser.cookies
        assert (await browser.get(ME)).status_code == 401


class TestCookies:
    def test_are_secure_and_of_this_host_only_in_production(self) -> None:
        answer = StarletteResponse()

        Cookies(own=["https://app.example.com"]).set(answer, access="x", access_seconds=60)

        header = answer.headers["set-cookie"]
        assert header.startswith("__Host-access=x;")
        assert "Secure" in header
        assert "Path=/;" in header
        assert "omain" not in header
