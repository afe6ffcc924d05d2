"""Log-in with a provider's account, against a provider that speaks HTTP."""

from typing import Any

import pytest
from httpx import AsyncClient
from joserfc.jwk import RSAKey

from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.oidc_provider import Provider
from tests.support.people import Person

from .oidc import OIDC, OURS, Trip, confirm, person
from .test_auth import invite
from .test_second_factor import set_up

A_BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "de"}

pytestmark = pytest.mark.usefixtures("honest")


@pytest.fixture
def browser(oidc_browser: AsyncClient) -> AsyncClient:
    return oidc_browser


class TestLogIn:
    async def test_registers_who_is_new(self, browser: AsyncClient, honest: Provider) -> None:
        arrived = await Trip(browser).make()
        me = (await browser.get("/api/v1/users/me")).json()

        assert arrived.status_code == 303
        assert arrived.headers["location"] == "http://localhost:8000"
        assert me["email"] == honest.person["email"]
        assert me["email_verified_at"] is not None
        assert me["role"] == "owner"

    async def test_finds_the_same_user_again(self, browser: AsyncClient, honest: Provider) -> None:
        await Trip(browser).make()
        first = (await browser.get("/api/v1/users/me")).json()
        honest.person["email"] = f"{new_id()}@example.com"

        await Trip(browser).make()

        assert (await browser.get("/api/v1/users/me")).json()["id"] == first["id"]

    async def test_is_linked_to_a_confirmed_address(
        self, browser: AsyncClient, honest: Provider, runtime: Runtime, owner: Person
    ) -> None:
        await confirm(runtime, owner)
        honest.person = person(email=owner.email.upper())

        await Trip(browser).make()

        assert (await browser.get("/api/v1/users/me")).json()["id"] == str(owner.user_id)

    async def test_takes_over_no_account_that_somebody_prepared(
        self, browser: AsyncClient, honest: Provider, owner: Person
    ) -> None:
        honest.person = person(email=owner.email)

        arrived = await Trip(browser).make()

        assert arrived.status_code == 401
        assert (await browser.get("/api/v1/users/me")).status_code == 401

    @pytest.mark.parametrize("told", [{"email_verified": False}, {"email": None}])
    async def test_needs_an_address_that_the_provider_vouches_for(
        self, browser: AsyncClient, honest: Provider, told: dict[str, Any]
    ) -> None:
        honest.lies = told

        assert (await Trip(browser).make()).status_code == 401

    async def test_asks_for_the_second_factor(
        self,
        browser: AsyncClient,
        honest: Provider,
        client: AsyncClient,
        runtime: Runtime,
        owner: Person,
    ) -> None:
        await confirm(runtime, owner)
        await set_up(client)
        honest.person = person(email=owner.email)

        arrived = await Trip(browser).make()

        assert "/second-factor#challenge=" in arrived.headers["location"]
        assert (await browser.get("/api/v1/users/me")).status_code == 401

    async def test_lets_one_accept_an_invitation_without_a_password(
        self, browser: AsyncClient, honest: Provider, rival: Person, anonymous: AsyncClient
    ) -> None:
        await Trip(browser).make()
        token = await invite(anonymous, rival, honest.person["email"])

        joined = await browser.post("/api/v1/auth/join", json={"token": token}, headers=OURS)

        assert joined.status_code == 200
        me = (await browser.get("/api/v1/users/me")).json()
        assert me["tenant_id"] == str(rival.tenant_id)


class TestAnAnswer:
    @pytest.mark.parametrize(
        "lie",
        [
            {"nonce": "another log-in's"},
            {"nonce": None},
            {"aud": "another client"},
            {"azp": "another client"},
            {"iss": "https://evil.example.com"},
            {"exp": 1_000_000_000},
            {"sub": None},
        ],
    )
    async def test_that_lies_is_refused(
        self, browser: AsyncClient, honest: Provider, lie: dict[str, Any]
    ) -> None:
        honest.lies = lie

        assert (await Trip(browser).make()).status_code == 401

    async def test_signed_with_another_key_is_refused(
        self, browser: AsyncClient, honest: Provider
    ) -> None:
        honest.signs_with = RSAKey.generate_key(2048)

        assert (await Trip(browser).make()).status_code == 401

    async def test_with_another_state_is_refused(self, browser: AsyncClient) -> None:
        back = await Trip(browser).leave()

        assert (await browser.get(back[:-5] + "wrong")).status_code == 401

    async def test_in_another_browser_is_refused(self, browser: AsyncClient) -> None:
        """Otherwise an attacker could log a victim in to the attacker's account."""
        back = await Trip(browser).leave()
        browser.cookies.clear()

        assert (await browser.get(back)).status_code == 401

    async def test_of_another_provider_is_refused(self, browser: AsyncClient) -> None:
        back = await Trip(browser).leave()

        answer = await browser.get(back.replace("/ours/", "/other/"))

        assert answer.status_code == 401
        assert answer.json()["detail"] == "The answer belongs to another log-in."

    async def test_that_refuses_is_said_so(self, browser: AsyncClient) -> None:
        back = await Trip(browser).leave()
        refusal = f"{back.partition('?')[0]}?error=access_denied&{back.partition('&')[2]}"

        answer = await browser.get(refusal)

        assert answer.status_code == 401
        assert answer.json()["detail"] == "The provider refused it, or you did not agree there."

    async def test_works_once(self, browser: AsyncClient) -> None:
        back = await Trip(browser).leave()
        first = await browser.get(back)

        assert first.status_code == 303
        assert (await browser.get(back)).status_code == 401


class TestABrowser:
    """A person sees a page with a way on, in their language, whatever went wrong."""

    @pytest.mark.parametrize(
        ("query", "detail"),
        [
            ("error=access_denied", "in einem anderen Browser begonnen"),
            ("code=x&state=wrong", "in einem anderen Browser begonnen"),
            (f"code={'x' * 3000}", "Die Anfrage enthält ungültige Angaben"),
        ],
    )
    async def test_is_shown_a_page_without_a_log_in_that_began(
        self, browser: AsyncClient, query: str, detail: str
    ) -> None:
        answer = await browser.get(f"{OIDC}/ours/callback?{query}", headers=A_BROWSER)

        assert answer.status_code in (401, 422)
        assert detail in answer.text
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-store"
        assert 'href="http://localhost:8000/"' in answer.text
        assert '<html lang="de">' in answer.text

    async def test_is_shown_what_the_provider_said(self, browser: AsyncClient) -> None:
        back = await Trip(browser).leave()
        refusal = f"{back.partition('?')[0]}?error=access_denied&{back.partition('&')[2]}"

        answer = await browser.get(refusal, headers=A_BROWSER)

        assert "Der Anbieter hat abgelehnt" in answer.text

    async def test_is_shown_a_page_when_the_provider_is_away_or_unknown(
        self, browser: AsyncClient
    ) -> None:
        for name, status in (("gone", 401), ("nobody", 404)):
            answer = await browser.get(f"{OIDC}/{name}", headers=A_BROWSER)
            assert answer.status_code == status
            assert answer.headers["content-type"].startswith("text/html")
            assert 'class="way-on"' in answer.text


class TestProviders:
    async def test_are_listed(self, browser: AsyncClient) -> None:
        assert (await browser.get(OIDC)).json() == {"providers": ["gone", "other", "ours"]}

    async def test_that_are_unknown_or_away_are_problems(self, browser: AsyncClient) -> None:
        unknown = await browser.get(f"{OIDC}/nobody")
        away = await browser.get(f"{OIDC}/gone")

        assert (unknown.status_code, away.status_code) == (404, 401)
        assert away.headers["content-type"] == "application/problem+json"
