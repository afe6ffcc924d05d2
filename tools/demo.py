"""Generate a project and run it (`make demo`), or also send the printed requests (`make demo-check`)."""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import copier
from copier.errors import DirtyLocalWarning

from tools.snapshot import GIT_ENVIRONMENT, ROOT, commit_all

PROJECT = ROOT / "build" / "demo"
LOG = ROOT / "build" / "demo.log"
MODULES = "projects, invoices"
UV = os.environ.get("UV", "uv")
READY_WITHIN = 90
SEEDS = "import json; from app import seeds; print(json.dumps([seeds.PASSWORD, *(t.email for t in seeds.TENANTS)]))"


class DemoFailed(Exception):
    """The demo failed; the message says at which step."""


@dataclass(frozen=True)
class DemoUser:
    email: str
    password: str


@dataclass(frozen=True)
class Demo:
    url: str
    user: DemoUser
    foreign_row: str

    @property
    def log_in(self) -> str:
        form = f"--data-urlencode 'username={self.user.email}' --data-urlencode 'password={self.user.password}'"
        read = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"access_token\"])'"
        return f'TOKEN=$(curl -s {self.url}/api/v1/auth/token {form} | {read}); echo "$TOKEN"'

    @property
    def own_rows(self) -> str:
        return f'curl -s -H "Authorization: Bearer $TOKEN" {self.url}/api/v1/projects'

    @property
    def foreign(self) -> str:
        return f'curl -s -i -H "Authorization: Bearer $TOKEN" {self.url}/api/v1/projects/{self.foreign_row}'


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="try what is printed, on a free port, and end")
    check = arguments.parse_args().check
    try:
        run(check=check)
    except DemoFailed as error:
        sys.exit(f"The demo failed: {error}")
    except KeyboardInterrupt:
        print("\nStopped.")


def run(*, check: bool) -> None:
    started = time.monotonic()
    port = _free_port() if check else _port(8000)
    generate()
    install()
    with serving(port) as url:
        say("Seeding two tenants")
        command("app", "seed")
        user, rival = demo_users()
        demo = Demo(url, user, foreign_row=_first_row(url, rival))
        say(f"Ready after {time.monotonic() - started:.0f} s")
        show(demo, rival)
        if check:
            check_answers(demo)
        else:
            _wait()


def generate() -> None:
    say(f"Generating a project with the modules {MODULES} into {PROJECT.relative_to(ROOT)}")
    shutil.rmtree(PROJECT, ignore_errors=True)
    with warnings.catch_warnings():
        # The demo should include uncommitted changes. It is never updated, so a dirty template does no harm.
        warnings.simplefilter("ignore", DirtyLocalWarning)
        os.environ.update(GIT_ENVIRONMENT)
        answers = {"custom_modules": MODULES}
        copier.run_copy(str(ROOT), PROJECT, data=answers, vcs_ref="HEAD", defaults=True, unsafe=True, quiet=True)
    commit_all(PROJECT)


def install() -> None:
    say("Installing what it needs")
    _run(UV, "sync")


@contextmanager
def serving(port: int) -> Iterator[str]:
    """Run `app serve`, which starts PostgreSQL and migrates, until the block ends."""
    say("Starting PostgreSQL, migrating, serving")
    url = f"http://127.0.0.1:{port}"
    with LOG.open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [PROJECT / ".venv/bin/app", "serve", "--port", str(port)],
            cwd=PROJECT,
            env=_clean_environment(),
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_ready(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=30)


def demo_users() -> tuple[DemoUser, DemoUser]:
    """Return a user of each of the two tenants that `app seed` creates."""
    password, *emails = json.loads(command("python", "-c", SEEDS))
    first, second = (DemoUser(email, password) for email in emails[:2])
    return first, second


def show(demo: Demo, rival: DemoUser) -> None:
    print(
        f"""
  Open       {demo.url}/console
  Log in as  {demo.user.email} or {rival.email}, of two tenants
  Password   {demo.user.password}
  API docs   {demo.url}/docs
  Its log    {LOG.relative_to(ROOT)}

  Log in:
    {demo.log_in}

  Your tenant's rows:
    {demo.own_rows}

  Another tenant's row, which for you does not exist (404):
    {demo.foreign}
""",
        flush=True,
    )


def check_answers(demo: Demo) -> None:
    """Open the console and run the three printed commands in one shell. Raises DemoFailed if one does not work."""
    say("Trying the console and the three lines")
    with urllib.request.urlopen(f"{demo.url}/console") as page:
        if b"<h1>Log in</h1>" not in page.read():
            raise DemoFailed(f"{demo.url}/console should lead to the log-in")
    rows, foreign = _answers_of_curl(demo) if shutil.which("curl") else _answers(demo)
    problem = json.loads(foreign)
    if not rows["items"] or demo.foreign_row in (row["id"] for row in rows["items"]):
        raise DemoFailed(f"own rows should be some of one's own, but are {rows}")
    if problem["status"] != 404 or not {"type", "title", "instance", "trace_id"} <= problem.keys():
        raise DemoFailed(f"the other tenant's row should be a 404 problem, but is {problem}")
    say(f"All work: {len(rows['items'])} own rows, and a 404 for the other tenant's")


def _answers_of_curl(demo: Demo) -> tuple[dict[str, Any], str]:
    lines = "\n".join([demo.log_in, "echo; echo ----", demo.own_rows, "echo; echo ----", demo.foreign])
    _, rows, foreign = _run("sh", "-c", lines).split("----")
    head, _, body = foreign.strip().replace("\r", "").partition("\n\n")
    if "application/problem+json" not in head:
        raise DemoFailed(f"the other tenant's row should be problem details, but answers\n{head}")
    return json.loads(rows), body


def _answers(demo: Demo) -> tuple[dict[str, Any], str]:
    token = _token(demo.url, demo.user)
    rows = _get(f"{demo.url}/api/v1/projects", token)
    return json.loads(rows), _get(f"{demo.url}/api/v1/projects/{demo.foreign_row}", token)


def _first_row(url: str, user: DemoUser) -> str:
    rows = json.loads(_get(f"{url}/api/v1/projects", _token(url, user)))
    if not rows["items"]:
        raise DemoFailed(f"{user.email} has no projects, but seeding makes some")
    return str(rows["items"][0]["id"])


def _token(url: str, user: DemoUser) -> str:
    form = urllib.parse.urlencode({"username": user.email, "password": user.password}).encode()
    with urllib.request.urlopen(f"{url}/api/v1/auth/token", form) as answer:
        return str(json.load(answer)["access_token"])


def _get(url: str, token: str) -> str:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


def _wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + READY_WITHIN
    while time.monotonic() < patience:
        if server.poll() is not None:
            raise DemoFailed(f"the server ended:\n{LOG.read_text(encoding='utf-8')}")
        try:
            with urllib.request.urlopen(f"{url}/health/ready"):
                return
        except OSError:
            time.sleep(0.2)
    raise DemoFailed(f"the server was not ready within {READY_WITHIN} s:\n{LOG.read_text(encoding='utf-8')}")


def _wait() -> None:
    say("Serving until Ctrl-C")
    while True:
        time.sleep(3600)


def command(*arguments: str) -> str:
    return _run(str(PROJECT / ".venv/bin" / arguments[0]), *arguments[1:])


def _run(*arguments: str) -> str:
    done = subprocess.run(
        arguments, cwd=PROJECT, env=_clean_environment(), stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    if done.returncode:
        raise DemoFailed(f"{' '.join(arguments)} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def _clean_environment() -> dict[str, str]:
    """Return the environment without this repository's virtual environment and other applications' settings."""
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV" and not name.startswith("APP_")}


def _port(wanted: int) -> int:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return _free_port()
    return wanted


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def say(step: str) -> None:
    print(f"· {step}", flush=True)


if __name__ == "__main__":
    main()
