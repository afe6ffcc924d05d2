"""A module's console.py and templates replace what the console finds."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from jinja2 import DictLoader
from markupsafe import Markup

from app.modules.console import Console
from tests.support.people import Person

from ..pages.resources import _find
from ..pages.web import _templates
from .browser import Browser

CONSOLE = Console(
    title="Things to remember",
    columns=("name", "length"),
    labels={"name": "What"},
    cells={
        "length": lambda note: Markup("<b>{}</b>").format(len(note.name)),
        "name": lambda note: f"<{note.name}>",
    },
    label=lambda note: f"note {note.name}",
)


@pytest.fixture
def customized(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the module of the tests have a console.py, and a template of its own."""
    loader: Any = _templates.environment().loader
    pages = {
        "row.html": '{% extends "row.html" %}{% block values %}Only {{ row.name }}{% endblock %}'
    }
    monkeypatch.setitem(loader.loaders[0].mapping, "notes", DictLoader(pages))
    found = {"tests.support.notes": SimpleNamespace(console=CONSOLE)}
    monkeypatch.setattr(_find, "find_part", lambda package, _: found.get(package))
    monkeypatch.setattr(app.state, "console_resources", None, raising=False)
    yield
    monkeypatch.undo()
    app.state.console_resources = None


@pytest.mark.usefixtures("customized")
class TestAModule:
    async def test_replaces_title_columns_cells_and_a_page(
        self, browser: Browser, owner: Person, notes: str
    ) -> None:
        await browser.log_in(owner)
        made = await browser.fill(f"{notes}/new", name="sea")

        listed = (await browser.get(notes)).text
        row = (await browser.get(made.headers["location"])).text

        assert "<h1>Things to remember</h1>" in listed
        assert ">What</th>" in "".join(listed.split())
        assert "<b>3</b>" in listed
        assert "&lt;sea&gt;" in listed
        assert 'aria-label="Open note sea"' in listed
        assert "<h1>note sea</h1>" in row
        assert "Only sea" in row
