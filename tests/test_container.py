"""Check the Dockerfile and compose.yaml as text, because no machine of ours runs Docker in tests."""

import re
from typing import Any

import pytest
import yaml

from tools.snapshot import ROOT

TEMPLATE = ROOT / "template"
PYTHON_OF = re.compile(r"\{\{.*?\}\}")


def rendered(name: str) -> str:
    return PYTHON_OF.sub("acme", (TEMPLATE / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(rendered("compose.yaml.jinja"))
    return loaded


DOCKERFILE = rendered("Dockerfile.jinja")
OURS = ("migrate", "app", "worker")


class TestTheImage:
    def test_is_production_unless_told_otherwise(self) -> None:
        assert re.search(r"^ENV .*\bAPP_ENVIRONMENT=production\b", DOCKERFILE, re.MULTILINE)

    def test_has_no_health_check_where_nothing_may_listen(self) -> None:
        assert not re.search(r"^HEALTHCHECK", DOCKERFILE, re.MULTILINE)

    def test_runs_as_a_user_with_a_name_who_may_write_where_it_writes(self) -> None:
        steps = DOCKERFILE.splitlines()
        assert "USER app" in steps
        assert "VOLUME /var/lib/app" in steps
        assert re.search(r"useradd .*--uid \d+ .*\bapp\b", DOCKERFILE)
        assert "chown -R app /srv/.data /var/lib/app" in DOCKERFILE
        assert "APP_FILES_FOLDER=/var/lib/app/files" in DOCKERFILE

    @pytest.mark.parametrize("name", [".env", ".git/", ".data/", ".venv/", ".tools/", "**/__pycache__/"])
    def test_has_nothing_of_the_working_copy(self, name: str) -> None:
        assert name in (TEMPLATE / ".dockerignore").read_text(encoding="utf-8").splitlines()

    def test_finds_all_that_it_copies(self) -> None:
        ignored = (TEMPLATE / ".dockerignore").read_text(encoding="utf-8").split()
        for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE):
            for name in line.split():
                found = any(TEMPLATE.glob(f"{name}*"))
                assert found or name == "uv.loc[k]"
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

        assert asked == {"database", "app"}

    @pytest.mark.parametrize("service", OURS)
    def test_keeps_what_must_last_in_volumes(self, compose: dict[str, Any], service: str) -> None:
        kept = dict(volume.split(":")[:2] for volume in compose["services"][service]["volumes"])

        assert set(kept.values()) == {"/var/lib/app", "/srv/.data"}
        assert set(kept) <= set(compose["volumes"])

    def test_says_that_it_is_no_production(self) -> None:
        head = rendered("compose.yaml.jinja").partition("name:")[0]

        assert "To try the container out" in head
        assert "production is" in head
