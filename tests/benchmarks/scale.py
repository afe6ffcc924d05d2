"""Run `make bench-scale`: how fast a request is when everything around it has grown, compared with before.

The small and the grown project answer in turns, each with a database of its own.
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import environment
from tests.benchmarks.cases import DEEP_PAGE, DEEP_SORTED, REAL_CASES, Case
from tests.benchmarks.environment import Project
from tests.benchmarks.measure import (
    CONNECTIONS,
    LoadGenerator,
    Results,
    collect,
    load_generator,
    new_results,
    run_round,
)
from tests.benchmarks.servers import Server, serve

NAMES = ("point read", "list of 50", "list, sorted", "insert", "update")
MEASURED = tuple(case for case in REAL_CASES if case.name in NAMES)
LISTS = MEASURED[1:3]
TENANTS_PER_SECOND = 800
"""How many tenants the warm-up reaches at least."""


@dataclass(frozen=True)
class Side:
    """A project to measure: `modules` are the client's, `logs` is the length of the audit log and of the outbox."""

    modules: int = 1
    tenants: int = 1000
    rows: int = 100
    logs: int = 0
    workers: int = 1
    cases: tuple[Case, ...] = MEASURED


Sides = tuple[Side, Side]
Running = tuple[Server, LoadGenerator, Side]

GROWTHS: dict[str, Sides] = {
    "own modules: 1 → 27": (Side(), Side(modules=27)),
    "tenants: 10 → 10,000": (Side(tenants=10), Side(tenants=10_000)),
    "rows of a tenant: 100 → 100,000": (Side(tenants=10), Side(tenants=10, rows=100_000)),
    "page: the first → after 90,000 rows": (
        Side(tenants=10, rows=100_000, cases=LISTS),
        Side(tenants=10, rows=100_000, cases=(DEEP_PAGE, DEEP_SORTED)),
    ),
    "audit log and outbox: 0 → 500,000 each": (Side(), Side(logs=500_000)),
    "workers: 1 → 2": (Side(), Side(workers=2)),
}


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        folder, projects = Path(name), {}
        print("| | " + " | ".join(case.name for case in MEASURED) + " |\n" + "|---" * (len(MEASURED) + 1) + "|")
        for number, (growth, sides) in enumerate(GROWTHS.items()):
            if options.only and not any(word in growth for word in options.only):
                continue
            for side in sides:
                if side.modules not in projects:
                    projects[side.modules] = environment.rendered(folder / f"modules-{side.modules}", side.modules)
            results = _measure(sides, projects, folder / f"growth-{number}", options)
            print(f"| {growth} | {' | '.join(_ratio(results, case) for case in MEASURED)} |", flush=True)
        if not options.only:
            print(_weight(projects[1], folder / "weight"))


def _measure(sides: Sides, projects: dict[int, Project], folder: Path, options: argparse.Namespace) -> Results:
    results = new_results()
    with ExitStack() as closing:
        running = [
            closing.enter_context(_running(name, side, projects[side.modules], folder / name))
            for name, side in zip(("small", "grown"), sides, strict=True)
        ]
        for server, load, side in running:
            _warm_up(server, load, side)
        for number in range(options.rounds + 1):
            for server, load, side in running[:: 1 if number % 2 else -1]:
                answers = run_round(load, [server], side.cases, seconds=options.seconds, seed=number)
                collect(results if number else new_results(), answers)  # the first round only warms up
    return results


def _warm_up(server: Server, load: LoadGenerator, side: Side) -> None:
    """Send a request of each tenant: a worker that has run for minutes knows the tokens in use."""
    order = {"port": server.port, "connections": CONNECTIONS, "seed": 0, "each_tenant": True}
    load.ask(order | MEASURED[0].order() | {"seconds": 1 + side.tenants * side.workers / TENANTS_PER_SECOND})


@contextmanager
def _running(name: str, side: Side, project: Project, folder: Path) -> Iterator[Running]:
    """Run a project's server with a database of its own, and a client for it."""
    folder.mkdir(parents=True)
    with environment.database(
        project, folder / "postgres", tenants=side.tenants, rows=side.rows, logs=side.logs
    ) as data:
        data["tokens"] = environment.tokens(project, data)
        command = project.serve_command("--workers", str(side.workers))
        variables = {**project.variables(), **environment.production(data)}
        with (
            serve(name, command, variables, project.folder, folder / "log") as server,
            load_generator(project.python, data) as load,
        ):
            yield server, load, side


def _ratio(results: Results, case: Case) -> str:
    small, grown = results["small", case.name], results["grown", case.name]
    wrong = " (wrong answers)" if small.wrong or grown.wrong else ""
    return f"{grown.rate / small.rate:.2f}{wrong}" if small.rates else "–"


def _weight(project: Project, folder: Path) -> str:
    """Return a worker's memory after some requests, and the time to import the app."""
    with _running("weight", Side(), project, folder) as (server, load, side):
        for _ in run_round(load, [server], side.cases, seconds=1, seed=0):
            pass
        weight = server.megabytes()
    return f"\nA worker: {weight:.0f} MB. Importing the app: {_import_seconds(project):.2f} s."


def _import_seconds(project: Project) -> float:
    """Return the best import time of five, with compiled bytecode, as in a server's second start."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run(
            [project.python, "-c", "import app.main"], cwd=project.folder / "src", env=environment, check=True
        )
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-scale", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--only", action="append", help="a word of the growth's name; repeatable")
    return parser.parse_args()


if __name__ == "__main__":
    main()
