"""The pages of every module's rows, those of this project's own modules included."""

import re

import pytest
from fastapi import FastAPI
from httpx import Response

from app.core.permissions import SUPERUSER
from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.limits import without_limits
from tests.support.people import Person, create_tenant

from ..pages import _lists
from ..pages.resources import Field, Kind, Resource, find_resources
from .browser import Browser, Page

PROBE = "<script>alert(1)</script>\"'&{{7*7}}<img src=x onerror=alert(1)>"
ALIVE = ("<script>alert", "<img src=x", "49<img")
SAMPLES = {
    Kind.INTEGER: "3",
    Kind.NUMBER: "1.5",
    Kind.DECIMAL: "0",
    Kind.FLAG: "true",
    Kind.DATE: "2026-01-31",
    Kind.MOMENT: "2026-01-31T09:30",
    Kind.TIME: "09:30",
    Kind.EMAIL: "probe@example.com",
    Kind.URL: "https://example.com/?q=%3Cscript%3E",
}


class TestEveryModule:
    async def test_has_pages_that_work_and_hold_probes(
        self, app: FastAPI, runtime: Runtime, browser: Browser
    ) -> None:
        owner = await create_tenant(runtime, PROBE[:100])
        await browser.log_in(owner)
        found = find_resources(app)

        with without_limits(runtime):
            walk = Walk(browser, owner, found)
            for resource in found.values():
                await walk.through(resource)

        assert "test-notes" in walk.changed
        assert not walk.faults, "\n".join(walk.faults)


class TestAPicker:
    async def test_asks_the_search_of_a_list_that_has_one(
        self,
        app: FastAPI,
        runtime: Runtime,
        browser: Browser,
        owner: Person,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(_lists, "SEARCHED", 0)
        await browser.log_in(owner)
        found, compared = find_resources(app), 0

        with without_limits(runtime):
            walk = Walk(browser, owner, found)
            for resource in found.values():
                has_search = "search" in {each.name for each in resource.filters}
                if not has_search or not await walk.row_of(resource):
                    continue
                url = f"/api/v1/{resource.key.replace('.', '/')}"
                for word in words((await browser.get(url)).json()["items"][0]):
                    listed = (await browser.get(url, params={"search": word})).json()["items"]
                    picked = await browser.get(f"/console/pick/{resource.key}", params={"q": word})
                    assert [each["id"] for each in picked.json()] == [each["id"] for each in listed]
                    compared += bool(listed)

        if not compared:
            pytest.skip("no list of this project has a search")


def words(row: dict[str, object]) -> set[str]:
    texts = (value for name, value in row.items() if name != "id" and isinstance(value, str))
    return {word for text in texts for word in re.findall(r"[A-Za-z]{4,}", text)}


class Walk:
    """Opens all pages of a resource, writes a probe into every field, and reads it again."""

    def __init__(self, browser: Browser, owner: Person, resources: dict[str, Resource]) -> None:
        self.browser = browser
        self.owner = owner
        self.resources = resources
        self.made: dict[str, str] = {}
        self.changed: set[str] = set()
        self.faults: list[str] = []

    async def through(self, resource: Resource) -> None:
        listed = self.check(await self.browser.get(resource.path))
        is_for_superusers = resource.list.guard == SUPERUSER
        if listed.status_code != (403 if is_for_superusers else 200):
            self.faults.append(f"{resource.path} answers {listed.status_code}")
        if is_for_superusers:
            return
        row = await self.row_of(resource)
        if not row or not resource.can("read"):
            return
        for page in (row, resource.path, *self._forms(resource, row)):
            if self.check(await self.browser.get(page)).status_code != 200:
                self.faults.append(f"{page} does not open")
        if resource.can("change"):
            changed = self.check(await self.browser.fill(f"{row}/change"))
            if changed.status_code != 303:
                self.faults.append(f"{row}/change: an unchanged form is refused")
            self.changed.add(resource.key)

    async def row_of(self, resource: Resource) -> str:
        """Return the address of a row, which is created if the module takes the values."""
        if resource.key not in self.made:
            self.made[resource.key] = ""
            if resource.can("create") and resource.actions["create"].guard != SUPERUSER:
                self.made[resource.key] = await self._create(resource)
        return self.made[resource.key]

    async def _create(self, resource: Resource) -> str:
        url = f"{resource.path}/new"
        if self.check(await self.browser.get(url)).status_code != 200:
            self.faults.append(f"{url} does not open")
        form = {each.name: await self._sample(each) for each in resource.create_fields}
        answer = self.check(await self.browser.post(url, data=form))
        if answer.status_code == 422:  # a decimal may have no digit before or behind its point
            decimals = [each for each in resource.create_fields if each.kind is Kind.DECIMAL]
            form |= {
                each.name: ".5" for each in decimals if f"field-{each.name}-wrong" in answer.text
            }
            answer = self.check(await self.browser.post(url, data=form))
        if answer.status_code == 303:
            where = answer.headers["location"].partition("?")[0]
            return where if where != resource.path else ""
        # Either what is shown once, or a refusal in the form: a module may have rules of its own.
        if answer.status_code != 200 and 'role="alert"' not in answer.text:
            self.faults.append(f"{url}: {answer.status_code} {answer.text[-400:]}")
        return ""

    def check(self, answer: Response) -> Response:
        """Note what no page of the console may have."""
        policy = answer.headers.get("content-security-policy", "")
        page = Page(answer)
        wrong = [
            "inline: " + ", ".join(page.inline) if page.inline else "",
            *(f"alive: {each}" for each in ALIVE if each in answer.text),
            "no label: " + ", ".join(page.ids - page.labels) if page.ids - page.labels else "",
            "no policy" if "default-src 'self'" not in policy else "",
            "may be stored" if answer.headers.get("cache-control") != "no-store" else "",
            *(f"link: {each}" for each in page.links if each.startswith("javascript:")),
        ]
        self.faults += [
            f"{answer.request.method} {answer.url.path}: {each}" for each in wrong if each
        ]
        return answer

    async def _sample(self, field: Field) -> str:
        if field.target == "users":
            return str(self.owner.user_id)
        if field.target:
            return (await self.row_of(self.resources[field.target])).rpartition("/")[2]
        if field.kind is Kind.CHOICE:
            return str(field.choices[0])
        if field.kind is Kind.ID:
            return str(new_id())
        if field.kind is Kind.JSON:
            return '{"probe": "<script>alert(1)</script>"}'
        return SAMPLES.get(field.kind, PROBE[: field.limits.get("maxlength", 255)])

    def _forms(self, resource: Resource, row: str) -> list[str]:
        names = ("change", "delete")
        return [f"{row}/{name}" for name in names if resource.can(name)]
