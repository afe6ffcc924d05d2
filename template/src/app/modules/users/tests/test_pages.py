"""The pages that e-mails lead to work with this API, and redirect where there is a front end."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.config import Settings
from app.core.runtime import Runtime
from app.main import create_app
from tests.support.mail import mails_to
from tests.support.people import Person

from ..routes._pages import PAGES
from .test_auth import invite, registration

AUTH = "/api/v1/auth"
PATHS = {name: "/" if name == "welcome" else f"/{name}" for name in PAGES}
FORM = re.compile(r"<form[^>]*data-send=\"([^\"?]+)[^>]*>(.*?)</form>", re.S)
FIELD = re.compile(r"<input[^>]* name=\"(\w+)\"")


@pytest_asyncio.fixture(scope="module")
async def with_front_end(settings: Settings) -> AsyncIterator[AsyncClient]:
    auth = settings.auth.model_copy(update={"pages_url": "https://front.example.com"})
    app = create_app(settings.model_copy(update={"auth": auth}))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client
    await app.state.runtime.close()


class TestPages:
    async def test_are_where_the_links_in_mails_lead(
        self, anonymous: AsyncClient, owner: Person, runtime: Runtime
    ) -> None:
        body = registration()
        await anonymous.post(f"{AUTH}/register", json=body)
        await anonymous.post(f"{AUTH}/forgot-password", json={"email": body["email"]})
        invited = registration()["email"].lower()
        await invite(anonymous, owner, invited)
        mails = [
            *await mails_to(runtime, body["email"].lower()),
            *await mails_to(runtime, invited),
        ]

        links = [link for mail in mails for link in mail.links]

        assert len(links) == 3
        for link in links:
            url = urlsplit(link)
            assert (await anonymous.get(url.path)).status_code == 200, link
            assert url.path.lstrip("/") in PAGES

    @pytest.mark.parametrize("name", PAGES)
    async def test_send_what_the_api_takes(
        self, anonymous: AsyncClient, app: FastAPI, name: str
    ) -> None:
        page = (await anonymous.get(PATHS[name])).text
        forms = FORM.findall(page)
        tokens = set(re.findall(r"data-token=\"(\w+)\"", page))

        assert forms
        for action, fields in forms:
            known = _fields_of(app.openapi(), action)
            assert set(FIELD.findall(fields)) | tokens <= known, action

    @pytest.mark.parametrize("name", PAGES)
    async def test_need_nothing_from_elsewhere_and_nothing_inline(
        self, anonymous: AsyncClient, name: str
    ) -> None:
        answer = await anonymous.get(PATHS[name])

        assert "default-src 'none'; script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<style|style=|<script>| on\w+=|https?://", answer.text)
        for asset in re.findall(r"(?:src|href)=\"(/pages/[^\"]+)\"", answer.text):
            assert (await anonymous.get(asset)).status_code == 200

    @pytest.mark.parametrize("name", PAGES)
    async def test_label_every_field(self, anonymous: AsyncClient, name: str) -> None:
        page = (await anonymous.get(PATHS[name])).text

        fields = set(re.findall(r"<input[^>]* id=\"(\w+)\"", page))
        assert fields == set(re.findall(r"<label for=\"(\w+)\"", page))

    @pytest.mark.parametrize("name", PAGES)
    async def test_are_left_to_a_front_end(self, with_front_end: AsyncClient, name: str) -> None:
        answer = await with_front_end.get(PATHS[name])

        assert answer.status_code == 307
        assert answer.headers["location"] == f"https://front.example.com{PATHS[name]}"

    async def test_have_no_other_assets(self, anonymous: AsyncClient) -> None:
        assert (await anonymous.get("/pages/layout.html")).status_code == 404


def _fields_of(document: dict[str, Any], path: str) -> set[str]:
    """Return the names that the body of this operation may have."""
    content = document["paths"][path]["post"].get("requestBody", {}).get("content")
    if content is None:
        return set()
    schema = next(iter(content.values()))["schema"]
    options = schema.get("anyOf", [schema])
    names = [option["$ref"].rsplit("/", 1)[1] for option in options if "$ref" in option]
    found = [document["components"]["schemas"][name] for name in names] or [schema]
    return {name for one in found for name in one["properties"]}
