"""Log-in, log-out and another tenant, with pages and forms alone."""

from collections.abc import AsyncIterator

import pytest_asyncio
from fastapi import FastAPI

from tests.support.people import Person

from .browser import Browser

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.com"}


@pytest_asyncio.fixture
async def browser(app: FastAPI) -> AsyncIterator[Browser]:
    async with Browser(app) as browser:
        yield browser


class TestLogIn:
    async def test_leads_where_somebody_wanted_to_go(self, browser: Browser, owner: Person) -> None:
        asked = await browser.get("/console?note=done")
        page = await browser.get(asked.headers["location"])
        form = {
            "username": owner.email,
            "password": "correct horse battery staple",
            "next": "/console?note=done",
        }

        answer = await browser.post("/console/log-in", data=form)

        assert asked.status_code == 303
        assert 'value="/console?note=done"' in page.text
        assert answer.headers["location"] == "/console?note=done"
        assert "Acme" in (await browser.get("/console")).text
