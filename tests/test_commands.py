"""Each command of the pages, Makefiles, CI files and the Dockerfile runs, or says here why it does not.

A new command turns this red until it stands in one of the three tables: RUN, ELSEWHERE, NOT_RUN.
"""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.clone import PATH, Clone
from tests.commands import SOURCES, commands, steps_of
from tools.snapshot import ROOT, VERSION, commit_all

READY_WITHIN = 120
OUTSIDE = {
    **{name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")},
    "PATH": PATH,
}
"""Keeps the machine's own settings of proxies and certificates, for commands that download."""

# Run in one clone, in this order; a text says what to run in the command's place, and why is plain.
RUN = {
    "make help": "",
    "make migrate": "",
    'make migration m="due date"': "",
    "app migrate": "",
    "make seed": "",
    "make doctor": "",
    "make adopt": "",
    "make format": "",
    "make imports": "",
    "make import-rules": "",
    "make docs-modules": "",
    "make openapi": "",
    "make openapi release=1": "",
    "make lint-migrations": "",
    "app events list": "",
    "app events list --status waiting": "",
    "app jobs list": "",
    "app jobs failed": "",
    "uv run app --help": "",
    "app backup": "",
    "app restore-check": "",
    "make restore-check": "",
    "app backup backups --keep-days 14 --then 'aws s3 cp {} s3://acme-backups/'": (
        "app backup backups --keep-days 14 --then 'cp {} backups/copied'"
    ),
    "make restore-check dump=backups/app-20260504T030000Z.dump": (
        "make restore-check dump=backups/copied && rm -r backups"
    ),
    "app tenants list": "",
    "app jobs list --limit 20": "",
    "app jobs failed --limit 20": "",
    "make psql": "echo 'SELECT count(*) FROM tenants' | make psql",
    "make isolation": "make isolation only='-k test_session'",
    "make test only=tests/standard/core/test_logging.py": "",
    "make --silent lint boundaries": "",
    "make module": "",
    "app mail preview": "",
    "app tenants create NAME E-MAIL": "app tenants create 'Acme' owner@acme.example",
    "app translations": "",
    "app translations fr": "app translations fr && rm src/app/templates/languages/fr.po",
    "app translations de": "app translations de && rm -f src/app/templates/languages/de.po",
    "app worker --alive /tmp/worker": "timeout --signal INT 20 app worker --alive alive; test -f alive && rm alive",
}
BUILT = "test_container.py: def test_is_built_by_its_own_commands"
MOVED = "test_import.py: def test_moves_by_command"
# What stands beside it runs the command: a test, or a command above with other words in it.
ELSEWHERE = {
    "app tenants": "app tenants list",
    "app tenants suspend 0190…": "test_lifecycle.py: def test_do_the_same",
    "app tenants resume 0190…": "test_lifecycle.py: def test_do_the_same",
    "app tenants delete 0190…": "test_lifecycle.py: def test_do_the_same",
    "app tenants export 0190… --output acme.jsonl --with-accounts": MOVED,
    "app tenants export 0190… --output yesterday.jsonl": MOVED,
    "app tenants export 0190… --output today.jsonl": MOVED,
    "app tenants import acme.jsonl": MOVED,
    "app tenants import yesterday.jsonl": MOVED,
    "app serve --workers": "app serve --workers 2",
    "app tenants export": MOVED,
    "APP_DATABASE_REPLICA_LAG_SECONDS=5": "streaming.py: replica_lag_seconds",
    "APP_DATABASE_REPLICA_URL=postgresql://app_rw:…@replica:5432/app": "streaming.py: replica_url",
    "app worker --metrics-port 9101": "test_backlog.py: def test_answer_for_themselves",
    "app worker --concurrency 10": "make worker",
    "app worker --queue reports": "test_fair_shares.py: queues=",
    "psql --dbname postgres --command 'ALTER DATABASE app RENAME TO app_before' --command"
    " 'ALTER DATABASE app_restored RENAME TO app'": "test_operations.py: RENAMED",
    "uv sync --extra sentry": "test_errors.py: from app.core.observability import observe",
    "app doctor": "make doctor",
    "app doctor --before-deploy": "test_before_deploy.py: def test_goes_through_compose",
    "make contract": "test_contract.py: async def test_every_operation_does_what_the_document_says",
    "make contract seed=7 examples=50": "make contract",
    "make client": 'conftest.py: run("make", "client"',
    "make module m=invoices.yml": "test_adding.py: def test_is_merged_into_edited_files",
    "make module m=invoices.yml dry-run=1": "test_adding.py: def test_is_shown_and_ends_with_a_list_of_conflicts",
    "make update v=…": "make update",
    "make update answer='api_clients=typescript'": "make update answer='ci=gitlab'",
    "make update answer='python_version=3.14'": "make update answer='ci=gitlab'",
    "make update answer='deploy=compose'": "make update answer='ci=gitlab'",
    "app seed": "make seed",
    "app adopt": "make adopt",
    "app import-rules --check": "test_projects.py: class TestCheck",
    "make check": "test_projects.py: class TestCheck",
    "make boundaries": "test_projects.py: class TestCheck",
    "make standard-check": "test_projects.py: class TestCheck",
    "make test": "test_projects.py: class TestCheck",
    "make test only=src/app/modules/<name>": "make test only=tests/standard/core/test_logging.py",
    "make test only=src/app/modules/invoices": "make test only=tests/standard/core/test_logging.py",
    "make test only=tests/architecture": "make test only=tests/standard/core/test_logging.py",
    "make test only=tests/standard/core": "make test only=tests/standard/core/test_logging.py",
    "make test only=…": "make test only=tests/standard/core/test_logging.py",
    "make migration": 'make migration m="due date"',
    'make migration m="add due date"': "test_modules_by_hand.py: test_is_added_in_six_steps",
    'make migration m="drop webhooks"': 'make migration m="due date"',
    'make migration m="labels"': 'make migration m="due date"',
    'make migration m="…"': 'make migration m="due date"',
    "make dev": "test_commands.py: def test_serve_until_their_first_answer",
    "make dev port=8001": "test_commands.py: def test_serve_until_their_first_answer",
    "make serve": "test_commands.py: def test_serve_until_their_first_answer",
    "make worker": "test_commands.py: def test_serve_until_their_first_answer",
    "app worker": "test_commands.py: def test_serve_until_their_first_answer",
    "app serve": "test_commands.py: def test_serve_until_their_first_answer",
    "app serve --host 0.0.0.0 --port 8000": BUILT,
    "app serve --host 0.0.0.0 --workers 2": "test_workers.py: def test_the_application_comes_up",
    "app serve --workers 2": "test_workers.py: def test_the_application_comes_up",
    "app serve --workers 4": "test_workers.py: def test_the_application_comes_up",
    "app worker --concurrency 5": "make worker",
    "app create-superuser": "test_cli.py: def test_reads_the_environment",
    "app events resubmit": "test_commands.py: def test_are_listed_sent_again_and_archived",
    "app events resubmit 01a2…": "test_commands.py: def test_are_listed_sent_again_and_archived",
    "app events archive 01a2…": "test_commands.py: def test_are_archived",
    "app jobs retry": "test_commands.py: def test_are_listed_cancelled_and_retried",
    "app jobs retry 4711": "test_commands.py: def test_are_listed_cancelled_and_retried",
    "app jobs cancel 4711": "test_commands.py: def test_are_listed_cancelled_and_retried",
    "app jobs cancel --name reports.send": "test_commands.py: def test_are_cancelled_and_retried_by_name",
    "app jobs retry --name reports.send": "test_commands.py: def test_are_cancelled_and_retried_by_name",
    "make module m=contracts": "test_adding.py: class TestMake",
    "make module m=contracts.yml": "test_adding.py: def test_comes_from_a_file_after_another",
    "make module m='contracts: {fields: {title: str(80) unique, client: ref clients, worth: \"decimal(9, 2)?\"}}'": (
        "test_adding.py: class TestMake"
    ),
    "make module m='orders: {fields: {number: str(20) unique, email: email,"
    ' total: "decimal(12, 2)", status: enum(open, paid, cancelled) = open}}\'': (
        "test_how_to.py: def test_begins_with_the_module"
    ),
    "make update": "test_make_update.py: def test_goes_from_release_to_release",
    "make update answer='ci=gitlab'": "test_make_update.py: def test_are_changed_by_an_update",
    "make update-check": "test_make_update.py: class TestUpdateCheck",
    "make update-check json=1": "test_make_update.py: class TestUpdateCheck",
    "make settle": "test_make_update.py: def test_goes_from_release_to_release",
    "copier update": "one_update.py: copier.run_update",
    "copier update --trust": 'small.py: "update", "--trust"',
    "copier update --trust --defaults --vcs-ref :current: --data 'modules=[files, webhooks]'": (
        "test_ready_made.py: def test_comes_later"
    ),
    "copier copy": "conftest.py: copier.run_copy",
    "copier copy --trust --overwrite --vcs-ref v1.2.0 URL .": "test_history.py: copier_takes_the_last_one",
    "uvx --with copier-template-extensions --with inflect copier copy --trust --overwrite --vcs-ref v1.2.0 URL .": (
        "test_commands.py: def test_of_the_readme_make_a_project"
    ),
    "uvx --with copier-template-extensions==0.3.4 --with inflect==7.6.0 copier@9.19.1 copy --trust"
    " git+https://YOUR-HOST/agency-standard.git my-project": (
        "test_commands.py: def test_of_the_readme_make_a_project"
    ),
    "uvx --with copier-template-extensions==0.3.4 --with inflect==7.6.0 copier@9.19.1 copy --trust --defaults"
    " --data-file answers.yml /path/to/agency-standard my-project": (
        "test_commands.py: def test_of_the_readme_make_a_project"
    ),
    "make tags": "test_history.py: def test_all_are_tagged",
    "make matrix": "test_matrix.py: def test",
    "git reset --quiet -- . && git checkout HEAD -- . && git clean -fd -- .": (
        "test_make_update.py: def test_ends_with_a_list_and_the_way_back"
    ),
    "pg_restore --dbname app_restored --exit-on-error app.dump": 'test_operations.py: "pg_restore"',
    "psql --dbname app_restored --file migrations/roles.sql": "test_operations.py: RESTORED",
    "createdb app_restored": "test_operations.py: RESTORED",
    "uv sync --locked --no-dev --extra observation --no-install-project": BUILT,
    "uv sync --locked --no-dev --extra observation": BUILT,
    "uv sync --extra observation": BUILT,
    "python -m compileall -q src migrations": BUILT,
    "python -m pip uninstall --yes --quiet pip": BUILT,
}
NOT_RUN = {
    "openssl rand -base64 48": "is openssl's",
    "app …": "stands for all of them",
    "docker compose exec worker app …": "needs the container of the worker",
    "docker compose exec --env APP_DATABASE_URL_FILE= --env"
    " APP_DATABASE_URL=postgresql://app_rw:…@database:5432/restored …": "needs the container of the worker",
    "docker compose exec database psql --username postgres app": "needs the container of PostgreSQL",
    "docker compose exec database bash /docker-entrypoint-initdb.d/2-passwords.sh": (
        "needs the container of PostgreSQL; restores.py runs the script twice"
    ),
    "docker compose exec backup bash /backup.sh base": "needs the container of the backup",
    "docker compose restart backup": "needs the container of the backup",
    "docker compose up --detach --force-recreate": "needs Docker",
    "docker compose up --detach --force-recreate database": "needs Docker",
    "rm secrets/app_rw_password secrets/*database_url secrets/pgbouncer_users && sh secrets.sh": (
        "test_deploy.py runs secrets.sh"
    ),
    "psql --dbname app_restored --command ANALYZE": "is PostgreSQL's",
    "uv add sentry-sdk": "is uv's",
    "alembic stamp d9c89f495b09": "is for a database of release 1.1.0 with a large audit log",
    "app migrate d9c89f495b09-1": "is for a database of release 1.1.0 with a large audit log",
    'psql "$OWNER" --command "CREATE INDEX CONCURRENTLY ix_audit_log_tenant_id_actor_id_id'
    ' ON audit_log (tenant_id, actor_id, id)"': ("is for a database of release 1.1.0 with a large audit log"),
    'test -n "$$(find /tmp/worker -mmin -1)"': "needs the container of the worker",
    "npm --prefix examples/web install --no-package-lock": "is npm's; test_web.py runs it in the folder",
    "npm --prefix examples/web run dev": "stays until Ctrl-C; test_web.py builds the page and serves it",
    "make demo": "stays until Ctrl-C; make demo-check is the same and ends",
    "make demo-check": "makes an environment of its own, for minutes; run it before a release",
    "make test-all": "is what runs this test",
    "make test only=tests/test_names.py": "is what runs this test, of one file",
    "make bench": "measures for many minutes",
    "make bench options=--quick": "measures for minutes",
    "make bench-scale": "measures for many minutes",
    "make bench-services": "measures for many minutes",
    "make bench-template": "measures for minutes",
    "make real-models": "runs the suites of three projects, for half an hour",
    "make fleet": "updates thirty projects, for an hour",
    "uv run python -m tools.fleet ~/clients/*/": "is for clients' projects on one's own machine",
    "uv add ./clients/python": "is uv's, in another project",
    "make load": "measures for many minutes",
    'make load options="--minutes 1"': "measures for minutes",
    "app distribute": "needs a cluster of Citus: template/tests/citus",
    "app distribute --undo": "needs a cluster of Citus: template/tests/citus",
    "createdb app": "needs a cluster of Citus: template/tests/citus",
    "psql app --file migrations/roles.sql": "needs a cluster of Citus: template/tests/citus",
    "git add": "is git's",
    "git checkout .": "is git's; takes back a change that was not committed",
    "git clean -fd": "is git's; takes back a change that was not committed",
    "git diff": "is git's",
    "git describe": "is git's",
    "git fetch --unshallow": "is git's; needs a remote",
    "git merge v1.3.0": "is git's",
    "git tag --annotate v1.2.0 --message v1.2.0": "is git's; makes a release",
    "alembic stamp": "is named as what not to use",
    "pip install --no-cache-dir uv==0.13.9": "changes the machine; the tests have this uv",
    "useradd --system --uid 10001 --create-home app": "changes the machine: needs a container",
    "mkdir -p /srv/.data /var/lib/app/files": "changes the machine: needs a container",
    "chown -R app /srv/.data /var/lib/app": "changes the machine: needs a container",
    "pg_isready --username postgres --dbname app": "needs the container of PostgreSQL",
    "CMD python -c import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live')": (
        "needs the container; /health/live is asked by test_serve_until_their_first_answer"
    ),
    'python3 -m venv ~/.uv && ~/.uv/bin/python -m pip install --quiet uv && export PATH="$HOME/.uv/bin:$PATH"': (
        "writes into the home folder"
    ),
}


class TestTables:
    def test_have_every_command(self) -> None:
        known = {*RUN, *ELSEWHERE, *NOT_RUN}

        new = sorted(f"{each.source}: {each.text}" for each in commands() if each.text not in known)
        gone = sorted(known - {each.text for each in commands()})

        assert not new, "add it to RUN, ELSEWHERE or NOT_RUN:\n" + "\n".join(new)
        assert not gone, "no page has it any more:\n" + "\n".join(gone)

    def test_have_each_once_and_with_a_reason(self) -> None:
        assert len({*RUN, *ELSEWHERE, *NOT_RUN}) == len(RUN) + len(ELSEWHERE) + len(NOT_RUN)
        assert all(NOT_RUN.values())

    def test_name_what_is_there(self) -> None:
        folders = (ROOT / "tests", ROOT / "template/tests", ROOT / "template/src")
        for place in set(ELSEWHERE.values()) - {*RUN, *ELSEWHERE}:
            name, _, text = place.partition(": ")
            found = [file for folder in folders for file in folder.rglob(name)]

            assert any(text in file.read_text(encoding="utf-8") for file in found), place

    def test_are_found_in_each_kind_of_file(self) -> None:
        found = {each.source for each in commands()}

        assert found >= SOURCES

    def test_name_files_that_are_there(self) -> None:
        """A page names files in only=tests/…"""
        for each in commands():
            path = each.text.partition("only=")[2]
            if path.startswith("tests/"):
                root = ROOT / "template" if each.source.startswith("template/") else ROOT
                assert (root / path).exists(), each


@pytest.fixture(scope="module")
def clone(clone_of: Callable[[str], Clone]) -> Clone:
    return clone_of("default")


@pytest.mark.slow
@pytest.mark.xdist_group("default")
class TestCommands:
    def test_run_one_after_the_other(self, clone: Clone) -> None:
        for written, instead in RUN.items():
            done = shell(clone, instead or written)

            # `make module` without a name says what to give.
            assert done.returncode == (2 if written == "make module" else 0), f"{written}\n{done.stdout}"

    def test_of_ci_are_make_check(self) -> None:
        for source in ("template/.github/workflows/check.yml.jinja", "template/.gitlab-ci.yml.jinja"):
            assert steps_of(source) == ["make check"]

    def test_of_pre_commit_run(self, clone: Clone) -> None:
        commit_all(clone.folder)

        done = shell(clone, "uvx --quiet pre-commit run --all-files", **OUTSIDE)

        assert done.returncode == 0, done.stdout
        assert "Passed" in done.stdout

    @pytest.mark.parametrize("command", ["make dev port={}", "app serve --port {}", "make worker"])
    def test_serve_until_their_first_answer(self, clone: Clone, command: str, tmp_path: Path) -> None:
        port, log = free_port(), tmp_path / "log"
        with log.open("w", encoding="utf-8") as output:
            started = subprocess.Popen(
                ["sh", "-c", f"exec {command.format(port)}"],
                cwd=clone.folder,
                env=clone.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until(lambda: has_answered(port) if "{}" in command else has_worker(clone), started, log)
            wait_until(lambda: "dev" not in command or "Log in as" in said(log), started, log)
            wait_until(lambda: "dev" not in command or said(log).endswith("starts it again.\n\n"), started, log)
            assert "Traceback" not in said(log)
        finally:
            os.killpg(started.pid, signal.SIGINT)
            try:
                started.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)
                raise

    def test_of_the_readme_make_a_project(self, template: Path, tmp_path: Path) -> None:
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        answers = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)[0]
        (tmp_path / "answers.yml").write_text(answers, encoding="utf-8")
        written = re.search(r"^uvx .*--data-file.*$", readme, re.MULTILINE)
        assert written
        command = written[0].replace("/path/to/agency-standard", str(template)) + f" --vcs-ref {VERSION}"

        subprocess.run(["sh", "-c", command], cwd=tmp_path, env=OUTSIDE, check=True, capture_output=True)

        modules = {folder.name for folder in (tmp_path / "my-project/src/app/modules").iterdir()}
        assert modules >= set(yaml.safe_load(answers)["custom_modules"])


def shell(clone: Clone, command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-c", command],
        cwd=clone.folder,
        env=variables | clone.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def has_answered(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def has_worker(clone: Clone) -> bool:
    """True if a worker has said in the database that it is there."""
    query = "SELECT 'there is one' FROM procrastinate_workers"
    return "there is one" in shell(clone, f'echo "{query}" | app psql').stdout


def said(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def wait_until(condition: Callable[[], bool], started: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait for the condition. Fails the test if the process ends, or if it takes too long."""
    deadline = time.monotonic() + READY_WITHIN
    while not condition():
        assert started.poll() is None, said(log)
        assert time.monotonic() < deadline, said(log)
        time.sleep(0.1)
