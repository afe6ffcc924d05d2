"""Test `app serve --workers` with real processes, on a busy machine."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from app.config import Settings
from tests.support.processes import free_port

pytestmark = pytest.mark.slow

WITHIN = 300
BUSY = "while True: pass"
PROGRAM = str(Path(__file__).with_name("supervised_server.py"))
PROJECT = Path(__file__).parents[3]


class Server:
    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    @property
    def workers(self) -> list[int]:
        """Return the pids of all workers that started, in order."""
        return [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", self.log)]

    def started(self) -> int:
        return self.log.count("Application startup complete")

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WITHIN
        while not holds():
            assert self.process.poll() is None, f"the server ended:\n{self.log}"
            assert time.monotonic() < deadline, f"{what} did not happen:\n{self.log}"
            time.sleep(0.2)


@contextmanager
def serving(folder: Path, command: list[str], port: int, **variables: str) -> Iterator[Server]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("APP_")}
    paths = os.pathsep.join([*sys.path, str(PROJECT)])
    environment = {**clean, "APP_ENVIRONMENT": "test", "PYTHONPATH": paths, **variables}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield Server(process, port, folder / "log")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def busy() -> Iterator[None]:
    """Run one busy process per core at normal priority, so that the server gets half of the CPU."""
    with ExitStack() as ends:
        for _ in range(os.cpu_count() or 1):
            process = subprocess.Popen([sys.executable, "-c", BUSY])
            ends.callback(process.wait)
            ends.callback(process.kill)
        yield


def test_the_application_comes_up_outlives_a_worker_and_ends_well_under_load(
    settings: Settings, tmp_path: Path
) -> None:
    names = {f"APP_DATABASE_{name.upper()}": name for name in ("url", "owner_url", "admin_url")}
    urls = {variable: str(getattr(settings.database, name)) for variable, name in names.items()}
    port = free_port()
    command = ["-m", "app", "serve", "--workers", "2", "--port", str(port)]
    with busy(), serving(tmp_path, command, port, **urls) as server:
        server.until("the start of both workers", lambda: server.started() == 2)
        assert "Started parent process" in server.log
        assert "died" not in server.log
        assert server.answers()

        victim = server.workers[0]
        os.kill(victim, signal.SIGKILL)
        server.until("an answer", server.answers)
        server.until("a third start", lambda: server.started() == 3)
        assert f"Worker [{victim}] died (-9)" in server.log

        server.process.terminate()
        assert server.process.wait(WITHIN) == 0
        assert re.search(r"Received SIGTERM.*Stopping parent process", server.log, re.DOTALL)
        for worker in server.workers:
            with pytest.raises(ProcessLookupError):
                os.kill(worker, 0)


def test_workers_may_import_for_longer_than_uvicorn_would_wait(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, [PROGRAM, str(port), "slow"], port) as server:
        server.until("the start of both workers", lambda: server.started() == 2)

        assert server.answers()
        assert "died" not in server.log


def test_workers_that_cannot_start_are_an_exit_code(tmp_path: Path) -> None:
    """uvicorn's own command exits with 0 here, which a supervisor takes for an intended stop."""
    port = free_port()
    with serving(tmp_path, [PROGRAM, str(port), "broken"], port) as server:
        assert server.process.wait(WITHIN) == 3
        assert "could not start" in server.log


def test_a_worker_that_cannot_start_beside_one_that_serves_is_replaced_until_it_can(
    tmp_path: Path,
) -> None:
    port, obstacle = free_port(), tmp_path / "obstacle"
    with serving(tmp_path, [PROGRAM, str(port), str(obstacle)], port) as server:
        server.until("the start of both workers", lambda: server.started() == 2)
        obstacle.touch()
        os.kill(server.workers[0], signal.SIGKILL)
        server.until("a failed start", lambda: "died (3), and is replaced" in server.log)
        assert server.answers()

        obstacle.unlink()
        server.until("a third start", lambda: server.started() == 3)
        assert "could not start" not in server.log
