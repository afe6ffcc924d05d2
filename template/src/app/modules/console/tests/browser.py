"""A browser without a browser: keeps cookies, and sends forms as the console's pages do."""

from html.parser import HTMLParser
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tests.support.people import PASSWORD, Person

OURS = {"Sec-Fetch-Site": "same-origin"}
CONTROLS = ("input", "select", "textarea")


class Browser(AsyncClient):
    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            transport=ASGITransport(app), base_url="http://localhost:8000", headers=OURS
        )

    async def log_in(self, person: Person, **fields: str) -> Response:
        form = {"username": person.email, "password": PASSWORD, **fields}
        return await self.post("/console/log-in", data=form)

    async def fill(self, url: str, **fields: str) -> Response:
        """Open the form, fill in the fields, and send it."""
        form = Page(await self.get(url)).form
        return await self.post(url, data=form | fields)


class Page(HTMLParser):
    """A page's forms, labels and links, and what a browser would run of it."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.form: dict[str, str] = {}
        self.ids: set[str] = set()
        self.labels: set[str] = set()
        self.unnamed: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.tags: list[str] = []
        self._open = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.tags.append(tag)
        self.inline += [
            f"{tag} {name}" for name in given if name.startswith("on") or name == "style"
        ]
        if (tag == "script" and not given.get("src")) or tag == "style":
            self.inline.append(tag)
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if tag in CONTROLS:
            self._control(tag, given)
        if tag == "option" and self._open:
            self._option(given)

    def handle_data(self, data: str) -> None:
        if self._open.startswith("textarea ") and data.strip():
            self.form[self._open.partition(" ")[2]] = data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in CONTROLS:
            self._open = ""

    def _control(self, tag: str, given: dict[str, Any]) -> None:
        name = given.get("name")
        if given.get("type") != "hidden" and not given.get("aria-label"):
            self.ids.add(given.get("id") or f"{tag} without an id")
        if name is None or (given.get("type") == "checkbox" and "checked" not in given):
            return
        self.form[name] = given.get("value") or ""
        self._open = f"{tag} {name}" if tag != "input" else ""

    def _option(self, given: dict[str, Any]) -> None:
        name = self._open.partition(" ")[2]
        if "selected" in given or not self.form.get(name):
            self.form[name] = given.get("value") or ""
