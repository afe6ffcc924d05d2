"""The TypeScript client: generated, type-checked, and run against the served app."""

from pathlib import Path

import pytest

from app.config import Settings

from .conftest import make_client, run, served
from .node import needs_node

pytestmark = [pytest.mark.slow, needs_node]


async def test_works_against_the_served_app(
    project: Path, settings: Settings, tmp_path: Path
) -> None:
    make_client("typescript", project)

    async with served(settings, tmp_path / "files") as url:
        said = run("npm", "test", folder=project / "clients" / "typescript", API_URL=url)

    assert "# fail 0" in said
    assert "# pass 0" not in said
