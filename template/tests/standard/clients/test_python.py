"""The Python client: generated, type-checked, and run against the served app."""

from pathlib import Path

import pytest

from app.config import Settings

from .conftest import UV, make_client, run, served

pytestmark = pytest.mark.slow

TOOLS = ("--with", "mypy==2.4.1", "--with", "pytest>=9.2,<10")


async def test_works_against_the_served_app(
    project: Path, settings: Settings, tmp_path: Path
) -> None:
    folder = project / "clients" / "python"
    options = ("--quiet", "--no-project", "--isolated", *TOOLS, "--with-editable", ".")
    with_client = (UV, "run", *options)
    make_client("python", project)

    run(*with_client, "mypy", folder=folder)
    async with served(settings, tmp_path / "files") as url:
        run(*with_client, "pytest", "--quiet", "tests", folder=folder, API_URL=url)
