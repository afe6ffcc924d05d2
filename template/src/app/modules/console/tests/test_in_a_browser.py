"""The console in Chromium: what only a browser can show.

Skipped where there is no Chromium: `apt-get install chromium` brings one.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pyotp
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id
from app.modules.tenants import InvitationService
from app.modules.users import UserService
from app.modules.users.tests.test_email_links import age
from tests.support.chromium import expect, is_bad, launched, needs_chromium, served
from tests.support.mail import mails_to
from tests.support.notes import NoteRepository, names
from tests.support.people import PASSWORD, Person, add_member, create_tenant

from .test_own_pages import OWN
from .test_platform import PAGES, PLATFORM

axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe is not installed")

PROBE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
FORMS = (
    "/console/roles/new",
    "/console/api-keys/new",
    "/console/invitations/new",
    "/console/tenant/change",
    "/console/account/change/password",
    "/console/account/second-factor/set-up",
    "/console/account/delete",
    "/console/data/files/upload",
)
NEW_PASSWORD = "a whole new sentence"
SERIOUS = ("serious", "critical")

pytestmark = [pytest.mark.slow, needs_chromium]

OpenAs = Callable[..., Awaitable[Any]]


@pytest_asyncio.fixture(scope="module")
async def url(app: FastAPI) -> AsyncIterator[str]:
    async with served(app) as url:
        yield url


@pytest_asyncio.fixture(scope="module")
async def chromium() -> AsyncIterator[Any]:
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture
async def open_as(chromium: Any, url: str) -> AsyncIterator[OpenAs]:
    """Log somebody in, in a browser of their own, and return the page."""
    contexts = []
    complaints: list[str] = []

    async def log_in(person: Person, path: str = "/console", **options: Any) -> Any:
        context = await chromium.new_context(base_url=url, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = await context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if is_bad(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(path)
        await _fill_in(page, person)
        await page.wait_for_url(f"**{path}")
        return page

    yield log_in
    for context in contexts:
        await context.close()
    assert not complaints, complaints


async def save(page: Any, name: str) -> None:
    await page.get_by_label("Name").fill(name)
    await page.locator("main form button").click()


class TestTheConsole:
    async def test_creates_and_changes_a_row(
        self, open_as: OpenAs, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        page = await open_as(owner, notes)

        await page.get_by_role("link", name="New").click()
        await save(page, PROBE)
        created = await page.locator("h1").inner_text()
        await page.get_by_role("link", name="Change").click()
        await save(page, "Sea of Tranquillity")

        assert created == PROBE
        assert "owned" not in await page.title()
        assert await page.get_by_role("status").inner_text() == "Saved."
        assert await names(runtime, owner) == {"Sea of Tranquillity"}

    async def test_tells_the_second_of_two_people(
        self, open_as: OpenAs, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        colleague = await add_member(runtime, owner, Role.MEMBER)
        row = await _row(runtime, owner, notes, "first")
        mine, theirs = [await open_as(each, f"{row}/change") for each in (owner, colleague)]

        await save(theirs, "theirs")
        await theirs.get_by_role("status").wait_for()
        await save(mine, "mine")

        said = await mine.get_by_role("alert").inner_text()
        assert said.startswith("Somebody else changed this")
        assert await mine.get_by_label("Name").input_value() == "mine"
        assert await names(runtime, owner) == {"theirs"}

    async def test_shows_nothing_of_another_tenant(
        self, open_as: OpenAs, owner: Person, rival: Person, runtime: Runtime, notes: str
    ) -> None:
        row = await _row(runtime, owner, notes, "secret plan")
        page = await open_as(rival)

        answer = await page.goto(row)

        assert answer.status == 404
        assert "secret plan" not in await page.content()

    async def test_has_no_buttons_for_a_viewer_and_refuses_their_forms(
        self, open_as: OpenAs, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        viewer = await add_member(runtime, owner, Role.VIEWER)
        row = await _row(runtime, owner, notes, "kept")
        page = await open_as(viewer, row)

        buttons = page.get_by_role("link", name="Change").or_(
            page.get_by_role("link", name="Delete")
        )
        refused = await page.evaluate(
            "url => fetch(url, {method: 'POST', body: new URLSearchParams({name: 'x'})})"
            ".then(answer => answer.status)",
            f"{row}/change",
        )

        assert await buttons.count() == 0
        assert refused == 403
        assert await names(runtime, owner) == {"kept"}

    async def test_is_in_nobodys_frame_and_runs_nothing_inline(
        self, open_as: OpenAs, owner: Person, url: str, chromium: Any
    ) -> None:
        page = await open_as(owner)
        answer = await page.goto("/console")
        policy = answer.headers["content-security-policy"]
        thief = await chromium.new_page()

        await thief.set_content(f'<iframe src="{url}/console/log-in"></iframe>')
        await thief.wait_for_load_state("networkidle")
        framed = [each for each in thief.frames if each != thief.main_frame]

        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert not any([await each.locator("#password").count() for each in framed])
        await thief.close()

    async def test_is_not_for_the_forms_of_other_pages(
        self, open_as: OpenAs, owner: Person, runtime: Runtime, url: str, notes: str
    ) -> None:
        page = await open_as(owner)
        form = f'<form method="post" action="{url}{notes}/new"><input name="name" value="x"></form>'
        await page.goto("data:text/html,<p>elsewhere</p>")
        await page.set_content(form)

        async with page.expect_navigation() as sent:
            await page.evaluate("document.forms[0].submit()")

        assert (await (await sent.value).all_headers())["content-type"].startswith("text/html")
        assert (await sent.value).status == 403
        assert await names(runtime, owner) == set()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_has_nothing_serious_for_axe_and_fits_a_phone(
        self, open_as: OpenAs, runtime: Runtime, notes: str, scheme: str
    ) -> None:
        superuser = await create_tenant(runtime, is_superuser=True)
        row = await _row(runtime, superuser, notes, "a note")
        phone = {"viewport": {"width": 360, "height": 740}}
        page = await open_as(superuser, color_scheme=scheme, bypass_csp=True, **phone)
        found = []

        for path in (
            "/console",
            notes,
            f"{notes}/new",
            row,
            f"{row}/change",
            f"{row}/delete",
            "/console/x",
            *OWN,
            *FORMS,
            *(f"{PLATFORM}/{each}" for each in PAGES),
            f"{PLATFORM}/people/{superuser.user_id}/support",
        ):
            await page.goto(path)
            checked = await axe.Axe().run(page)
            wrong = [each for each in checked.response["violations"] if each["impact"] in SERIOUS]
            found += [f"{path}: {each['help']}: {each['nodes'][0]['html']}" for each in wrong]
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} is wider than a phone")

        assert not found, "\n".join(found)

    async def test_works_with_the_keyboard_alone(
        self, open_as: OpenAs, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        page = await open_as(owner, f"{notes}/new")

        await page.keyboard.press("Tab")
        skip = await page.evaluate("document.activeElement.textContent")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.type("typed")
        await page.keyboard.press("Enter")
        await page.get_by_role("status").wait_for()

        assert skip == "Skip to the content"
        assert await names(runtime, owner) == {"typed"}


class TestAPicker:
    async def test_finds_what_is_typed(
        self, open_as: OpenAs, owner: Person, runtime: Runtime
    ) -> None:
        colleague = await add_member(runtime, owner, Role.MEMBER)
        async with open_unit(runtime, colleague.actor, colleague.context) as work:
            await UserService(work).change(full_name="Grace Hopper")
        page = await open_as(owner, "/console/audit")

        await page.get_by_placeholder("Search").fill("hopp")

        await expect(page.locator("#filter-actor_id")).to_have_value(str(colleague.user_id))


class TestALogIn:
    async def test_gets_cookies_that_nobody_knew_before(
        self, chromium: Any, url: str, owner: Person
    ) -> None:
        """Session fixation: what an attacker has set in the browser is not what is logged in."""
        context = await chromium.new_context(base_url=url)
        foreign = [{"name": name, "value": "foreign", "url": url} for name in ("access", "refresh")]
        await context.add_cookies(foreign)
        page = await context.new_page()

        await page.goto("/console/log-in")
        await _fill_in(page, owner)
        await page.wait_for_url("**/console")
        kept = {each["name"]: each for each in await context.cookies()}

        assert {"access", "refresh"} <= kept.keys()
        assert "foreign" not in {each["value"] for each in kept.values()}
        assert all(each["httpOnly"] for each in kept.values())
        await context.close()

    async def test_ends_when_the_person_is_suspended(
        self, open_as: OpenAs, owner: Person, runtime: Runtime, url: str, notes: str
    ) -> None:
        superuser = await create_tenant(runtime, is_superuser=True)
        page = await open_as(owner, f"{notes}/new")
        async with AsyncClient(base_url=url, headers=superuser.headers, timeout=60) as platform:
            done = await platform.post(f"/api/v1/admin/users/{owner.user_id}/suspend")

        await save(page, "too late")
        await page.get_by_role("heading", name="Log in").wait_for()

        assert done.status_code == 200
        assert await names(runtime, owner) == set()

    async def test_of_support_reads_under_a_banner_and_ends_with_one_click(
        self, open_as: OpenAs, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        superuser = await create_tenant(runtime, "Platform", is_superuser=True)
        people = "/console/platform/people"
        page = await open_as(superuser, f"{people}/{owner.user_id}/support")

        await page.get_by_label("Reason").fill("Ticket 7")
        await page.get_by_role("button", name="Look").click()
        banner = page.locator(".banner")
        await banner.wait_for()
        await page.goto(f"{notes}/new")
        said = await banner.inner_text()
        await save(page, "by support")
        refused = await page.locator("h1").inner_text()
        await page.goto("/console")
        await page.get_by_role("button", name="End the support").click()
        await page.wait_for_url(f"**{people}")

        assert "Support as Ada" in said
        assert refused == "Support is read-only"
        assert await banner.count() == 0
        assert await names(runtime, owner) == set()


class TestAGermanBrowser:
    async def test_is_shown_german_before_and_after_the_log_in(
        self, chromium: Any, url: str, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await UserService(work).change(language="de")
        context = await chromium.new_context(base_url=url, locale="de-DE")
        page = await context.new_page()

        await page.goto(f"{notes}/new")
        before = await page.locator("h1").inner_text()
        await page.get_by_label("E-Mail-Adresse").fill(owner.email)
        await page.get_by_label("Passwort").fill(PASSWORD)
        await page.get_by_role("button", name="Anmelden").click()
        await page.get_by_label("Name").fill("Meer der Ruhe")
        await page.get_by_role("button", name="Anlegen").click()

        assert before == "Anmelden"
        assert await page.get_by_role("status").inner_text() == "Angelegt."
        assert await page.locator("html").get_attribute("lang") == "de"
        await context.close()


class TestAPersonsWay:
    async def test_goes_from_registration_to_a_row_with_a_second_factor(
        self, chromium: Any, url: str, runtime: Runtime, notes: str
    ) -> None:
        """Register, confirm, invite, accept, choose a second factor, log in with it, write."""
        founder, invited = f"{new_id()}@example.com", f"{new_id()}@example.com"
        first, second = [await chromium.new_context(base_url=url) for _ in range(2)]
        page, theirs = await first.new_page(), await second.new_page()

        await _register(page, founder)
        await _confirm(page, await _link(runtime, founder, url))
        await page.goto("/console/invitations/new")
        await page.get_by_label("E-mail address").fill(invited)
        await page.get_by_label("Role").select_option("member")
        await page.get_by_role("button", name="Invite").click()
        await page.get_by_role("heading", name="Invited").wait_for()
        await _accept(theirs, await _link(runtime, invited, url), invited)
        code = await _choose_second_factor(theirs)
        await theirs.goto("/console")
        await theirs.locator("details.person summary").click()
        await theirs.get_by_role("button", name="Log out", exact=True).click()
        await theirs.get_by_label("E-mail address").fill(invited)
        await theirs.get_by_label("Password").fill(PASSWORD)
        await theirs.get_by_role("button", name="Log in").click()
        await theirs.get_by_label("Code, or one of your recovery codes").fill(code)
        await theirs.get_by_role("button", name="Log in").click()
        await theirs.wait_for_url("**/console")
        await theirs.goto(f"{notes}/new")
        await save(theirs, "written by the invited")

        assert await theirs.get_by_role("status").inner_text() == "Created."
        await page.goto(notes)
        assert "written by the invited" in await page.locator("table").inner_text()
        await first.close()
        await second.close()


class TestAForgottenPassword:
    async def test_is_replaced_by_the_link_of_the_mail_once(
        self, chromium: Any, url: str, owner: Person, runtime: Runtime
    ) -> None:
        context = await chromium.new_context(base_url=url)
        page = await context.new_page()
        link = await _ask_for_new_password(page, owner, runtime, url)

        for expected in (".done", ".expired"):
            await page.goto("about:blank")
            await page.goto(link)
            await page.get_by_label("New password").fill(NEW_PASSWORD)
            await page.get_by_role("button", name="Set the password").click()
            await page.locator(expected).wait_for()
        used = await page.locator(".expired h2").inner_text()
        await page.get_by_role("link", name="Ask for a new link").click()
        await page.get_by_role("button", name="Send the link").wait_for()
        await page.goto("/console/log-in")
        await _fill_in(page, owner, NEW_PASSWORD)
        await page.wait_for_url("**/console")

        assert used == "This link has expired or was used"
        await context.close()

    async def test_is_kept_when_the_link_has_expired(
        self, chromium: Any, url: str, owner: Person, runtime: Runtime
    ) -> None:
        context = await chromium.new_context(base_url=url)
        page = await context.new_page()
        link = await _ask_for_new_password(page, owner, runtime, url)
        await age(runtime, owner.user_id)

        await page.goto(link)
        await page.get_by_label("New password").fill(NEW_PASSWORD)
        await page.get_by_role("button", name="Set the password").click()

        await page.get_by_role("link", name="Ask for a new link").wait_for()
        await context.close()


class TestAUsedLink:
    async def test_says_so_and_leads_to_the_log_in(
        self, chromium: Any, url: str, owner: Person, runtime: Runtime
    ) -> None:
        registered, invited = f"{new_id()}@example.com", f"{new_id()}@example.com"
        contexts = [await chromium.new_context(base_url=url) for _ in range(2)]
        page, theirs = [await each.new_page() for each in contexts]
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await InvitationService(work).invite(email=invited, role="member")
        await _register(page, registered)
        links = await _link(runtime, registered, url), await _link(runtime, invited, url)

        for way in (".done", ".expired"):
            await page.goto("about:blank")
            await _confirm(page, links[0], way)
            await theirs.goto("about:blank")
            await _accept(theirs, links[1], invited, way)
        for each in (page, theirs):
            await each.locator(".expired a").click()
            await each.wait_for_url("**/")

        assert await theirs.get_by_role("heading", name="Welcome").is_visible()
        for each in contexts:
            await each.close()


async def _ask_for_new_password(page: Any, person: Person, runtime: Runtime, url: str) -> str:
    """Ask by the pages, from the log-in on, and return the link of the e-mail."""
    await page.goto("/")
    await page.get_by_role("link", name="Forgot the password?").click()
    await page.get_by_label("E-mail address").fill(person.email)
    await page.get_by_role("button", name="Send the link").click()
    await page.locator(".done").wait_for()
    return await _link(runtime, person.email, url)


async def _register(page: Any, email: str) -> None:
    await page.goto("/register")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Your name").fill("Ada")
    await page.get_by_label("Your organisation").fill("Acme")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Register").click()
    await page.locator(".done").wait_for()


async def _link(runtime: Runtime, email: str, url: str) -> str:
    """Return where the link of the last e-mail leads, on the server of this test."""
    link = (await mails_to(runtime, email))[-1].links[0]
    return link.replace(runtime.settings.public_url, url)


async def _confirm(page: Any, link: str, way: str = ".done") -> None:
    await page.goto(link)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Confirm").click()
    await page.locator(way).wait_for()


async def _accept(page: Any, link: str, email: str, way: str = ".done") -> None:
    await page.goto(link)
    await page.get_by_label("The e-mail address that was invited").fill(email)
    await page.get_by_label("Your name").fill("Eve")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Accept").click()
    await page.locator(way).wait_for()


async def _choose_second_factor(page: Any) -> str:
    """Set a device up, and return one of the recovery codes."""
    await page.goto("/console/account/second-factor/set-up")
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Go on").click()
    secret = await page.locator("dd code").inner_text()
    await page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    await page.get_by_role("button", name="Turn it on").click()
    await page.get_by_role("heading", name="Recovery codes").wait_for()
    found: str = await page.locator("main code").first.inner_text()
    return found


async def _fill_in(page: Any, person: Person, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail address").fill(person.email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()


async def _row(runtime: Runtime, person: Person, notes: str, name: str) -> str:
    async with open_unit(runtime, person.actor, person.context) as work:
        note = await NoteRepository(work.session).create(name=name)
    return f"{notes}/{note.id}"
