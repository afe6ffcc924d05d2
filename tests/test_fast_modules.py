"""Described modules are fast: each of their routes, and thirty of them at once."""

import cProfile
import json
import pstats
from collections.abc import Callable
from pathlib import Path

import copier
import pytest

from tests.benchmarks.modules import thirty
from tests.clone import Clone
from tools.snapshot import VERSION, commit_all

SLOW_ROUTES = """
from app.config import load_settings
from app.main import create_app

routes = create_app(load_settings()).router.routes
ours = [each for each in routes if getattr(each, "path", "").startswith(("/api/v1/assets", "/api/v1/invoices"))]
print(len(ours), [(each.path, each.methods) for each in ours if not each.is_fast])
"""

# Prints the processor time that the app takes, as a multiple of what its libraries take.
START = """
import time

start = time.process_time()
import alembic.op, asyncpg, fastapi, procrastinate, structlog, uvicorn
import sqlalchemy.dialects.postgresql.asyncpg, sqlalchemy.ext.asyncio
from authlib.integrations.httpx_client import AsyncOAuth2Client
libraries = time.process_time()

from app.config import load_settings
from app.main import create_app
url = "postgresql+asyncpg://nobody:none@localhost/none"
create_app(load_settings().with_database(url=url, owner_url=url, admin_url=url))
print((time.process_time() - libraries) / (libraries - start))
"""


class TestRoutes:
    def test_are_fast(self, clone_of: Callable[[str], Clone]) -> None:
        assert clone_of("fields").run("python", "-c", SLOW_ROUTES).splitlines()[-1] == "15 []"


@pytest.fixture(scope="module")
def copied(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """Return a project with thirty modules of fifteen fields, and how often functions were called to make it."""
    project, profile = tmp_path_factory.mktemp("thirty"), cProfile.Profile()
    answers = {"custom_modules": thirty()}
    profile.runcall(
        copier.run_copy,
        str(template),
        project,
        data=answers,
        vcs_ref=VERSION,
        defaults=True,
        unsafe=True,
        quiet=True,
    )
    commit_all(project)
    stats = pstats.Stats(profile)
    called = {f"{Path(file).name}:{name}": about[1] for (file, _, name), about in stats.stats.items()}  # type: ignore[attr-defined]  # undocumented
    return project, {**called, "all": stats.total_calls}  # type: ignore[attr-defined]  # the same


@pytest.mark.xdist_group("thirty")
class TestThirtyModules:
    def test_are_rendered_without_doing_anything_again(self, copied: tuple[Path, dict[str, int]]) -> None:
        """Five seconds of processor time were eleven with these things done for each file, or each part of a path."""
        _, called = copied

        assert called["module.py:from_json"] == 30
        assert called["environment.py:compile"] < 200
        assert called["reading.py:read_field"] <= 30 * 15 * 4
        assert called["all"] < 12_500_000

    def test_start_in_time(self, copied: tuple[Path, dict[str, int]], make_clone: Callable[[Path], Clone]) -> None:
        """It is 1.3 to 1.6 times what the libraries take; with each route analysed twice it was 1.9 to 2.3."""
        clone = make_clone(copied[0])

        times = [float(clone.run("python", "-c", START).splitlines()[-1]) for _ in range(3)]

        assert min(times[1:]) < 1.75, json.dumps(times)
