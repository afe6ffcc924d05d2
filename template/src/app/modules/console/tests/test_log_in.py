"""Log-in, log-out and another tenant, with pages and forms alone."""

import re
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.config import OidcProvider, OidcSettings, Settings
from app.core.permissions import PUBLIC, Role, guard_of
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit import clock
from app.main import create_app
from app.modules.tenants import TenantService
from app.modules.users.repositories import UserRepository
from app.modules.users.services import SecondFactorService
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, provider
from tests.support.people import PASSWORD, Person, create_tenant

from ..pages.web import own_path
from .browser import Browser, Page

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.com"}


class TestLogIn:
    async def test_leads_where_somebody_wanted_to_go(self, browser: Browser, owner: Person) -> None:
        asked = await browser.get("/console/data/test-notes?limit=5")
        form = Page(await browser.get(asked.headers["location"])).form

        answer = await browser.log_in(owner, next=form["next"])

        assert asked.status_code == 303
        assert answer.headers["location"] == "/console/data/test-notes?limit=5"
        assert "Acme" in (await browser.get("/console")).text

    async def test_sets_new_cookies_that_no_script_reads(
        self, browser: Browser, owner: Person
    ) -> None:
        browser.cookies.set("access", "an attacker's")

        answer = await browser.log_in(owner)

        for cookie in answer.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "samesite=" in cookie.lower()
            assert "attacker" not in cookie

    @pytest.mark.parametrize(
        "sent", ["https://evil.example.com", "//evil.example.com", "/console\\..", "/consoles", ""]
    )
    def test_leads_nowhere_else(self, sent: str) -> None:
        assert own_path(sent) == "/console"

    async def test_is_refused_in_a_sentence(self, browser: Browser, owner: Person) -> None:
        for password, status in (("wrong", 401), ("", 422), ("x" * 300, 422)):
            answer = await browser.log_in(owner, password=password)
            assert answer.status_code == status
            assert 'role="alert"' in answer.text
            assert "set-cookie" not in answer.headers
            assert "wrong" not in Page(answer).form.values()

    async def test_is_not_for_foreign_pages(self, browser: Browser, owner: Person) -> None:
        form = {"username": owner.email, "password": PASSWORD}

        answer = await browser.post("/console/log-in", data=form, headers=FOREIGN)

        assert answer.status_code == 403
        assert not browser.cookies

    async def test_asks_for_the_second_factor(
        self, browser: Browser, owner: Person, runtime: Runtime
    ) -> None:
        codes = await _second_factor_of(runtime, owner)

        asked = await browser.log_in(owner, next="/console/data/test-notes")
        form = Page(asked).form
        wrong = await browser.post("/console/second-factor", data=form | {"code": "000000"})
        right = await browser.post("/console/second-factor", data=form | {"code": codes[0]})

        assert not asked.headers.get("set-cookie")
        assert wrong.status_code == 401
        assert Page(wrong).form["challenge"] == form["challenge"]
        assert right.headers["location"] == "/console/data/test-notes"
        assert (await browser.get("/console")).status_code == 200

    async def test_has_the_limits_of_the_api(self, app: FastAPI) -> None:
        """The routes share the API's mark, so that nobody gets more tries by changing the page."""
        limited = {
            str(getattr(route, "path", ""))
            for route in app.routes
            if getattr(getattr(route, "endpoint", None), "__limit__", ("",))[0] == "login"
        }

        assert {f"/console/{each}" for each in ("log-in", "second-factor", "renew")} <= limited


@pytest.mark.slow
class TestAProvider:
    @pytest.mark.parametrize("has_factor", [False, True])
    async def test_leads_back_to_the_page(
        self, settings: Settings, owner: Person, runtime: Runtime, has_factor: bool
    ) -> None:
        if has_factor:
            await _second_factor_of(runtime, owner)
        await _confirm(runtime, owner)
        with provider() as issuer:
            issuer.person = {"sub": owner.email, "email": owner.email, "email_verified": True}
            app = create_app(_with_provider(settings, issuer.issuer))
            async with Browser(app) as browser, AsyncClient(verify=False, timeout=60) as outside:
                page = await browser.get("/console/log-in")
                there = await browser.get("/console/log-in/oidc/ours?next=/console/data/users")
                back = await outside.get(there.headers["location"])
                arrived = await browser.get(back.headers["location"])
                factor = await browser.get("/console/second-factor?next=/console/data/users")
            await app.state.runtime.close()

        where, _, challenge = arrived.headers["location"].partition("#challenge=")
        assert "/console/log-in/oidc/ours?next=" in page.text
        if has_factor:
            assert where == "/console/second-factor?next=%2Fconsole%2Fdata%2Fusers"
            assert challenge
            assert Page(factor).form["next"] == "/console/data/users"
        else:
            assert where == "/console/data/users"
            assert "access" in browser.cookies

    async def test_that_is_away_leaves_people_on_the_log_in(
        self, settings: Settings, owner: Person
    ) -> None:
        app = create_app(_with_provider(settings, "http://127.0.0.1:1"))
        async with Browser(app) as browser:
            away = await browser.get("/console/log-in/oidc/ours?next=/console/members")
            unknown = await browser.get("/console/log-in/oidc/nobody")
        await app.state.runtime.close()

        assert (away.status_code, unknown.status_code) == (401, 404)
        for answer in (away, unknown):
            assert "<h1>Log in</h1>" in answer.text
            assert 'role="alert"' in answer.text
        assert Page(away).form["next"] == "/console/members"

    async def test_that_refuses_leads_back_to_the_log_in_of_the_console(
        self, settings: Settings
    ) -> None:
        with provider() as issuer:
            app = create_app(_with_provider(settings, issuer.issuer))
            async with Browser(app) as browser:
                there = await browser.get("/console/log-in/oidc/ours?next=/console/members")
                state = parse_qs(urlsplit(there.headers["location"]).query)["state"][0]
                back = f"/api/v1/auth/oidc/ours/callback?error=access_denied&state={state}"
                answer = await browser.get(back, headers={"Accept": "text/html"})
            await app.state.runtime.close()

        assert answer.status_code == 401
        assert 'href="/console/log-in?next=%2Fconsole%2Fmembers"' in answer.text


class TestAnExpiredToken:
    async def test_is_renewed_without_losing_the_form(
        self, browser: Browser, owner: Person, notes: str
    ) -> None:
        await browser.log_in(owner)
        browser.cookies.delete("access")

        answer = await browser.post(
            f"{notes}/new", data={"name": "typed for an hour"}, follow_redirects=True
        )

        assert [each.status_code for each in answer.history] == [307, 307, 303]
        assert "typed for an hour" in answer.text

    async def test_leads_to_the_log_in_if_the_log_in_is_over(
        self, browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)
        browser.cookies.delete("access")
        browser.cookies.set("refresh", "over", domain="localhost.local", path="/")

        answer = await browser.get("/console", follow_redirects=True)

        assert answer.status_code == 401
        assert "<h1>Log in</h1>" in answer.text


class TestLogOut:
    async def test_ends_the_log_in(self, browser: Browser, owner: Person) -> None:
        await browser.log_in(owner)
        kept = dict(browser.cookies)

        await browser.post("/console/log-out")

        assert not browser.cookies
        browser.cookies.update(kept)
        assert (await browser.get("/console")).status_code in (303, 307)

    async def test_ends_all_log_ins(
        self, browser: Browser, other_browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)
        await other_browser.log_in(owner)

        await browser.post("/console/log-out", data={"everywhere": "yes"})

        answer = await other_browser.get("/console", follow_redirects=True)
        assert "<h1>Log in</h1>" in answer.text


class TestSwitch:
    async def test_moves_to_another_tenant_of_the_user(
        self, browser: Browser, owner: Person, rival: Person, runtime: Runtime, notes: str
    ) -> None:
        async with open_unit(runtime, rival.actor, rival.context) as work:
            await TenantService(work).memberships.create(user_id=owner.user_id, role=Role.VIEWER)
        await browser.log_in(owner)

        moved = await browser.post("/console/switch", data={"tenant_id": str(rival.tenant_id)})
        there = await browser.get(notes)
        elsewhere = await create_tenant(runtime, "Initech")
        refused = await browser.post(
            "/console/switch", data={"tenant_id": str(elsewhere.tenant_id)}
        )

        assert moved.status_code == 303
        assert "Globex" in there.text
        assert f"{notes}/new" not in there.text
        assert refused.status_code in (403, 404)


class TestErrors:
    async def test_are_pages(self, browser: Browser, owner: Person) -> None:
        await browser.log_in(owner)

        for path, status in (("nothing", 404), ("data/nothing", 404), ("data/test-notes/x", 404)):
            answer = await browser.get(f"/console/{path}")
            assert answer.status_code == status
            assert answer.headers["content-type"].startswith("text/html")
            assert answer.headers["cache-control"] == "no-store"
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert not Page(answer).inline

    async def test_of_the_api_are_problems_still(self, browser: Browser) -> None:
        answer = await browser.get("/api/v1/users/nothing/nothing")

        assert answer.headers["content-type"] == "application/problem+json"


class TestEveryPage:
    async def test_but_the_log_in_asks_who_is_there(self, app: FastAPI, browser: Browser) -> None:
        asked = 0
        for route in app.routes:
            path = str(getattr(route, "path", ""))
            if not path.startswith("/console"):
                continue
            guard = guard_of(getattr(route, "endpoint", None))
            assert guard is not None, path
            if guard != PUBLIC:
                asked += 1
                for method in getattr(route, "methods", None) or ():
                    url = re.sub(r"\{\w+\}", owner_id(), path)
                    answer = await browser.request(method, url)
                    assert answer.headers.get("location", "").startswith("/console/log-in"), path
        assert asked > 10


def owner_id() -> str:
    return "01a21e31-9bb1-75ac-9398-6896b16510a8"


async def _second_factor_of(runtime: Runtime, person: Person) -> tuple[str, ...]:
    """Turn the second factor on, and return the recovery codes."""
    async with open_unit(runtime, person.actor, person.context) as work:
        set_up = await SecondFactorService(work).set_up(password=PASSWORD)
        codes = await SecondFactorService(work).confirm(pyotp.TOTP(set_up.secret).now())
    return tuple(codes)


async def _confirm(runtime: Runtime, person: Person) -> None:
    """Confirm the address: a provider's account is linked to confirmed ones only."""
    async with open_unit(runtime, person.actor, person.context) as work:
        users = UserRepository(work.session)
        await users.change(await users.get(person.user_id), email_verified_at=clock.now())


def _with_provider(settings: Settings, issuer: str) -> Settings:
    known = {"issuer": issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    ours = OidcProvider.model_validate(known)
    return settings.model_copy(update={"oidc": OidcSettings(providers={"ours": ours})})
