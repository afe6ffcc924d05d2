"""Each Python that can be chosen has wheels for every dependency, those of all modules and extras."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tools.snapshot import ROOT

VERSIONS: list[str] = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))["python_version"]["choices"]
AWAY = ("error sending request", "dns error", "Could not connect")


@pytest.mark.slow
@pytest.mark.xdist_group("everything")
@pytest.mark.parametrize("version", VERSIONS)
def test_has_a_wheel_of_everything(version: str, project_of: Callable[[str], Path]) -> None:
    options = "--all-extras --group dev --python-platform linux --only-binary :all: --quiet --no-header --no-annotate"
    command = [
        os.environ.get("UV", "uv"),
        "pip",
        "compile",
        "pyproject.toml",
        "--python-version",
        version,
        *options.split(),
    ]

    done = subprocess.run(command, cwd=project_of("everything"), capture_output=True, encoding="utf-8", check=False)

    if any(text in done.stderr for text in AWAY):
        pytest.skip("the package index is away")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 100


def test_are_on_the_page_that_says_what_was_run() -> None:
    page = (ROOT / "template/docs/versions-of-python.md").read_text(encoding="utf-8")

    for version in VERSIONS:
        assert f"| {version} " in page, version
