"""A browser without a browser: keeps cookies and sends forms as pages of the console do."""

import re
from html import unescape

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tests.support.people import PASSWORD, Person

OURS = {"Sec-Fetch-Site": "same-origin"}
INPUT = re.compile(r"<input[^>]*>")


class Browser(AsyncClient):
    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            transport=ASGITransport(app), base_url="http://localhost:8000", headers=OURS
        )

    async def log_in(self, person: Person, password: str = PASSWORD) -> Response:
        form = {"username": person.email, "password": password}
        return await self.post("/console/log-in", data=form)


def fields(page: str) -> dict[str, str]:
    """Return the names and values of a page's inputs."""
    found = {}
    for tag in INPUT.findall(page):
        attributes = dict(re.findall(r"([\w-]+)=\"([^\"]*)\"", tag))
        if "name" in attributes:
            found[attributes["name"]] = unescape(attributes.get("value", ""))
    return found
