"""Run `make bench-services`: what is not a plain request, beside the libraries used directly, in turns.

Jobs, events and webhooks against Procrastinate and httpx; log-in, refresh and files against FastAPI as its
documentation writes it; the start and the memory of a process against the typical app.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

from tests.benchmarks import environment
from tests.benchmarks.cases import REAL_CASES
from tests.benchmarks.environment import Project
from tests.benchmarks.measure import load_generator
from tests.benchmarks.modules import REAL
from tests.benchmarks.receiver import receiving
from tests.benchmarks.servers import INSIDE, Server, reference, serve

PAGES = 200
PASSWORD = "correct horse battery staple"
SIDES = ("project", "direct")
PEERS = {
    "jobs per second": "Procrastinate",
    "jobs: ms from the commit to the handler": "Procrastinate",
    "events per second, two subscribers each": "Procrastinate, two jobs each",
    "events: ms from the commit to the second subscriber": "the same",
    "webhooks per second": "Procrastinate, httpx, a signature",
    "log-ins per second": "FastAPI, pwdlib, a signed token",
    "refreshes per second": "FastAPI, SQLAlchemy, a signed token",
    "ms to upload 20 MB": "FastAPI, a file on the disk",
    "ms to download 20 MB": "FileResponse",
    "ms of CPU for a list of 20 rows in the console": "the same list of the API",
    "s from the start of a server to its first answer": "the typical app",
    "MB after 2,000 requests": "the typical app",
    "MB after 100,000 requests": "the typical app",
}


@dataclass(frozen=True)
class Bench:
    project: Project
    data: dict[str, Any]
    folder: Path
    options: argparse.Namespace

    def variables(self) -> dict[str, str]:
        off = dict.fromkeys(("APP_LIMITS_LOGIN", "APP_LIMITS_ACCOUNT", "APP_LIMITS_ADDRESS"), "off")
        return {
            **self.project.variables(),
            **environment.production(self.data),
            **off,
            "APP_LOG_LEVEL": "WARNING",
            "APP_FILES_FOLDER": str(self.folder / "files"),
            "APP_WEBHOOKS_PRIVATE_NETWORKS": "127.0.0.0/8",
            "BENCH_FOLDER": str(self.folder / "files"),
            "BENCH_SUPERUSER": self.data["superuser"],
        }

    def python(self, *command: str, variables: Mapping[str, str] | None = None) -> str:
        return self.project.run(variables or self.variables(), *command)

    def tokens(self, number: int) -> list[str]:
        made: list[str] = json.loads(self.python(str(INSIDE / "rows.py"), "tokens", str(number)))
        return made

    def served(self, side: str, peer: str) -> Any:
        """Return a context manager that serves the project or its peer."""
        plain = {"APP_DATABASE_URL": self.data["plain_url"]}
        command = self.project.serve_command() if side == "project" else reference(self.project.python, peer)
        variables = {**self.variables(), **({} if side == "project" else plain)}
        return serve(side, command, variables, self.project.folder, self.folder / "server.log")


def main() -> None:
    options = _options()
    results: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "files").mkdir()
        project = environment.rendered(folder, ready_made=("console", "files", "webhooks"))
        with environment.database(project, folder / "postgres", tenants=1000, rows=20) as data:
            bench = Bench(project, data, folder, options)
            bench.python(str(INSIDE / "people.py"), "prepare", PASSWORD)
            for number in range(options.rounds):
                for side in SIDES[:: 1 if number % 2 else -1]:
                    for line, value in _round(bench, side, is_last=number == options.rounds - 1).items():
                        results[line, side].append(value)
                print(f"Round {number + 1} of {options.rounds} is done.", flush=True)
    print(_table(results))


def _round(bench: Bench, side: str, *, is_last: bool) -> dict[str, float]:
    lines = iter(PEERS)
    values = [*_queue(bench, side, "jobs"), *_queue(bench, side, "events"), _webhooks(bench, side)]
    values += [*_people(bench, side), _console(bench, side), _start(bench, side)]
    if is_last:
        values += _memory(bench, side)
    return dict(zip(lines, values, strict=False))


def _queue(bench: Bench, side: str, kind: str) -> tuple[float, float]:
    said = bench.python(str(INSIDE / "work.py"), side, kind, str(bench.options.jobs), "")
    found = json.loads(said.splitlines()[-1])  # before it there may be warnings in the log
    return found["per_second"], found["latency_ms"]


def _webhooks(bench: Bench, side: str) -> float:
    number = bench.options.jobs // 4
    with receiving() as received:
        command = [bench.project.python, str(INSIDE / "work.py"), side, "webhooks", str(number), received.url]
        with subprocess.Popen(
            command,
            cwd=bench.project.folder,
            env={**os.environ, **bench.variables()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            received.wait_for(number)
            process.communicate(b"\n")
    return received.per_second


def _people(bench: Bench, side: str) -> tuple[float, float, float, float]:
    [token] = bench.tokens(1)
    with bench.served(side, "direct") as server:
        order = {"port": server.port, "password": PASSWORD, "token": token, "seconds": bench.options.seconds}
        done = subprocess.run(
            [bench.project.python, str(INSIDE / "people.py")],
            input=json.dumps(order),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout)
    return found["log-in"], found["refresh"], found["upload"] * 1000, found["download"] * 1000


def _console(bench: Bench, side: str) -> float:
    """Return the milliseconds of CPU that the project spends on the page, or on the API's answer."""
    [token] = bench.tokens(1)
    path = f"/console/data/{REAL}" if side == "project" else f"/api/v1/{REAL}?limit=50"
    with bench.served("project", "") as server:
        request = Request(f"http://127.0.0.1:{server.port}{path}", headers={"Authorization": f"Bearer {token}"})
        for _ in range(PAGES // 4):  # compiles templates and statements
            _read(request)
        before = server.cpu_seconds()
        for _ in range(PAGES):
            _read(request)
        spent: float = server.cpu_seconds() - before
        return spent / PAGES * 1000


def _read(request: Request) -> None:
    with urlopen(request, timeout=60) as answer:
        if b"Title" not in answer.read():
            raise ValueError(f"{request.full_url} does not show the rows")


def _start(bench: Bench, side: str) -> float:
    started = time.perf_counter()
    with bench.served(side, "typical"):
        return time.perf_counter() - started


def _memory(bench: Bench, side: str) -> list[float]:
    """Return the memory after the first requests and after many more: reads and lists in turns."""
    bench.data["tokens"] = bench.tokens(len(bench.data["ids"]))
    sizes = []
    with bench.served(side, "typical") as server, load_generator(bench.project.python, bench.data) as load:
        for requests in (2_000, bench.options.requests):
            _ask(server, load, requests)
            sizes.append(server.megabytes())
    return sizes


def _ask(server: Server, load: Any, requests: int) -> None:
    done, number = 0, 0
    while done < requests:
        case = REAL_CASES[number % 3]
        order = {**case.order(), "port": server.port, "seconds": 2, "connections": 16, "seed": number}
        done += int(load.ask(order)["count"])
        number += 1


def _table(results: Mapping[tuple[str, str], list[float]]) -> str:
    rows = ["| | project | directly | project ÷ directly | directly is |", "|---|---|---|---|---|"]
    for line, peer in PEERS.items():
        ours, direct = (median(results[line, side]) for side in SIDES)
        rows.append(f"| {line} | {ours:,.1f} | {direct:,.1f} | {ours / direct:.2f} | {peer} |")
    return "\n".join(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-services", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="for log-ins, and for refreshes")
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--requests", type=int, default=100_000, help="before memory is measured again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
