"""Lists and forms, on the rows of a module that every project has in its tests."""

from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from tests.support.notes import NoteRepository, names
from tests.support.people import Person, add_member

from .browser import Browser, Page

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.com"}


async def create(browser: Browser, notes: str, name: str) -> str:
    """Create a note, and return its page."""
    answer = await browser.fill(f"{notes}/new", name=name)
    return answer.headers["location"].partition("?")[0]


class TestAList:
    async def test_says_when_there_is_nothing(
        self, browser: Browser, owner: Person, notes: str
    ) -> None:
        await browser.log_in(owner)

        assert "There is nothing here yet." in (await browser.get(notes)).text

    async def test_goes_on_to_the_next_page(
        self, browser: Browser, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        await browser.log_in(owner)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            for number in range(51):
                await NoteRepository(work.session).create(name=f"Note {number:02}")

        first = await browser.get(notes)
        [following] = [each for each in Page(first).links if "cursor=" in each]
        second = await browser.get(following)

        assert "Note 50" in first.text
        assert "Note 00" not in first.text
        assert "Note 00" in second.text

    async def test_says_what_is_wrong_with_a_filter_or_a_cursor(
        self, browser: Browser, owner: Person, notes: str
    ) -> None:
        await browser.log_in(owner)

        for query in ("cursor=x", "colour=red", "sort=name"):
            answer = await browser.get(f"{notes}?{query}")
            assert answer.status_code == 422
            assert 'role="alert"' in answer.text

    async def test_is_searched_by_a_picker(
        self, browser: Browser, owner: Person, notes: str
    ) -> None:
        await browser.log_in(owner)
        row = await create(browser, notes, "Sea of <Tranquillity>")
        await create(browser, notes, "Ocean of Storms")

        by_name = await browser.get("/console/pick/test-notes?q=tranq")
        by_id = await browser.get(f"/console/pick/test-notes?q={row.rpartition('/')[2]}")

        assert [each["label"] for each in by_name.json()] == ["Sea of <Tranquillity>"]
        assert by_id.json() == by_name.json()


class TestAForm:
    async def test_shows_errors_at_their_fields_and_keeps_what_was_typed(
        self, browser: Browser, owner: Person, notes: str
    ) -> None:
        await browser.log_in(owner)

        answer = await browser.fill(f"{notes}/new", name="n" * 121)

        assert answer.status_code == 422
        assert 'aria-invalid="true" aria-describedby="field-name-wrong"' in answer.text
        assert 'id="field-name-wrong"' in answer.text
        assert Page(answer).form["name"] == "n" * 121

    async def test_changes_nothing_that_somebody_else_changed_meanwhile(
        self,
        browser: Browser,
        other_browser: Browser,
        owner: Person,
        runtime: Runtime,
        notes: str,
    ) -> None:
        colleague = await add_member(runtime, owner, Role.MEMBER)
        await browser.log_in(owner)
        await other_browser.log_in(colleague)
        row = await create(browser, notes, "first")
        opened = Page(await browser.get(f"{row}/change")).form
        deleting = Page(await browser.get(f"{row}/delete")).form

        theirs = await other_browser.fill(f"{row}/change", name="theirs")
        mine = await browser.post(f"{row}/change", data=opened | {"name": "mine"})

        assert theirs.status_code == 303
        assert mine.status_code == 409
        assert "Somebody else changed this" in mine.text
        assert "Stored now: theirs" in mine.text.replace("\n", "")
        assert await names(runtime, owner) == {"theirs"}
        deliberate = await browser.post(f"{row}/change", data=Page(mine).form)
        assert deliberate.status_code == 303
        assert await names(runtime, owner) == {"mine"}
        assert (await browser.post(f"{row}/delete", data=deleting)).status_code == 409
        deleting = Page(await browser.get(f"{row}/delete")).form
        assert (await browser.post(f"{row}/delete", data=deleting)).status_code == 303

    async def test_is_not_taken_from_foreign_pages(
        self, browser: Browser, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        await browser.log_in(owner)

        for headers in (
            FOREIGN,
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "null", "Sec-Fetch-Site": "none"},
        ):
            answer = await browser.post(f"{notes}/new", data={"name": "theirs"}, headers=headers)
            assert answer.status_code == 403
            assert answer.headers["content-type"].startswith("text/html")
        assert await names(runtime, owner) == set()

    async def test_deletes(
        self, browser: Browser, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        await browser.log_in(owner)
        row = await create(browser, notes, "old")

        answer = await browser.fill(f"{row}/delete")

        assert answer.headers["location"] == f"{notes}?note=deleted"
        assert await names(runtime, owner) == set()
        assert (await browser.get(row)).status_code == 404


class TestAnotherTenant:
    async def test_finds_nothing_at_the_address(
        self,
        browser: Browser,
        other_browser: Browser,
        owner: Person,
        rival: Person,
        runtime: Runtime,
        notes: str,
    ) -> None:
        await browser.log_in(owner)
        await other_browser.log_in(rival)
        row = await create(browser, notes, "secret plan")

        for page in (row, f"{row}/change", f"{row}/delete"):
            answer = await other_browser.get(page)
            assert answer.status_code == 404
            assert "secret plan" not in answer.text
        for page in (f"{row}/change", f"{row}/delete"):
            answer = await other_browser.post(page, data={"name": "stolen"})
            assert answer.status_code == 404
        assert (await other_browser.get(f"/console/pick/test-notes?q={row[-36:]}")).json() == []
        assert await names(runtime, owner) == {"secret plan"}


class TestAViewer:
    async def test_sees_no_buttons_and_is_refused(
        self,
        browser: Browser,
        other_browser: Browser,
        owner: Person,
        runtime: Runtime,
        notes: str,
    ) -> None:
        await browser.log_in(owner)
        row = await create(browser, notes, "kept")
        await other_browser.log_in(await add_member(runtime, owner, Role.VIEWER))

        links = [
            *Page(await other_browser.get(notes)).links,
            *Page(await other_browser.get(row)).links,
        ]

        assert row in links
        assert not [each for each in links if each.endswith(("/new", "/change", "/delete"))]
        for page in (f"{notes}/new", f"{row}/change", f"{row}/delete"):
            assert (await other_browser.get(page)).status_code == 403
            assert (await other_browser.post(page, data={"name": "x"})).status_code == 403
        assert await names(runtime, owner) == {"kept"}
