"""Read deploy/ strictly, and run what it runs: no machine of ours runs Docker or Kamal in tests."""

import configparser
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import promql_parser
import pytest
import yaml

from tools.environment import environment_of
from tools.snapshot import ROOT

DEPLOY = ROOT / "template" / "deploy"
COMPOSE, KAMAL, MONITORING = DEPLOY / "compose", DEPLOY / "kamal", DEPLOY / "monitoring"
GIVEN = {
    "IMAGE": "ghcr.io/acme/portal:1.0.0",
    "HOST": "api.acme.org",
    "MAIL_HOST": "smtp.acme.org",
    "MAIL_SENDER": "no-reply@acme.org",
    "SERVER": "203.0.113.7",
    "REGISTRY_USERNAME": "acme",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")
FETCH = re.compile(r'<%= ENV\.fetch\("(\w+)"(?:, "([^"]*)")?\) %>')
# What the Compose specification and Kamal 2 know, as far as it is used; another word is a slip.
SERVICE = set(
    "image command environment env_file volumes networks read_only tmpfs cap_drop security_opt restart"
    " stop_grace_period logging ports secrets healthcheck depends_on shm_size".split()
)
KAMAL_KEYS = set(
    "service image primary_role servers proxy registry builder env volumes drain_timeout deploy_timeout"
    " readiness_delay retain_containers secrets_path".split()
)
ROLE_KEYS, PROXY_KEYS = (
    {"hosts", "cmd", "options", "env", "proxy"},
    set("ssl host app_port forward_headers response_timeout healthcheck".split()),
)
OURS = {"app": "serve", "worker": "work", "migrate": "migrate"}
LOADS = "import sys; from app.config import load_settings as load; load(None, process=sys.argv[1])"


def read(file: Path) -> str:
    """Return the text of a file that names the project."""
    return file.read_text(encoding="utf-8").replace("{{ project_slug }}", "acme-portal")


def filled(value: Any) -> Any:
    """Fill in the variables of each text, as Compose does after it has read the YAML."""
    if isinstance(value, dict):
        return {key: filled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each) for each in value]
    return _filled(value) if isinstance(value, str) else value


def _filled(text: str) -> str:
    return VARIABLE.sub(lambda m: GIVEN.get(m[1], m[3] if m[2] == "-" else ""), text)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = filled(yaml.safe_load(read(COMPOSE / "compose.yaml.jinja")))
    return loaded


@pytest.fixture(scope="module")
def pooled() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.pgbouncer.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def kamal() -> dict[str, Any]:
    text = FETCH.sub(lambda m: GIVEN.get(m[1], m[2] or ""), read(KAMAL / "deploy.yml.jinja"))
    loaded: dict[str, Any] = yaml.safe_load(text.replace("<%= %x(git rev-parse HEAD).strip %>", "0" * 40))
    return loaded


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder secrets/ as secrets.sh makes it."""
    folder = tmp_path_factory.mktemp("compose")
    (folder / "secrets.sh").write_bytes((COMPOSE / "secrets.sh").read_bytes())
    subprocess.run(["sh", "secrets.sh"], cwd=folder, check=True, capture_output=True)
    return folder / "secrets"


class TestCompose:
    def test_says_nothing_that_compose_does_not_know(self, compose: dict[str, Any], pooled: dict[str, Any]) -> None:
        assert {key for key in compose if not key.startswith("x-")} == {
            "name",
            "services",
            "networks",
            "volumes",
            "secrets",
        }
        for file in (compose, pooled):
            for name, service in file["services"].items():
                assert set(service) <= SERVICE, name

    def test_uses_what_is_there(self, compose: dict[str, Any], pooled: dict[str, Any], made: Path) -> None:
        secrets = compose["secrets"] | pooled["secrets"]
        for secret in secrets.values():
            assert (made / Path(secret["file"]).name).read_text(encoding="utf-8").strip()
        for service in (*compose["services"].values(), *pooled["services"].values()):
            assert set(service.get("secrets", ())) <= set(secrets)
            for name in service.get("depends_on", ()):
                assert name in compose["services"] or name in pooled["services"]
            for volume in service.get("volumes", ()):
                _is_there(volume.split(":")[0], compose["volumes"])
        variables = {name for name, *_ in VARIABLE.findall(read(COMPOSE / "compose.yaml.jinja"))}
        example = (COMPOSE / ".env.example").read_text(encoding="utf-8")
        assert {name for name in variables if not re.search(rf"^(# )?{name}=", example, re.MULTILINE)} == set()

    def test_opens_nothing_but_the_proxy(self, compose: dict[str, Any]) -> None:
        assert [name for name, service in compose["services"].items() if "ports" in service] == ["caddy"]
        caddy = compose["services"]["caddy"]["networks"]["inside"]["ipv4_address"]
        for name in ("app", "worker"):
            assert compose["services"][name]["environment"]["FORWARDED_ALLOW_IPS"] == caddy

    @pytest.mark.parametrize("name", OURS)
    def test_gives_our_processes_no_more_than_they_need(self, compose: dict[str, Any], name: str) -> None:
        service = compose["services"][name]

        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]
        assert service["cap_drop"] == ["ALL"]
        assert int(service["stop_grace_period"].removesuffix("s")) > 25
        named = {Path(v).name for k, v in service["environment"].items() if k.endswith("_FILE") and v}
        assert named <= set(service["secrets"])
        assert {n for n in service["secrets"] if n.startswith("database")} == {
            "app": {"database_url"},
            "worker": {"database_url", "database_admin_url"},
            "migrate": {"database_owner_url"},
        }[name]

    def test_knows_what_lives(self, compose: dict[str, Any]) -> None:
        asked = {name for name, service in compose["services"].items() if "healthcheck" in service}

        assert asked == {"app", "worker", "database"}
        assert compose["services"]["migrate"]["restart"] == "no"
        for name in ("app", "worker"):
            waits = compose["services"][name]["depends_on"]["migrate"]
            assert waits == {"condition": "service_completed_successfully"}

    def test_leads_the_pooled_ones_through_the_pooler(self, pooled: dict[str, Any], made: Path) -> None:
        ini = configparser.ConfigParser()
        ini.read_string((COMPOSE / "pgbouncer.ini").read_text(encoding="utf-8"))

        assert ini["pgbouncer"]["pool_mode"] == "transaction"
        for name in pooled["secrets"]:
            url = (made / name).read_text(encoding="utf-8").strip()
            assert f"@pgbouncer:{ini['pgbouncer']['listen_port']}/app" in url
            role, password = re.findall(r"//(\w+):(\w+)@", url)[0]
            assert f'"{role}" "{password}"' in (made / "pgbouncer_users").read_text(encoding="utf-8")

    def test_keeps_secrets_that_are_there(self, made: Path) -> None:
        before = {file.name: file.read_bytes() for file in made.iterdir()}

        subprocess.run(["sh", "../secrets.sh"], cwd=made, check=True, capture_output=True)

        assert {file.name: file.read_bytes() for file in made.iterdir()} == before
        assert made.stat().st_mode & 0o077 == 0
        assert len({before[f"{role}_password"] for role in ("app_rw", "app_owner", "app_admin", "backup")}) == 4

    @pytest.mark.slow
    @pytest.mark.xdist_group("everything")
    @pytest.mark.parametrize("through", ["compose", "pgbouncer"])
    def test_starts_each_process_in_production(
        self,
        through: str,
        compose: dict[str, Any],
        pooled: dict[str, Any],
        made: Path,
        project_of: Callable[[str], Path],
    ) -> None:
        project = project_of("everything")
        python = environment_of(project) / "python"
        for name, process in OURS.items():
            more = pooled["services"].get(name, {}).get("environment", {}) if through == "pgbouncer" else {}
            environment = compose["services"][name]["environment"] | more
            variables = {k: v.replace("/run/secrets", str(made)) for k, v in environment.items()}
            variables |= {"APP_ENVIRONMENT": "production", "PYTHONPATH": "src"}

            done = subprocess.run(
                [python, "-c", LOADS, process], cwd=project, env=variables, check=False, capture_output=True, text=True
            )

            assert done.returncode == 0, done.stderr

    @pytest.mark.slow
    @pytest.mark.xdist_group("everything")
    def test_backs_up_what_can_be_restored(self, made: Path, project_of: Callable[[str], Path]) -> None:
        project = project_of("everything")
        python = environment_of(project) / "python"
        variables = {**os.environ, "PYTHONPATH": "src", "PYTHONSAFEPATH": "1"}
        with TemporaryDirectory() as folder:
            command: list[str | Path] = [python, ROOT / "tests/restores.py", COMPOSE, made, folder]

            done = subprocess.run(command, cwd=project, env=variables, check=False, capture_output=True, text=True)

        assert done.returncode == 0, done.stderr + done.stdout


class TestKamal:
    def test_says_nothing_that_kamal_does_not_know(self, kamal: dict[str, Any]) -> None:
        assert set(kamal) <= KAMAL_KEYS
        assert set(kamal["proxy"]) <= PROXY_KEYS
        for role in kamal["servers"].values():
            assert set(role) <= ROLE_KEYS

    def test_shares_a_server_with_other_projects(self, kamal: dict[str, Any], compose: dict[str, Any]) -> None:
        """Containers and volumes have the names of their service."""
        assert kamal["service"] == compose["name"] == "acme-portal"
        assert [volume.split(":")[0] for volume in kamal["volumes"]] == ["acme-portal_files"]

    def test_asks_for_each_secret_once(self, kamal: dict[str, Any]) -> None:
        web, worker = set(kamal["env"]["secret"]), set(kamal["servers"]["worker"]["env"]["secret"])
        example = (KAMAL / "secrets.example").read_text(encoding="utf-8")

        assert web | worker | set(kamal["registry"]["password"]) == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
        assert web == {"APP_SECRET_KEY", "APP_DATABASE_URL"}
        assert worker == {"APP_DATABASE_ADMIN_URL", "APP_DATABASE_OWNER_URL"}

    def test_waits_longer_than_the_app(self, kamal: dict[str, Any]) -> None:
        assert kamal["proxy"]["healthcheck"]["path"] == "/health/ready"
        assert kamal["proxy"]["app_port"] == 8000
        assert kamal["proxy"]["response_timeout"] > 30
        assert kamal["drain_timeout"] > 25

    def test_migrates_before_the_web_starts(self, kamal: dict[str, Any]) -> None:
        """Kamal starts the primary role first, and uploads its secrets only then: no hook could migrate before."""
        worker, web = (kamal["servers"][role] for role in ("worker", "web"))

        assert kamal["primary_role"] == "worker"
        assert worker["cmd"].startswith('sh -c "app migrate && exec app worker ')
        assert (worker["proxy"], web["proxy"]) == (False, True)
        assert not set("'\"") & set(worker["options"]["health-cmd"]), "Kamal quotes it"
        assert web["options"].items() <= worker["options"].items()

    def test_is_called_as_kamal_takes_options(self) -> None:
        """Before the command Kamal takes none: it shows its help."""
        assert 'k() { kamal "$@" --config-file' in (KAMAL / "README.md").read_text(encoding="utf-8")

    def test_finds_its_own_files(self, kamal: dict[str, Any]) -> None:
        assert (ROOT / "template" / (kamal["secrets_path"] + ".example")).exists()


class TestMonitoring:
    def test_is_what_prometheus_reads(self) -> None:
        """promql_parser is a full parser; what the names mean is compared in a project."""
        rules = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
        panels = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))["panels"]
        queries = [rule["expr"] for rule in rules]
        queries += [target["expr"] for panel in panels for target in panel["targets"]]

        for query in queries:
            promql_parser.parse(query)

        for rule in rules:
            assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert set(rule["annotations"]) == {"summary", "runbook"}
        assert len({panel["id"] for panel in panels}) == len(panels)

    def test_runs_beside_the_app(self, compose: dict[str, Any], made: Path) -> None:
        added = yaml.safe_load((COMPOSE / "compose.monitoring.yaml").read_text(encoding="utf-8"))
        for name, service in added["services"].items():
            assert set(service) <= SERVICE, name
            assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
            for volume in service.get("volumes", ()):
                _is_there(volume.split(":")[0], added["volumes"])
        scraped = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
        targets = {each["job_name"]: each["static_configs"][0]["targets"] for each in scraped}

        assert targets == {"app": ["app:8000"], "worker": ["worker:9101"]}
        assert added["services"]["worker"]["command"].startswith(compose["services"]["worker"]["command"])
        assert "--metrics-port 9101 --metrics-host 0.0.0.0" in added["services"]["worker"]["command"]
        assert len((made / "metrics_token").read_text(encoding="utf-8").strip()) >= 16

    def test_scrapes_the_jobs_that_are_asked_for(self) -> None:
        config = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))

        assert {each["job_name"] for each in config["scrape_configs"]} == {"app", "worker"}
        assert config["rule_files"] == ["alerts.yml"]
        assert all(each["honor_labels"] is True for each in config["scrape_configs"]), "`job` is a label of ours, too"

    def test_alerts_fire_when_they_should(self, tmp_path: Path) -> None:
        """tests/alerts.yml has series for each alert, and what comes of them."""
        cases = yaml.safe_load((ROOT / "tests/alerts.yml").read_text(encoding="utf-8"))["tests"]
        checks = [check for case in cases for check in case["alert_rule_test"]]
        rules = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
        assert {check["alertname"] for check in checks if check["exp_alerts"]} == {rule["alert"] for rule in rules}

        promtool = _program("promtool")
        for file in (*MONITORING.iterdir(), ROOT / "tests/alerts.yml"):
            (tmp_path / ("cases.yml" if file.parent == ROOT / "tests" else file.name)).write_bytes(file.read_bytes())
        for command in ("check rules alerts.yml", "check config --syntax-only prometheus.yml", "test rules cases.yml"):
            _run(promtool, *command.split(), folder=tmp_path)


class TestCaddy:
    def test_reads_its_file(self, tmp_path: Path) -> None:
        caddy = _program("caddy")
        file = tmp_path / "Caddyfile"
        file.write_bytes((COMPOSE / "Caddyfile").read_bytes())

        _run(caddy, "validate", "--adapter", "caddyfile", "--config", str(file), folder=tmp_path)
        done = _run(caddy, "adapt", "--adapter", "caddyfile", "--config", str(file), folder=tmp_path)

        [server] = json.loads(done)["apps"]["http"]["servers"].values()
        assert server["listen"] == [":443"]
        assert server["routes"][0]["match"] == [{"host": [GIVEN["HOST"]]}]
        assert '"dial":"app:8000"' in done


class TestRestoreOfEachNight:
    def test_is_the_same_in_both_kinds_of_ci(self) -> None:
        github = yaml.safe_load((ROOT / "template/.github/workflows/restore.yml").read_text(encoding="utf-8"))
        gitlab = yaml.safe_load((DEPLOY / "image.gitlab-ci.yml").read_text(encoding="utf-8"))["restore"]
        steps = [step["run"] for step in github["jobs"]["restore"]["steps"] if "run" in step]

        assert steps == gitlab["script"]
        assert github[True]["schedule"]  # YAML 1.1 reads `on` as true


class TestAll:
    def test_scripts_are_scripts(self) -> None:
        scripts = [*DEPLOY.rglob("*.sh")]
        for script in scripts:
            shell = "bash" if "bash" in script.read_text(encoding="utf-8").splitlines()[0] else "sh"
            subprocess.run([shell, "-n", script], check=True)
        assert len(scripts) == 4

    def test_pages_are_a_screen(self) -> None:
        for page in DEPLOY.rglob("README.md"):
            assert len(page.read_text(encoding="utf-8").splitlines()) <= 45

    def test_settings_are_ours(self, compose: dict[str, Any], pooled: dict[str, Any], kamal: dict[str, Any]) -> None:
        known = (ROOT / "template/.env.example.jinja").read_text(encoding="utf-8")
        known += (ROOT / "template/docs/operations.md").read_text(encoding="utf-8")
        for name in _settings(compose, pooled, kamal):
            assert re.search(rf"\b{name.removesuffix('_FILE')}\b", known), name

    def test_the_image_is_looked_at_before_it_is_pushed(self) -> None:
        github = yaml.safe_load((ROOT / "template/.github/workflows/image.yml").read_text(encoding="utf-8"))
        steps = github["jobs"]["image"]["steps"]
        order = [step.get("uses", "").partition("@")[0] for step in steps]
        scanned = order.index("aquasecurity/trivy-action")
        [pushed] = [place for place, step in enumerate(steps) if step.get("with", {}).get("push")]
        gitlab = yaml.safe_load((DEPLOY / "image.gitlab-ci.yml").read_text(encoding="utf-8"))["image"]["script"]

        assert scanned < pushed
        assert steps[pushed]["with"]["sbom"] is True
        assert [line.split()[0] for line in gitlab][-4:] == ["$TRIVY", "$TRIVY", "docker", "docker"]
        assert "push" in gitlab[-1]


def _program(name: str) -> str:
    """Return a program that not every machine has, or skip the test."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _run(*command: str, folder: Path) -> str:
    variables = {**os.environ, **GIVEN, "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=variables, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _is_there(source: str, volumes: dict[str, Any]) -> None:
    if source.startswith("."):
        made = {"./backups", "./secrets/pgbouncer_users"}
        assert source in made or (COMPOSE / source).exists(), source
    else:
        assert source in volumes


def _settings(*files: dict[str, Any]) -> Iterator[str]:
    for file in files:
        for service in file.get("services", {}).values():
            yield from (name for name in service.get("environment", {}) if name.startswith("APP_"))
        yield from (name for name in file.get("env", {}).get("clear", {}) if name.startswith("APP_"))
