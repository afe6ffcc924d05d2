"""Find the programs that the tests of browsers and of TypeScript need."""

import re
import shutil
import subprocess

import pytest

OLDEST = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def _missing() -> str | None:
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not installed"
    said = subprocess.run(["node", "--version"], capture_output=True, encoding="utf-8", check=True)
    found = re.match(r"v(\d+)", said.stdout)
    if not found or int(found[1]) < OLDEST:
        return f"node is {said.stdout.strip()}, and the clients need {OLDEST} or newer"
    return None


def browser() -> str | None:
    """Return the path of Chromium or Chrome."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


MISSING = _missing()
needs_node = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")
needs_browser = pytest.mark.skipif(browser() is None, reason="Chromium is not installed")
