"""A served app, and a copy of a client's folder in which it is generated, for the tests here."""

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.config import Settings
from app.database.schema.migrations import PROJECT
from tests.support.processes import free_port, running, until_up

UV = shutil.which("uv") or str(PROJECT / ".tools" / "bin" / "uv")
SERVER = PROJECT / "tests" / "attacks" / "server.py"
GENERATED = ("node_modules", "build", "generated", "dist", "__pycache__")
OURS = ("PYTHONPATH", "VIRTUAL_ENV")
PATIENCE = 300
"""Seconds for one command: npm tries for an hour to reach a registry that does not answer."""
UNLIMITED = {f"APP_LIMITS_{name}": "off" for name in ("LOGIN", "ACCOUNT")}


@pytest.fixture
def project(tmp_path: Path, app_with_notes: FastAPI) -> Path:
    """The parts of this project that `make client` reads, with openapi.json as the app says it.

    Its document has a module with CSV, whatever the project's own modules have.
    """
    document = json.dumps(app_with_notes.openapi())
    (tmp_path / "openapi.json").write_text(document, encoding="utf-8")
    for name in ("clients", "examples"):
        if (PROJECT / name).exists():
            ignored = shutil.ignore_patterns(*GENERATED)
            shutil.copytree(PROJECT / name, tmp_path / name, ignore=ignored)
    shutil.copy(PROJECT / "Makefile", tmp_path)
    return tmp_path


@asynccontextmanager
async def served(settings: Settings, files: Path, **variables: str) -> AsyncIterator[str]:
    """Serve the app as `app serve` does, and yield its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    more = {"APP_FILES_FOLDER": str(files), **UNLIMITED, **variables}
    with running(SERVER, port, settings, **more) as server:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            await until_up(client, server)
        yield url


def make_client(language: str, project: Path) -> None:
    """Run `make client` for one language; openapi.json is there already."""
    run("make", "client", f"CLIENTS=client-{language}", f"UV={UV}", "RUN=true", folder=project)


def run(*command: str, folder: Path, **variables: str) -> str:
    """Return what the command says. Fails the test, with all of it, if it ends with an error.

    It finds no environment of these tests: a client has its own packages.
    """
    outside = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        command,
        cwd=folder,
        env=outside | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
