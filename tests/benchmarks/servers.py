"""Run each application as a separate process, on its own port."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

INSIDE = Path(__file__).parent / "inside"
"""Programs that run with the project's Python, and import nothing from this package."""
TICKS = os.sysconf("SC_CLK_TCK")
UVICORN = ("-m", "uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process and its workers so far."""
        return sum(_cpu_seconds(pid) for pid in self.pids())

    def megabytes(self) -> float:
        """Return the average resident memory of the serving processes."""
        sizes = [_resident(pid) for pid in self.pids()[1:] or self.pids()]
        return sum(sizes) / len(sizes) / 1e6

    @staticmethod
    def resident(pid: int) -> int:
        """Return the resident memory of one process, in bytes."""
        return _resident(pid)

    def pids(self) -> list[int]:
        """Return the pids of the process and its workers, without Python's helper process."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *(int(child) for child in children if _resident(int(child)) > 30e6)]


@contextmanager
def serve(name: str, command: list[str], environment: Mapping[str, str], folder: Path, log: Path) -> Iterator[Server]:
    """Yield the server once it answers. `{port}` in the command becomes a free port. Raises TimeoutError."""
    port = _free_port()
    with ExitStack() as closing:
        process = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=closing.enter_context(log.open("wb")),
            stderr=subprocess.STDOUT,
        )
        closing.callback(_stop, process)
        _wait_for(port, process, log)
        yield Server(name, port, process)


@contextmanager
def process(name: str, command: list[str], environment: Mapping[str, str], folder: Path, log: Path) -> Iterator[Server]:
    """Yield a process that answers nobody, such as a worker."""
    with log.open("wb") as output:
        started = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield Server(name, 0, started)
        finally:
            _stop(started)


def reference(python: str, module: str) -> list[str]:
    """Return the command of an application to compare with."""
    return [python, *UVICORN, "--port", "{port}", "--app-dir", str(INSIDE), f"{module}:app"]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1)
        except HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"it does not answer:\n{log.read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
