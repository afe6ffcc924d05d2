"""Rows are exported as they are listed, and imported with what is wrong in each line."""

from fastapi import FastAPI
from httpx import Response

from app.core.permissions import Role
from app.core.runtime import Runtime
from tests.support.notes import names
from tests.support.people import Person, add_member
from tests.support.queue import until, worker

from .browser import Browser, Page


async def send(browser: Browser, notes: str, content: str) -> Response:
    return await browser.post(f"{notes}/import", files={"file": ("notes.csv", content.encode())})


class TestExport:
    async def test_has_the_rows_of_the_list(
        self, browser: Browser, owner: Person, notes: str
    ) -> None:
        await browser.log_in(owner)
        await browser.fill(f"{notes}/new", name="Anna")

        [link] = [each for each in Page(await browser.get(notes)).links if each.endswith("/csv")]
        answer = await browser.get(link)

        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert "Anna" in answer.text


class TestImport:
    async def test_creates_rows(
        self, browser: Browser, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        await browser.log_in(owner)

        answer = await send(browser, notes, "name\nAnna\nBerta\n")
        shown = await browser.get(answer.headers["location"])

        assert "Rows created: 2." in shown.text
        assert await names(runtime, owner) == {"Anna", "Berta"}

    async def test_shows_what_is_wrong_and_creates_nothing(
        self, browser: Browser, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        await browser.log_in(owner)

        answer = await send(browser, notes, f"name\nAnna\n{'x' * 121}\n")

        assert answer.status_code == 422
        assert '<td class="number">3</td><td>Name</td>' in answer.text
        assert "String should have at most 120 characters" in answer.text
        assert await names(runtime, owner) == set()

    async def test_of_a_long_file_has_a_page_with_its_report(
        self, browser: Browser, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        await browser.log_in(owner)

        answer = await send(browser, notes, "name\n" + "Anna\n" * 501)
        page = answer.headers["location"]
        waiting = await browser.get(page)

        async def done() -> bool:
            return "Rows created: 501." in (await browser.get(page)).text

        assert "The file is being imported. Rows: 501." in waiting.text
        async with worker(runtime):
            assert await until(done)

    async def test_is_for_those_who_may_create(
        self, app: FastAPI, browser: Browser, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        await browser.log_in(await add_member(runtime, owner, Role.VIEWER))

        listed = await browser.get(notes)
        refused = await send(browser, notes, "name\nAnna\n")

        assert f"{notes}/import" not in Page(listed).links
        assert refused.status_code == 403

    async def test_takes_forms_of_its_own_pages_only(
        self, browser: Browser, owner: Person, notes: str
    ) -> None:
        await browser.log_in(owner)

        answer = await browser.post(
            f"{notes}/import",
            files={"file": ("notes.csv", b"name\nAnna\n")},
            headers={"Sec-Fetch-Site": "cross-site"},
        )

        assert answer.status_code == 403
