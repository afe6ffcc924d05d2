"""What a tenant's people manage: members, roles, keys, their account, the tenant, its audit log."""

import re
from datetime import timedelta

import pyotp
import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.config import Settings
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit import clock
from app.kit.ids import new_id
from app.main import create_app
from app.modules.tenants import MembershipService
from tests.support.limits import without_limits
from tests.support.people import PASSWORD, Person, add_member

from ..pages.resources import find_action
from .browser import Browser, Page
from .test_every_module import PROBE, Walk

OWN = (
    "/console/members",
    "/console/invitations",
    "/console/roles",
    "/console/api-keys",
    "/console/account",
    "/console/tenant",
    "/console/audit",
)
ME = "/api/v1/users/me"
CODES = re.compile(r"<code>([^<]+)</code>")


def role_form(name: str, *permissions: str) -> dict[str, object]:
    return {"name": name, "permissions": list(permissions)}


async def id_in(browser: Browser, url: str, text: str) -> str:
    """Return the id of the row whose line of the table has the text."""
    page = (await browser.get(url)).text
    [line] = [each for each in page.split("<tr>") if text in each]
    found = re.search(r"/([0-9a-f-]{36})/", line)
    assert found is not None
    return found[1]


class TestOwnPages:
    async def test_hold_probes_and_what_every_page_has(
        self, app: FastAPI, runtime: Runtime, browser: Browser, owner: Person
    ) -> None:
        member = await add_member(runtime, owner, Role.MEMBER)
        await browser.log_in(owner)
        walk = Walk(browser, owner, {})
        with without_limits(runtime):
            await browser.fill("/console/tenant/change", name=PROBE[:100])
            await browser.fill("/console/account/change/name", full_name=PROBE[:100])
            key = {"name": PROBE[:100], "permissions": "users:read"}
            await browser.post("/console/api-keys/new", data=key)
            await browser.post("/console/roles/new", data=role_form("clerk", "users:read"))
            role = await id_in(browser, "/console/roles", "clerk")
            row = f"/console/members/{member.user_id}"
            forms = (
                *(f"/console/account/change/{each}" for each in ("name", "email", "password")),
                *(f"/console/account/second-factor/{x}" for x in ("set-up", "codes", "remove")),
                *("/console/tenant/change", "/console/tenant/delete", "/console/account/delete"),
                *("/console/invitations/new", "/console/roles/new", "/console/api-keys/new"),
                *(f"{row}/role", f"{row}/remove"),
                *(f"/console/roles/{role}/change", f"/console/roles/{role}/delete"),
            )
            for page in (*OWN, *forms):
                answer = walk.check(await browser.get(page))
                assert answer.status_code == 200, page
                assert page not in OWN or f'href="{page}"' in answer.text
            for page in forms:
                wrong = walk.check(
                    await browser.post(page, data={"name": f"{PROBE}!", "email": PROBE})
                )
                assert wrong.status_code in (303, 401, 403, 404, 409, 422), page
                assert wrong.status_code == 303 or 'role="alert"' in wrong.text, page

        assert not walk.faults, "\n".join(walk.faults)

    async def test_show_no_buttons_to_a_viewer_who_is_refused(
        self, runtime: Runtime, browser: Browser, owner: Person
    ) -> None:
        viewer = await add_member(runtime, owner, Role.VIEWER)
        await browser.log_in(viewer)

        for page in ("/console/members", "/console/invitations", "/console/roles"):
            links = Page(await browser.get(page)).links
            assert not [x for x in links if x.endswith(("/new", "/role", "/remove", "/change"))]
        for page in ("/console/audit", "/console/api-keys", "/console/api-keys/new"):
            assert (await browser.get(page)).status_code == 403
            assert f'href="{page}"' not in (await browser.get("/console")).text
        for page, form in (
            ("/console/invitations/new", {"email": "x@example.com", "role": "viewer"}),
            ("/console/roles/new", {"name": "clerk"}),
            ("/console/api-keys/new", {"name": "key", "permissions": "users:read"}),
            (f"/console/members/{owner.user_id}/role", {"role": "viewer"}),
            (f"/console/members/{owner.user_id}/remove", {}),
            ("/console/tenant/change", {"name": "Theirs"}),
            ("/console/tenant/delete", {"name": "Acme"}),
        ):
            assert (await browser.post(page, data=form)).status_code == 403, page

    async def test_find_nothing_of_another_tenant(
        self, browser: Browser, owner: Person, rival: Person
    ) -> None:
        await browser.log_in(rival)

        assert owner.email not in (await browser.get("/console/members")).text
        for page in ("role", "remove"):
            url = f"/console/members/{owner.user_id}/{page}"
            assert (await browser.get(url)).status_code == 404
            assert (await browser.post(url, data={"role": "viewer"})).status_code == 404


class TestMembers:
    async def test_get_roles_and_are_removed(
        self, runtime: Runtime, browser: Browser, owner: Person
    ) -> None:
        member = await add_member(runtime, owner, Role.MEMBER)
        await browser.log_in(owner)
        row = f"/console/members/{member.user_id}"
        created = await browser.post(
            "/console/roles/new", data=role_form("clerk", "members:read", "users:read")
        )

        changed = await browser.fill(f"{row}/role", role="clerk")
        last = await browser.fill(f"/console/members/{owner.user_id}/role", role="viewer")

        assert created.status_code == changed.status_code == 303
        assert last.status_code == 409
        assert 'role="alert"' in last.text
        async with open_unit(runtime, owner.actor, owner.context) as work:
            assert (await MembershipService(work).get(member.user_id)).role == "clerk"
        assert (await browser.fill(f"{row}/remove")).status_code == 303
        assert member.email not in (await browser.get("/console/members")).text

    async def test_are_invited_with_a_token_that_is_shown_once(
        self, browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)

        answer = await browser.fill("/console/invitations/new", email="bob@example.com")
        row = await id_in(browser, "/console/invitations", "bob@example.com")

        assert f"{owner.tenant_id}." in answer.text
        assert f"{owner.tenant_id}." not in (await browser.get("/console/invitations")).text
        withdrawn = await browser.post(f"/console/invitations/{row}/withdraw")
        assert withdrawn.status_code == 303
        assert "bob@example.com" not in (await browser.get("/console/invitations")).text


class TestRoles:
    async def test_are_not_overwritten_unseen(self, browser: Browser, owner: Person) -> None:
        await browser.log_in(owner)
        await browser.post("/console/roles/new", data=role_form("clerk", "users:read"))
        row = f"/console/roles/{await id_in(browser, '/console/roles', 'clerk')}"
        version = Page(await browser.get(f"{row}/change")).form["version"]
        given = {"version": version, "permissions": ["users:read", "members:read"]}

        first = await browser.post(f"{row}/change", data=given)
        second = await browser.post(f"{row}/change", data=given)

        assert first.status_code == 303
        assert second.status_code in (409, 412)
        assert "Somebody else changed this" in second.text
        assert (await browser.fill(f"{row}/delete")).status_code == 303


class TestApiKeys:
    async def test_are_shown_once_and_revoked(self, browser: Browser, owner: Person) -> None:
        await browser.log_in(owner)

        given = ["users:read", "members:read"]
        form = {"name": "Sync", "permissions": given, "expires_in_days": "30"}
        made = await browser.post("/console/api-keys/new", data=form)
        [key] = re.findall(r"<dt>Key</dt><dd>([^<]+)", made.text)
        headers = {"Authorization": f"Bearer {key}"}
        browser.cookies.clear()
        used = await browser.get("/api/v1/users", headers=headers)
        await browser.log_in(owner)
        row = await id_in(browser, "/console/api-keys", "Sync")
        assert key not in (await browser.get("/console/api-keys")).text
        revoked = await browser.fill(f"/console/api-keys/{row}/revoke")
        browser.cookies.clear()

        assert used.status_code == 200
        assert revoked.status_code == 303
        assert (await browser.get("/api/v1/users", headers=headers)).status_code == 401


class TestYourAccount:
    async def test_has_a_second_factor_with_a_qr_code(
        self, runtime: Runtime, browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)
        url = "/console/account/second-factor"

        with without_limits(runtime):
            refused = await browser.fill(f"{url}/set-up", password="wrong")
            asked = await browser.fill(f"{url}/set-up", password=PASSWORD)
            form = Page(asked).form
            wrong = await browser.post(f"{url}/confirm", data=form | {"code": "000000"})
            code = pyotp.TOTP(form["secret"]).now()
            done = await browser.post(f"{url}/confirm", data=Page(wrong).form | {"code": code})
            codes = CODES.findall(done.text)
            await browser.fill(f"{url}/codes", password=PASSWORD, code=codes[0])
            removed = await browser.fill(f"{url}/remove", password=PASSWORD, code=codes[1])

        assert refused.status_code == 401
        assert "<svg" in asked.text
        assert "QR code" in asked.text
        assert wrong.status_code == 401
        assert "<svg" in wrong.text
        assert len(codes) == 10
        assert removed.status_code in (303, 401)

    async def test_changes_name_password_and_address(
        self, runtime: Runtime, browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)
        url = "/console/account/change"

        with without_limits(runtime):
            named = await browser.fill(f"{url}/name", full_name="Ada King")
            mailed = await browser.fill(f"{url}/email", email="k@example.com", password=PASSWORD)
            weak = await browser.fill(
                f"{url}/password", current_password=PASSWORD, new_password="password"
            )
            wrong = await browser.fill(
                f"{url}/password", current_password="wrong", new_password="a long new sentence"
            )
            fine = await browser.fill(
                f"{url}/password", current_password=PASSWORD, new_password="a long new sentence"
            )

        assert [x.status_code for x in (named, mailed, fine)] == [303, 303, 303]
        assert weak.status_code == 422
        assert 'role="alert"' in weak.text
        assert wrong.status_code == 401
        assert "Ada King" in (await browser.get("/console/account")).text
        assert (await browser.get(f"{url}/else")).status_code == 404

    async def test_keeps_what_a_form_does_not_change(
        self, browser: Browser, owner: Person, client: AsyncClient
    ) -> None:
        await client.patch(ME, json={"language": "de", "time_zone": "Europe/Berlin"})
        await browser.log_in(owner)
        url = "/console/account/change/name"

        await browser.fill(url, full_name="Ada King")
        kept = (await client.get(ME)).json()
        await browser.fill(url, language="en", time_zone="")
        changed = (await client.get(ME)).json()

        assert (kept["full_name"], kept["language"]) == ("Ada King", "de")
        assert kept["time_zone"] == "Europe/Berlin"
        assert (changed["language"], changed["time_zone"]) == ("en", None)

    async def test_is_saved_as_a_file_and_deleted(
        self, app: FastAPI, runtime: Runtime, browser: Browser, owner: Person
    ) -> None:
        member = await add_member(runtime, owner, Role.MEMBER)
        await browser.log_in(member)
        url = "/console/account"

        with without_limits(runtime):
            stored = await browser.get(f"{url}/export")
            wrong = await browser.fill(f"{url}/delete", password="wrong")
            gone = await browser.fill(f"{url}/delete", password=PASSWORD)
            said = await browser.get(gone.headers["location"])
            again = await browser.log_in(member)

        assert member.email in stored.text
        assert "attachment" in stored.headers["content-disposition"]
        assert (wrong.status_code, gone.status_code) == (401, 303)
        assert "Your account is deleted." in said.text
        assert again.status_code == 401

    async def test_of_the_last_owner_stays_and_says_why(
        self, runtime: Runtime, browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)

        with without_limits(runtime):
            refused = await browser.fill("/console/account/delete", password=PASSWORD)

        assert refused.status_code == 409
        assert 'role="alert"' in refused.text
        assert (await browser.get("/console/account")).status_code == 200

    async def test_lists_log_ins_and_ends_them(
        self, browser: Browser, other_browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)
        await other_browser.log_in(owner)

        page = (await browser.get("/console/account")).text
        ends = re.findall(r'action="(/console/account/sessions/[^"]+/end)"', page)
        for each in ends:
            assert (await browser.post(each)).status_code == 303
        again = await other_browser.get("/console/account")

        assert ends
        assert again.status_code in (303, 307)
        assert (await browser.post("/console/account/end-other-sessions")).status_code == 303


class TestTheTenant:
    async def test_is_changed_unless_somebody_else_did(
        self, browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)
        opened = Page(await browser.get("/console/tenant/change")).form

        first = await browser.post("/console/tenant/change", data=opened | {"name": "Acme & Sons"})
        second = await browser.post("/console/tenant/change", data=opened | {"currency": "CHF"})
        wrong = await browser.fill("/console/tenant/change", language="tlh")

        assert first.status_code == 303
        assert second.status_code in (409, 412)
        assert wrong.status_code == 422
        assert "field-language-wrong" in wrong.text
        assert "Acme &amp; Sons" in (await browser.get("/console/tenant")).text

    async def test_is_deleted_after_its_name_was_typed(
        self, browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)

        kept = await browser.fill("/console/tenant/delete", name="Umbrella")
        gone = await browser.fill("/console/tenant/delete", name="Acme")

        assert kept.status_code == 422
        assert gone.status_code == 303
        assert (await browser.get("/console/tenant")).status_code in (303, 307)


class TestTheAuditLog:
    async def test_shows_differences_and_is_filtered(
        self, browser: Browser, owner: Person, runtime: Runtime
    ) -> None:
        admin = await add_member(runtime, owner, Role.ADMIN)
        async with open_unit(runtime, admin.actor, admin.context) as work:
            work.audit("tests.other")
        await browser.log_in(owner)
        await browser.fill("/console/tenant/change", name="Acme & Sons")
        url = "/console/audit"
        soon = f"{clock.now() + timedelta(hours=1):%Y-%m-%dT%H:%M}"

        page = (await browser.get(f"{url}?action=tenants.*")).text

        assert "<del>Acme</del> <ins>Acme &amp; Sons</ins>" in page
        assert "tests.other" not in page
        for query, found in (
            (f"actor_id={admin.user_id}", True),
            (f"actor_id={owner.user_id}", False),
            (f"at_until={soon}", True),
            (f"at_from={soon}", False),
        ):
            listed = await browser.get(f"{url}?{query}")
            assert listed.status_code == 200
            assert ("<td>tests.other</td>" in listed.text) is found, query


class TestNotificationsAndWebhooks:
    async def test_have_pages_where_the_module_was_chosen(
        self, app: FastAPI, browser: Browser, owner: Person
    ) -> None:
        await browser.log_in(owner)
        start = (await browser.get("/console")).text

        for path, page in (
            ("notifications", "/console/notifications"),
            ("webhooks/endpoints", "/console/data/webhooks.endpoints"),
            ("webhooks/deliveries", "/console/data/webhooks.deliveries"),
        ):
            is_chosen = find_action(app, "GET", path) is not None
            assert (await browser.get(page)).status_code == (200 if is_chosen else 404)
            assert (f'href="{page}"' in start) is is_chosen

    async def test_mark_and_prefer(self, app: FastAPI, browser: Browser, owner: Person) -> None:
        if find_action(app, "GET", "notifications") is None:
            pytest.skip("this project has no notifications")
        await browser.log_in(owner)

        url = "/console/notifications"
        chosen = await browser.post(f"{url}/preferences/tests.done", data={"in_app": "true"})

        assert chosen.status_code == 303
        assert (await browser.post(f"{url}/read")).status_code == 303
        assert (await browser.post(f"{url}/{new_id()}/read")).status_code == 404
        assert "tests.done" in (await browser.get(url)).text


class TestEmails:
    async def test_are_previewed_in_development_only(
        self, settings: Settings, browser: Browser
    ) -> None:
        app = create_app(settings.model_copy(update={"environment": "development"}))
        async with Browser(app) as developer:
            page = await developer.get("/console/log-in")
            moved = await developer.get("/console/mail")
            shown = await developer.get(moved.headers["location"])
        await app.state.runtime.close()

        assert "/console/mail" in Page(page).links
        assert "users/reset-password" in shown.text
        assert "/console/mail" not in Page(await browser.get("/console/log-in")).links
        assert (await browser.get("/console/mail")).status_code == 404
