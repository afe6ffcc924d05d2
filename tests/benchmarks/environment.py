"""The project to measure, its Python, and the environment of its processes."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any

from tests.benchmarks.modules import answer
from tests.benchmarks.servers import INSIDE
from tools.environment import environment_of
from tools.snapshot import VERSION, snapshot

SECRET = secrets.token_urlsafe(48)


@dataclass(frozen=True)
class Project:
    """A project; `path` is the PYTHONPATH of a project that is not installed."""

    folder: Path
    python: str
    path: str = ""

    def run(self, environment: Mapping[str, str], *command: str) -> str:
        whole = {**os.environ, **self.variables(), **environment}
        done = subprocess.run(
            [self.python, *command], cwd=self.folder, env=whole, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def variables(self) -> dict[str, str]:
        return {"PYTHONPATH": self.path} if self.path else {}

    def serve_command(self, *options: str) -> list[str]:
        return [self.python, "-m", "app", "serve", "--port", "{port}", *options]


def rendered(folder: Path, modules: int = 1, *, ready_made: tuple[str, ...] = ()) -> Project:
    """Render a project from the working tree, with up to 26 further modules like the measured one."""
    template, project = snapshot(folder / "template"), folder / "project"
    chosen = [f"--data=modules={json.dumps(ready_made)}"] if ready_made else []
    answers = [*chosen, "--data", f"custom_modules={answer(modules - 1)}", "--defaults", "--trust", "--quiet"]
    command = ["copier", "copy", *answers, "--vcs-ref", VERSION, str(template), str(project)]
    subprocess.run(command, check=True)
    return Project(project, str(environment_of(project) / "python"), str(project / "src"))


@contextmanager
def database(project: Project, folder: Path, *, tenants: int, rows: int, logs: int = 0) -> Iterator[dict[str, Any]]:
    """Start a server with the rows, and yield what rows.py prints about it."""
    numbers = (str(number) for number in (tenants, rows, logs))
    script = [project.python, str(INSIDE / "rows.py"), "fill", str(folder), *numbers]
    environment = {**os.environ, **project.variables()}
    with subprocess.Popen(
        script, cwd=project.folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        yield loads(process.stdout.readline())
        process.stdin.close()


def tokens(project: Project, data: dict[str, Any]) -> list[str]:
    made: list[str] = loads(project.run(production(data), str(INSIDE / "rows.py"), "tokens", str(len(data["ids"]))))
    return made


def production(data: dict[str, Any]) -> dict[str, str]:
    """Return the environment of a production server, with nothing turned off."""
    return {
        "APP_ENVIRONMENT": "production",
        "APP_SECRET_KEY": SECRET,
        "APP_PUBLIC_URL": "https://api.example.com",
        "APP_DATABASE_URL": data["url"],
        "APP_DATABASE_OWNER_URL": data["owner_url"],
        "APP_DATABASE_ADMIN_URL": data["admin_url"],
        "APP_DATABASE_POOL_SIZE": "16",
        "APP_MAIL_HOST": "127.0.0.1",
        "APP_MAIL_SENDER": "Bench <bench@example.net>",
    }


def versions(project: Project) -> dict[str, str]:
    names = ("fastapi", "starlette", "pydantic", "sqlalchemy", "asyncpg", "uvicorn", "uvloop", "httptools")
    code = (
        "import json, platform; from importlib.metadata import version;"
        f"print(json.dumps({{'Python': platform.python_version()}} | {{n: version(n) for n in {names!r}}}))"
    )
    found: dict[str, str] = loads(project.run({}, "-c", code))
    return found
