"""The OpenAPI document of a project, by the rules in its redocly.yaml. Skipped where npm is not installed."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clone import Clone

REDOCLY = "@redocly/cli@2.77.0"
PATIENCE = 300
"""Seconds: npm fetches it, once for each machine."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("everything"),
    pytest.mark.skipif(not shutil.which("npx"), reason="npm is not installed"),
]


@pytest.fixture(scope="module")
def project(clone_of: Callable[[str], Clone]) -> Clone:
    return clone_of("everything")


def lint(project: Clone) -> tuple[int, str]:
    done = subprocess.run(
        ["npx", "--yes", REDOCLY, "lint", "openapi.json"],
        cwd=project.folder,
        env={**project.environment, "REDOCLY_TELEMETRY": "off"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout


class TestTheDocument:
    def test_is_clean_and_the_rules_find_what_is_not(self, project: Clone) -> None:
        project.run("app", "openapi")

        clean, said = lint(project)
        _break(project.folder / "openapi.json")
        broken, found = lint(project)

        assert clean == 0, said
        assert broken != 0
        assert "operation-operationId" in found


def _break(file: Path) -> None:
    """Leave out an operation's id."""
    document = json.loads(file.read_text(encoding="utf-8"))
    del document["paths"]["/health/live"]["get"]["operationId"]
    file.write_text(json.dumps(document), encoding="utf-8")
