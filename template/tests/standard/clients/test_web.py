"""The example page and the documentation, in a real browser."""

from pathlib import Path

import pytest

from app.config import Settings

from .conftest import make_client, run, served
from .node import browser, needs_browser, needs_node

pytestmark = [pytest.mark.slow, needs_node, needs_browser]

INSTALL = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")


async def test_work_in_a_browser(project: Path, settings: Settings, tmp_path: Path) -> None:
    make_client("typescript", project)
    folder = project / "examples" / "web"
    run(*INSTALL, folder=folder)
    run("npm", "run", "build", folder=folder)

    async with served(settings, tmp_path / "files") as url:
        run("npm", "test", folder=folder, API_URL=url, BROWSER=browser() or "")
