"""Every page is in the language of the person: nothing that it says of its own stays English.

The pages are shown in a language whose texts are marked: what has no mark is somebody's data, or
was written into a page without a translation.
"""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import Response

from app.cli._messages import messages
from app.core.languages import APP, _text, _translation
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.currencies import CURRENCIES
from app.kit.time_zones import time_zones
from app.modules.users import UserService
from tests.support.limits import without_limits
from tests.support.people import Person, add_member, create_tenant

from ..pages._rows import STANDARD
from ..pages.resources import find_resources
from ..pages.web import _texts
from .browser import Browser
from .test_every_module import Walk
from .test_own_pages import id_in
from .test_platform import enqueue, fail

BEGIN, END = "⟦", "⟧"
SHOWN = ("alt", "aria-label", "placeholder", "title")
TEMPLATES = APP / "modules" / "console" / "templates"
OWN_WORDS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
NO_TEXT = re.compile(r"{% trans .*?endtrans %}|{% set \w+ %}.*?{% endset %}", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
DATA = re.compile(
    r"[a-z0-9_.*-]+@[\w.-]+"  # an address
    r"|[a-z0-9_]+:[a-z0-9_]+(, [a-z0-9_]+:[a-z0-9_]+)*"  # permissions
    r"|[\w-]+([.:/][\w.-]+)+"  # names of events, acts and jobs, versions
    r"|[\d., ]+[\d:]+ (UTC|[A-Z]{2,4})"  # a moment
    r"|python-httpx.*|[A-Z0-9]{20,}|[0-9a-f]{32}|ak_\S+|test|EUR|UTC|en|acme(-[0-9a-f]+)?|script-alert.*"
)
STORED = re.compile(r"/console/(audit|data/|platform/(audit|jobs/))")
"""Pages that show words as they are stored: names of tables and fields, roles, reasons."""
EVERYBODYS = re.compile(r"/console/(data/admin|platform/)")
"""Pages whose tables show what other tests have written."""


class Marked(dict[str, str]):
    """A catalogue that has everything, marks it, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __bool__(self) -> bool:
        return True

    def get(self, english: str, default: Any = None) -> Any:
        self.asked.add(english)
        return f"{BEGIN}{english}{END}"


class Said(HTMLParser):
    """What a page says: its texts, and what it says to screen readers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.cells: set[str] = set()
        self._silent = 0
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._in_cell = self._in_cell or tag == "td"
        self._silent += tag in ("script", "style", "code", "pre", "textarea")
        self.texts |= {value for name, value in attributes if name in SHOWN and value}

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag != "td"
        self._silent -= tag in ("script", "style", "code", "pre", "textarea")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            (self.cells if self._in_cell else self.texts).add(" ".join(data.split()))

    def said(self, *, cells: bool) -> set[str]:
        return self.texts | self.cells if cells else self.texts


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Marked:
    found = Marked()
    for module in (_text, _texts):
        monkeypatch.setattr(module, "catalogue", lambda _: found)
    with_values = Marked()
    monkeypatch.setattr(_translation, "catalogue", lambda _: with_values)
    return found


@pytest_asyncio.fixture
async def german(runtime: Runtime) -> Person:
    """A superuser, who owns a tenant and sees all pages."""
    person = await create_tenant(runtime, "Acme", is_superuser=True)
    async with open_unit(runtime, person.actor, person.context) as work:
        await UserService(work).change(language="de", time_zone="Europe/Berlin")
    return person


class TestTemplates:
    def test_say_nothing_without_a_translation(self) -> None:
        found = []
        for file in sorted(TEMPLATES.rglob("*.html")):
            source = file.read_text(encoding="utf-8")
            bare = OWN_WORDS.sub("", NO_TEXT.sub("", source))
            found += [f"{file.name}: {text}" for text in Said(bare).texts if WORD.search(text)]

        assert found == []


class TestPages:
    async def test_say_nothing_without_a_translation(
        self,
        app: FastAPI,
        browser: Browser,
        other_browser: Browser,
        runtime: Runtime,
        german: Person,
        marked: Marked,
    ) -> None:
        await browser.log_in(german)
        with without_limits(runtime):
            pages = await World(app, browser, runtime, german).pages()
            answers = [await browser.get(page) for page in pages]
            answers += await _refused(browser)
            answers += await _logged_out(other_browser)
        opened = {route_of(app, answer.request.url.path) for answer in answers}

        assert {each.status_code for each in answers} <= {200, 303, 401, 403, 404, 409, 422}
        assert _pages(app) - opened == set()
        assert "\n".join(sorted(set(_unmarked(answers, german, runtime.settings.name)))) == ""
        assert sorted(_unknown(marked.asked)) == []

    async def test_write_times_and_numbers_as_the_language_does(
        self, browser: Browser, german: Person
    ) -> None:
        await browser.log_in(german)

        members = (await browser.get("/console/members")).text

        assert '<html lang="de">' in members
        assert "<h1>Mitglieder</h1>" in members
        assert re.search(r">\d\d\.\d\d\.\d{4}, \d\d:\d\d (MEZ|MESZ)</time>", members)

    async def test_are_in_the_language_of_the_browser_before_the_log_in(
        self, browser: Browser
    ) -> None:
        asked = {"Accept-Language": "de-AT,de;q=0.9"}

        page = await browser.get("/console/log-in", headers=asked)
        refused = await browser.post(
            "/console/log-in", data={"username": "x", "password": "y"}, headers=asked
        )

        assert "<h1>Anmelden</h1>" in page.text
        assert "oder Passwort" in refused.text


class World:
    """Rows of everything that the console has pages for."""

    def __init__(self, app: FastAPI, browser: Browser, runtime: Runtime, owner: Person) -> None:
        self.app = app
        self.browser = browser
        self.runtime = runtime
        self.owner = owner

    async def pages(self) -> list[str]:
        member = await add_member(self.runtime, self.owner, Role.MEMBER)
        job = await enqueue(self.runtime, self.owner, "An order")
        await fail(self.runtime, "tests.handler", "7")
        role = await self._made("/console/roles", name="editor", permissions="users:read")
        key = await self._made("/console/api-keys", name="a-key", permissions="users:read")
        await self._made("/console/invitations", email="eve@example.com", role="member")
        linked = "01a21e31-9bb1-75ac-9398-6896b16510a8"
        own = {
            "/console/members/{row_id}/": member.user_id,
            "/console/roles/{row_id}/": role,
            "/console/api-keys/{row_id}/": key,
            "/console/platform/jobs/{job_id}": job,
            "/console/platform/tenants/{row_id}/": self.owner.tenant_id,
            "/console/platform/people/{row_id}/": member.user_id,
            "/console/account/identities/{row_id}/": linked,
        }
        found = [path for each in _pages(self.app) for path in self._filled(each, own)]
        return sorted([*found, *await self._of_resources()])

    async def _made(self, url: str, **fields: str) -> str:
        answer = await self.browser.fill(f"{url}/new", **fields)
        assert answer.status_code in (200, 303), answer.text
        return await id_in(self.browser, url, fields.get("name") or fields["email"])

    def _filled(self, path: str, own: dict[str, Any]) -> list[str]:
        if "/data/{key}" in path:
            return []
        if path.endswith("/account/change/{what}"):
            return [path.replace("{what}", each) for each in ("name", "email", "password")]
        path = path.replace("{kind}", "test-kind")
        for begin, row_id in own.items():
            if path.startswith(begin):
                return [re.sub(r"{\w+}", str(row_id), path)]
        return [path]

    async def _of_resources(self) -> list[str]:
        found = find_resources(self.app)
        walk = Walk(self.browser, self.owner, found)
        pages = []
        for resource in found.values():
            if resource.module not in (*STANDARD, "notes"):
                continue  # a client's own templates may stay in one language
            row = await walk.row_of(resource)
            pages.append(resource.path)
            if resource.can("create"):
                pages.append(f"{resource.path}/new")
            if "upload" in resource.files:
                pages.append(f"{resource.path}/upload")
            if "import" in resource.files:
                form = f"{resource.path}/import"
                sent = await self.browser.post(form, files=file_of("name\n" + "Anna\n" * 501))
                pages += [form, f"{form}?created=2", sent.headers["location"]]
            if row and resource.can("read"):
                pages += [
                    row,
                    *(f"{row}/{each}" for each in ("change", "delete") if resource.can(each)),
                ]
        return pages


def file_of(content: str) -> dict[str, tuple[str, bytes]]:
    return {"file": ("notes.csv", content.encode())}


def _pages(app: FastAPI) -> set[str]:
    """Return the paths of all pages: what is no page is not shown."""
    no_pages = ("/static/", "/pick/", "/renew", "/oidc/", "/account/export")
    paths = {
        str(getattr(route, "path", ""))
        for route in app.routes
        if "GET" in (getattr(route, "methods", None) or ())
    }
    return {
        path
        for path in paths
        if path.startswith("/console") and not any(each in path for each in no_pages)
    }


def route_of(app: FastAPI, path: str) -> str:
    """Return the path of the page's route, the one with the fewest parameters."""
    fitting = [each for each in _pages(app) if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each), path)]
    return min(fitting, key=lambda each: each.count("{"), default=path)


async def _refused(browser: Browser) -> list[Response]:
    """Send forms that are refused, and ask for what is not there."""
    return [
        await browser.fill("/console/roles/new", name="Not A Name"),
        await browser.fill("/console/account/change/password", password="x", new_password="y"),
        await browser.fill("/console/tenant/delete", name="wrong"),
        await browser.fill("/console/data/test-notes/new", name=""),
        await browser.get("/console/data/test-notes?cursor=x"),
        await browser.post("/console/data/test-notes/import", files=file_of("nome\nAnna\n")),
        await browser.post("/console/data/test-notes/import", files=file_of("")),
        await browser.get("/console/data/test-notes/upload"),
        await browser.get("/console/nothing"),
        await browser.get("/console?note=created"),
    ]


async def _logged_out(browser: Browser) -> list[Response]:
    browser.headers["Accept-Language"] = "de"
    return [
        await browser.get("/console/log-in"),
        await browser.post("/console/log-in", data={"username": "x"}),
        await browser.post("/console/second-factor", data={"challenge": "x", "code": "1"}),
        await browser.get("/console/log-in/oidc/nobody"),
    ]


def _unmarked(answers: list[Response], person: Person, product: str) -> list[str]:
    """Return what is neither a translation nor data, and where it is."""
    data = {product, "Acme", f"Acme · {product}", "Ada", "editor", "a-key", person.email}
    return [
        f"{route}: {text}"
        for answer in answers
        for route in [UUID.sub("…", answer.request.url.path)]
        for text in Said(answer.text).said(cells=not EVERYBODYS.match(route))
        if WORD.search(UUID.sub("", text)) and BEGIN not in text and "alert(1)" not in text
        if text not in data and not DATA.fullmatch(UUID.sub("0", text))
        if not (STORED.match(route) and re.fullmatch(r"[][a-z_':\" ]+", UUID.sub("", text)))
    ]


def _unknown(asked: set[str]) -> set[str]:
    """Return what was looked up, but stands in no list of messages."""
    zones = {each.replace("_", " ") for each in time_zones()}
    data = {*zones, *CURRENCIES, "de", "en", "editor", "Test notes"}
    return {text for text in asked if WORD.search(text)} - messages().keys() - data
