"""Dry runs of the Makefiles: in folders of any name, on a machine without uv."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.snapshot import ROOT

NAMES = ("R&D [2] (new) {x} Größe", "a b", "it's $HOME `id`; 100% #1", 'say "hi"')
MAKEFILES = {"project": ROOT / "template/Makefile", "template": ROOT / "Makefile"}


def make(folder: Path, *arguments: str, path: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.pathsep.join(filter(None, [path, "/usr/bin:/bin"])), "HOME": str(folder)}
    command = [shutil.which("make") or "make", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copy(MAKEFILES["project"], tmp_path)
    return tmp_path


def with_tools(folder: Path, where: Path, *, tach: int = 0, log: Path | None = None) -> Path:
    """Create a uv that only records its calls; calls with "tach" in them exit with `tach`."""
    where.mkdir(parents=True)
    uv = where / "uv"
    uv.write_text(
        f'#!/bin/sh\necho "$@" >> "{log or folder / "called"}"\ncase "$*" in *tach*) exit {tach};; esac\n',
        encoding="utf-8",
    )
    uv.chmod(0o755)
    return where


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("makefile", MAKEFILES)
def test_uv_is_fetched_into_a_folder_of_any_name(makefile: str, name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    (folder / "template").mkdir(parents=True)
    shutil.copy(MAKEFILES[makefile], folder / "Makefile")
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    pip = 'case "$*" in "-m venv .tools") mkdir -p .tools/bin; cp "$0" .tools/bin/python;;\n'
    pip += '*install*) printf "#!/bin/sh\\necho ran \\"\\$@\\"\\n" > .tools/bin/uv; chmod +x .tools/bin/uv;; esac\n'
    python.write_text(f"#!/bin/sh\n{pip}", encoding="utf-8")
    python.chmod(0o755)

    done = make(folder, "format", path=str(python.parent))

    assert done.returncode == 0, done.stderr
    assert "ran run --quiet ruff format" in done.stdout


@pytest.mark.parametrize(
    ("only", "processes"),
    [
        ("only=", 3),
        ("only=tests/standard/core", 3),
        ("only=tests/standard/core/test_logging.py", 0),
        ("only=tests/standard/core/test_logging.py::TestJson::test_is_one", 0),
    ],
)
def test_one_file_needs_no_processes_of_its_own(project: Path, only: str, processes: int) -> None:
    assert f"pytest --numprocesses {processes} " in make(project, "--dry-run", "test", only).stdout


@pytest.mark.parametrize(("only", "is_left_out"), [("only=", True), ("only=tests/standard", False)])
def test_the_standards_own_tests_are_left_out_unless_named(project: Path, only: str, is_left_out: bool) -> None:
    assert ("--everyday" in make(project, "--dry-run", "test", only).stdout) is is_left_out


def test_check_runs_each_test_with_or_without_the_tracer(project: Path) -> None:
    expressions = re.findall(r'pytest -m "(.+?)"', make(project, "--dry-run", "cover").stdout)

    assert expressions == ["not slow and not attack", "slow or attack"]


def test_dev_takes_a_port(project: Path) -> None:
    assert "app serve --reload --port 8001" in make(project, "--dry-run", "dev", "port=8001").stdout


def test_format_formats_first_and_last(project: Path, tmp_path: Path) -> None:
    tools = with_tools(project, tmp_path / "bin")

    make(project, "format", path=str(tools))

    called = (project / "called").read_text(encoding="utf-8").replace("run --quiet ", "").splitlines()
    assert called == ["ruff format", "ruff check --fix", "ruff format"]


def test_a_forbidden_import_says_what_to_do_instead_of_what_tach_proposes(project: Path, tmp_path: Path) -> None:
    tools = with_tools(project, tmp_path / "bin", tach=1)

    done = make(project, "boundaries", path=str(tools))

    assert done.returncode != 0
    assert "Do not run `tach sync`" in done.stdout
    assert "docs/boundaries.md" in done.stdout


def test_a_permitted_one_says_nothing(project: Path, tmp_path: Path) -> None:
    tools = with_tools(project, tmp_path / "bin")

    assert "tach sync" not in make(project, "boundaries", path=str(tools)).stdout
