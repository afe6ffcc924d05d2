"""Schemathesis sends what the OpenAPI document allows and forbids, and checks each answer by it.

`valid_requests_are_understood` in credentials.py replaces a check that does not know our problems.
The seed is fixed; others: `make contract seed=7`, with more examples: `make contract examples=50`,
of some paths only: `make contract paths=/api/v1/files`.
"""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.config import Settings
from app.core.runtime import Runtime
from tests.support.processes import free_port, running, until_up

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
SERVER = HERE.parent / "attacks" / "server.py"
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SEED = os.environ.get("CONTRACT_SEED", "1")
EXAMPLES = os.environ.get("CONTRACT_EXAMPLES", "2")
PATHS = os.environ.get("CONTRACT_PATHS", ".")
UNLIMITED = {
    f"APP_LIMITS_{name}": "off" for name in ("LOGIN", "ACCOUNT", "MAIL_RECIPIENT", "MAIL_TENANT")
}
MOST_SHOWN = 20_000
PHASES = {"member": "examples,coverage,fuzzing,stateful", "key": "fuzzing", "nobody": "fuzzing"}
"""A member sends all of them; others are refused most of what is tried."""


@pytest.mark.parametrize("caller", PHASES)
async def test_every_operation_does_what_the_document_says(
    caller: str, settings: Settings, runtime: Runtime, app: FastAPI, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(SERVER, port, settings, APP_FILES_FOLDER=str(tmp_path), **UNLIMITED) as server:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            await until_up(client, server)
        permissions = ",".join(sorted(runtime.permissions.least))
        result = _run(caller, url, permissions, tmp_path)

    assert result.returncode == 0, result.stdout[-MOST_SHOWN:]


def _run(
    caller: str, url: str, permissions: str, folder: Path
) -> "subprocess.CompletedProcess[str]":
    options = ("--seed", SEED, "--max-examples", EXAMPLES, "--phases", PHASES[caller])
    environment = {
        **os.environ,
        "CONTRACT_CALLER": caller,
        "CONTRACT_PERMISSIONS": permissions,
        "CONTRACT_URL": url,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SCHEMATHESIS_HOOKS": f"{__package__}.credentials",
    }
    return subprocess.run(
        [
            str(SCHEMATHESIS),
            "--config-file",
            str(HERE / "schemathesis.toml"),
            "run",
            f"{url}/openapi.json",
            "--checks",
            "all",
            "--exclude-checks",
            "positive_data_acceptance",
            "--suppress-health-check",
            "too_slow",  # of the tool: a busy machine, or a large schema
            "--include-path-regex",
            PATHS,
            "--warnings",
            "off",
            "--no-color",
            *options,
        ],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
