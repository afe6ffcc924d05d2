"""A page costs little, and an app without the console does not pay for it."""

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

import pytest
from httpx import AsyncClient

from app.config import Settings
from app.core.module import find_modules
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.main import create_app
from tests.support.limits import without_limits
from tests.support.notes import URL, NoteRepository
from tests.support.people import Person

from .browser import Browser

SOURCES = Path(__file__).parents[3]
MOST_SECONDS = 0.015
ROWS = 50
TIMES = 40


@pytest.mark.slow
class TestAPage:
    async def test_costs_little_beside_its_service(
        self, browser: Browser, client: AsyncClient, owner: Person, runtime: Runtime, notes: str
    ) -> None:
        """CPU time of this process, so that others on the machine do not count."""
        async with open_unit(runtime, owner.actor, owner.context) as work:
            for number in range(ROWS):
                row = await NoteRepository(work.session).create(name=f"Note {number}")
        await browser.log_in(owner)
        api, pages = f"{URL}/{row.id}", (notes, f"{notes}/{row.id}", f"{notes}/{row.id}/change")

        with without_limits(runtime):
            service = (
                await seconds(partial(client.get, URL)),
                await seconds(partial(client.get, api)),
            )
            costs = {page: await seconds(partial(browser.get, page)) for page in pages}

        over = {page: cost - min(service) for page, cost in costs.items()}
        assert all(cost < MOST_SECONDS for cost in over.values()), over


async def seconds(ask: Callable[[], Awaitable[object]]) -> float:
    """Return the median CPU time of a request, without that of coverage, which traces each line."""
    taken, tracer = [], sys.gettrace()
    sys.settrace(None)
    try:
        for _ in range(TIMES):
            started = process_time()
            await ask()
            taken.append(process_time() - started)
    finally:
        sys.settrace(tracer)
    return median(taken)


class TestAnAppWithoutTheConsole:
    @pytest.mark.slow
    async def test_serves_nothing_of_it(self, settings: Settings) -> None:
        app = create_app(settings, tuple(each for each in find_modules() if each.name != "console"))

        paths = [str(getattr(route, "path", "")) for route in app.routes]

        assert not [path for path in paths if path.startswith("/console")]
        await app.state.runtime.close()

    def test_imports_nothing_of_it(self) -> None:
        """Only a module's own console.py may, which the console alone imports."""
        importing = [
            str(file.relative_to(SOURCES))
            for file in SOURCES.rglob("*.py")
            if "modules/console/" not in file.as_posix() and file.name != "console.py"
            if "app.modules.console" in file.read_text(encoding="utf-8")
        ]

        assert importing == []
