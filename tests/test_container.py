"""Check the Dockerfile and compose.yaml, and run the stages' commands: no machine of ours runs Docker in tests."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from tests.clone import PATH
from tools.snapshot import ROOT

TEMPLATE = ROOT / "template"
ANSWERS = ".copier-answers.yml"
PYTHON_OF = re.compile(r"\{\{.*?\}\}")


def rendered(name: str) -> str:
    text = (TEMPLATE / name).read_text(encoding="utf-8")
    return PYTHON_OF.sub("acme", text.replace("{{ _copier_conf.answers_file }}", ANSWERS))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(rendered("compose.yaml.jinja"))
    return loaded


DOCKERFILE = rendered("Dockerfile.jinja")
OURS = ("migrate", "app", "worker")


BASE, BUILD, FINAL = re.split(r"^FROM .*$", DOCKERFILE, flags=re.MULTILINE)[1:]
HADOLINT = Path(sys.executable).with_name("hadolint")


class TestTheImage:
    def test_is_production_unless_told_otherwise(self) -> None:
        assert re.search(r"^ENV .*\bAPP_ENVIRONMENT=production\b", BASE, re.MULTILINE)

    def test_has_no_health_check_where_nothing_may_listen(self) -> None:
        assert not re.search(r"^HEALTHCHECK", DOCKERFILE, re.MULTILINE)

    def test_is_locked_and_leaves_its_tools_behind(self) -> None:
        assert BUILD.count("uv sync --locked --no-dev") == BUILD.count("uv sync") == 2
        assert "uv" not in re.sub(r"#.*", "", FINAL)
        assert "pip uninstall --yes --quiet pip" in FINAL
        assert "COPY --from=build /srv /srv" in FINAL
        assert "apt-get" not in DOCKERFILE

    def test_runs_as_a_user_with_a_number_who_may_write_where_it_writes(self) -> None:
        steps = FINAL.splitlines()
        [uid] = re.findall(r"useradd .*--uid (\d+) .*\bapp\b", FINAL)
        assert f"USER {uid}" in steps
        assert "VOLUME /var/lib/app" in steps
        assert "chown -R app /srv/.data /var/lib/app" in FINAL
        assert "APP_FILES_FOLDER=/var/lib/app/files" in FINAL

    def test_says_what_it_is_and_how_it_ends(self) -> None:
        assert "STOPSIGNAL SIGTERM" in FINAL
        for label in ("title", "licenses", "revision"):
            assert f"org.opencontainers.image.{label}=" in FINAL

    def test_is_as_hadolint_wants_it(self, tmp_path: Path) -> None:
        file = tmp_path / "Dockerfile"
        file.write_text(DOCKERFILE, encoding="utf-8")

        done = subprocess.run([HADOLINT, "--failure-threshold", "style", file], check=False, capture_output=True)

        assert done.returncode == 0, done.stdout.decode()

    @pytest.mark.parametrize("name", [".env", ".git/", ".data/", ".venv/", ".tools/", "**/__pycache__/"])
    def test_has_nothing_of_the_working_copy(self, name: str) -> None:
        assert name in (TEMPLATE / ".dockerignore").read_text(encoding="utf-8").splitlines()

    @pytest.mark.slow
    @pytest.mark.xdist_group("minimal")
    def test_is_built_by_its_own_commands_and_refuses_what_everybody_knows(
        self, project_of: Callable[[str], Path]
    ) -> None:
        """The stage that builds runs in a folder in place of /srv, with uv of this machine."""
        with TemporaryDirectory() as folder:
            project = shutil.copytree(project_of("minimal"), Path(folder) / "project")
            _build(project, Path(folder) / "srv")
            _check(Path(folder) / "srv")

    def test_finds_all_that_it_copies(self) -> None:
        ignored = (TEMPLATE / ".dockerignore").read_text(encoding="utf-8").split()
        for line in re.findall(r"^COPY ([^-].*) \S+$", DOCKERFILE, re.MULTILINE):
            for name in line.split():
                found = any(TEMPLATE.glob(f"{name}*"))
                assert found or name in ("uv.lock", ANSWERS)
                assert f"{name}/" not in ignored


class TestCompose:
    @pytest.mark.parametrize("service", OURS)
    def test_asks_for_a_secret(self, compose: dict[str, Any], service: str) -> None:
        secret = compose["services"][service]["environment"]["APP_SECRET_KEY"]

        assert secret.startswith("${APP_SECRET_KEY:?")

    def test_is_reached_from_this_machine_only(self, compose: dict[str, Any]) -> None:
        ports = [port for service in compose["services"].values() for port in service.get("ports", [])]

        assert ports
        assert all(port.startswith("127.0.0.1:") for port in ports)

    def test_asks_for_health_only_where_something_listens(self, compose: dict[str, Any]) -> None:
        asked = {name for name, service in compose["services"].items() if "healthcheck" in service}

        assert asked == {"database", "app", "worker"}

    @pytest.mark.parametrize("service", OURS)
    def test_keeps_what_must_last_in_volumes(self, compose: dict[str, Any], service: str) -> None:
        kept = dict(volume.split(":")[:2] for volume in compose["services"][service]["volumes"])

        assert set(kept.values()) == {"/var/lib/app", "/srv/.data"}
        assert set(kept) <= set(compose["volumes"])

    def test_says_that_it_is_no_production(self) -> None:
        head = rendered("compose.yaml.jinja").partition("name:")[0]

        assert "To try the container out" in head
        assert "production is" in head


def _build(project: Path, srv: Path) -> None:
    srv.mkdir()
    uv = {**os.environ, "VIRTUAL_ENV": "", "UV_LINK_MODE": "copy", "PATH": f"{srv}/.venv/bin:{PATH}"}
    subprocess.run(["uv", "lock", "--quiet"], cwd=project, env=uv, check=True)
    for step in re.findall(r"^(COPY|RUN) (.*)$", BUILD, re.MULTILINE):
        if step[0] == "COPY":
            *names, target = step[1].split()
            _copy(project, names, srv / target)
        elif "pip install" not in step[1]:
            subprocess.run(["sh", "-c", step[1]], cwd=srv, env=uv, check=True, capture_output=True)


def _check(srv: Path) -> None:
    left = {file.name for file in (srv / ".venv/bin").iterdir()}
    assert not left & {"uv", "pip", "pytest", "ruff", "mypy", "squawk"}
    assert list(srv.rglob("src/app/__pycache__/main.*.pyc"))
    before = _contents(srv)
    urls = {f"APP_DATABASE_{role}URL": "postgresql://a:b@database/app" for role in ("", "OWNER_", "ADMIN_")}
    refused = _run(srv, {"APP_ENVIRONMENT": "production", **urls}, "serve")
    assert refused.returncode == 2
    assert "APP_SECRET_KEY must be set in production" in refused.stderr
    assert _run(srv, {}, "--help").returncode == 0
    assert _contents(srv) == before, "the root file system is read-only"


def _copy(project: Path, names: list[str], target: Path) -> None:
    for name in names:
        if (project / name).is_dir():
            shutil.copytree(project / name, target)
        else:
            shutil.copy(project / name, target)


def _run(srv: Path, variables: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [srv / ".venv/bin/app", *command],
        cwd=srv,
        env={**variables, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


def _contents(folder: Path) -> dict[Path, int]:
    return {file: file.lstat().st_mtime_ns for file in folder.rglob("*")}
