"""The pages of every module's rows, those of this project's own modules included."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI

from app.config import Settings
from app.core.module import find_modules
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.kit.ids import new_id
from app.main import create_app
from tests.support.people import Person, add_member, create_tenant

from ..resources import Field, Kind, Resource, find_resources
from .browser import Browser, fields

PROBE = "<b onmouseover=alert(1)>\"'&{{7*7}}</b>"


@pytest_asyncio.fixture(scope="module", name="whole")
async def _whole(settings: Settings) -> AsyncIterator[FastAPI]:
    """The app with all modules of this project: a run of this folder alone has only those it uses."""
    app = create_app(settings, find_modules())
    yield app
    await app.state.runtime.close()


class TestEveryResource:
    async def test_is_listed_created_read_changed_and_deleted(self, whole: FastAPI) -> None:
        runtime: Runtime = whole.state.runtime
        owner = await create_tenant(runtime, "Acme <b>")
        async with Browser(whole) as browser:
            await browser.log_in(owner)
            for resource in find_resources(whole).values():
                await _walk(browser, resource, owner)


async def _walk(browser: Browser, resource: Resource, owner: Person) -> None:
    listed = await browser.get(resource.path)
    print(
        resource.key,
        listed.status_code,
        sorted(resource.actions),
        sorted(resource.verbs),
        resource.targets,
        resource.sorts,
    )
    if resource.module not in STANDARD:
        await _edit(browser, resource, owner)


STANDARD = ("api_keys", "audit", "files", "notifications", "tenants", "users", "webhooks")


async def _edit(browser, resource, owner):
    url = f"{resource.path}/new"
    page = await browser.get(url)
    assert page.status_code == 200, page.text
    form = {each.name: await sample(browser, each, owner) for each in resource.create_fields}
    made = await browser.post(url, data=form)
    assert made.status_code == 303, (resource.key, form, made.text)
    row = made.headers["location"].partition("?")[0]
    read = await browser.get(row)
    assert read.status_code == 200
    ch = await browser.get(f"{row}/change")
    print(ch.text[:3000])
    assert ch.status_code == 200


async def sample(browser, field: Field, owner):
    if field.target == "users":
        return str(owner.user_id)
    if field.target:
        found = (await browser.get(f"/console/pick/{field.target}")).json()
        return found[0]["id"] if found else ""
    return {
        Kind.CHOICE: str(field.choices[0]) if field.choices else "",
        Kind.INTEGER: "3",
        Kind.DECIMAL: "0",
        Kind.NUMBER: "1.5",
        Kind.FLAG: "true",
        Kind.DATE: "2026-01-31",
        Kind.MOMENT: "2026-01-31T09:30",
        Kind.TIME: "09:30",
        Kind.EMAIL: "ada@example.com",
        Kind.URL: "https://example.com/x",
        Kind.ID: str(new_id()),
        Kind.JSON: '{"a": "<b>"}',
    }.get(field.kind, PROBE[: field.limits.get("maxlength", 255)])
