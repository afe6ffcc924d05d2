"""While a release replaces another: the old code on the new schema, and the new code on the old one."""

import shutil
from pathlib import Path

import pytest

from tests.clone import Clone
from tools.history import releases
from tools.snapshot import VERSION

from .conftest import Project
from .one_update import commit, update

LAST = [*releases()][-1:]
PROBE = Path(__file__).with_name("probe.py")
REFUSED = """
import asyncio
from app.bootstrap import with_database
from app.cli._start import CannotStart, refuse_unready
from app.config import load_settings
try:
    asyncio.run(refuse_unready(with_database(load_settings())))
except CannotStart as error:
    print(error)
"""

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("last", LAST)
def test_both_work_on_one_database(last: str, project_at: Project) -> None:
    old, new = project_at(last, "default", False), project_at(last, "default", False)
    before = Clone(old)
    before.run("python", "-m", "app", "migrate")
    before.run("python", "-m", "app", "seed")
    assert update(new, VERSION) == []
    commit(new)
    shutil.rmtree(new / ".data", ignore_errors=True)
    (new / ".data").symlink_to(old / ".data")
    after = Clone(new)
    after.run("python", "-m", "app", "adopt")

    said = after.run("python", "-c", REFUSED)
    assert "app migrate" in said, "the new release must wait for its migrations"
    before.run("python", str(PROBE))

    after.run("python", "-m", "app", "migrate")
    before.run("python", str(PROBE))
    after.run("python", str(PROBE))
