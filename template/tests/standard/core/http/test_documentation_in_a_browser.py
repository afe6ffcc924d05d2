"""/docs and /redoc in Chromium, cut off from every other host."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI

from tests.support.chromium import is_bad, launched, needs_chromium, served
from tests.support.people import PASSWORD, Person

pytestmark = [pytest.mark.slow, needs_chromium]


class Cut:
    """A page of a browser that reaches the app and nothing else."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.url = url
        self.blocked: list[str] = []
        self.complaints: list[str] = []

    async def prepare(self) -> None:
        await self.page.route("**/*", self.route)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if is_bad(said) else None
        )

    async def route(self, route: Any) -> None:
        address = route.request.url
        if address.startswith((f"{self.url}/", "data:", "blob:")):
            await route.continue_()
        else:
            self.blocked.append(address)
            await route.abort()


@pytest_asyncio.fixture
async def cut(app: FastAPI) -> AsyncIterator[Cut]:
    async with served(app) as url, launched() as browser:
        cut = Cut(await browser.new_page(base_url=url), url)
        cut.page.set_default_timeout(20_000)
        await cut.prepare()
        yield cut
    assert not cut.blocked
    assert not cut.complaints


async def test_swagger_ui_logs_in_and_calls(cut: Cut, owner: Person) -> None:
    page = cut.page
    await page.goto("/docs")
    await page.locator("button.authorize").first.click()
    await page.locator("#oauth_username").fill(owner.email)
    await page.locator("#oauth_password").fill(PASSWORD)
    await page.get_by_role("button", name="Apply given OAuth2 credentials").click()
    await page.get_by_role("button", name="Remove authorization").wait_for()
    await page.locator(".btn-done").first.click()

    operation = page.locator('.opblock:has([data-path="/api/v1/users/me"])').first
    await operation.locator(".opblock-summary-control").click()
    await operation.get_by_role("button", name="Try it out").click()
    async with page.expect_response("**/api/v1/users/me") as answered:
        await operation.get_by_role("button", name="Execute").click()
    answer = await answered.value

    assert answer.status == 200
    assert (await answer.json())["email"] == owner.email


async def test_redoc_shows_the_operations(cut: Cut) -> None:
    await cut.page.goto("/redoc")

    await cut.page.get_by_role("heading", name="Log In").first.wait_for()
    assert "/api/v1/auth/token" in await cut.page.locator("body").inner_text()
