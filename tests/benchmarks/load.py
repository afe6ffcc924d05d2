"""Run `make load`: ten minutes of a mixed load on a project with 10,000 tenants; ends with 1 if anything is wrong.

Of 100 requests 80 read a row, 15 a list, and 5 write, which causes events, jobs and webhooks. The rate is below what
two cores can do: what is looked for are errors, leaks and slow requests, not the most that it can bear.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks import environment
from tests.benchmarks.cases import REAL_CASES
from tests.benchmarks.environment import Project
from tests.benchmarks.measure import LoadGenerator
from tests.benchmarks.servers import Server, process, serve

ROWS = 10
ENDPOINTS = 200
"""Tenants that get webhooks; the rows that others write cause events and jobs only."""
ROUND_SECONDS = 15
TOKENS_LAST_SECONDS = 300
GROWTH_MB = 8
"""The growth of a process from the second third of the time to the last that is no leak."""
LEAK_ROUNDS = 12
"""A shorter run only warms up, and says nothing about leaks."""
DRAINED_SECONDS = 120
WEIGHTS = {"point read": 80, "list of 50": 5, "list, filtered": 5, "list, sorted": 5, "insert": 3, "update": 2}
QUEUE = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND scheduled_at IS NULL"
FAILED = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('failed', 'aborted')"
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"


@dataclass
class Seen:
    """The measurements, round by round."""

    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)
    memory: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    connections: list[int] = field(default_factory=list)
    webhooks: int = 0


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="load-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        project = environment.rendered(folder, ready_made=("webhooks",))
        print(f"Writing {options.tenants} tenants with {ROWS} rows each.", flush=True)
        with environment.database(project, folder / "postgres", tenants=options.tenants, rows=ROWS) as data:
            faults = _run(project, data, folder, options)
    print("\n".join(f"WRONG: {fault}" for fault in faults) or "Nothing is wrong.")
    sys.exit(1 if faults else 0)


def _run(project: Project, data: dict[str, Any], folder: Path, options: argparse.Namespace) -> list[str]:
    data["tokens"] = environment.tokens(project, data)
    variables = {
        **project.variables(),
        **environment.production(data),
        "APP_WEBHOOKS_PRIVATE_NETWORKS": "127.0.0.0/8",
        "APP_LOG_LEVEL": "WARNING",
    }
    logs = [folder / "server.log", folder / "worker.log"]
    with ExitStack() as closing:
        serving = project.serve_command("--workers", "2")
        server = closing.enter_context(serve("server", serving, variables, project.folder, logs[0]))
        working = [project.python, "-m", "app", "worker"]
        worker = closing.enter_context(process("worker", working, variables, project.folder, logs[1]))
        load = LoadGenerator(project.python, data, program="mixed.py")
        closing.callback(load.close)
        made = load.ask_any({"port": server.port, "endpoints": min(ENDPOINTS, options.tenants)})
        seen = _measure(project, data, [server, worker], load, options)
        left = _drain(load)
        return [*_refused(made), *_faults(seen, load, left), *_complaints(logs)]


def _measure(
    project: Project, data: dict[str, Any], servers: list[Server], load: LoadGenerator, options: argparse.Namespace
) -> Seen:
    seen, ends, made_at = Seen(), time.monotonic() + options.minutes * 60, time.monotonic()
    number = 0
    while (left := ends - time.monotonic()) > 1:
        if time.monotonic() - made_at > TOKENS_LAST_SECONDS:
            load.tell({"tokens": environment.tokens(project, data)})
            made_at = time.monotonic()
        seconds = min(ROUND_SECONDS, left)
        order = {"port": servers[0].port, "seconds": seconds, "rate": options.rate, "mix": _mix(), "seed": number}
        _note(seen, load.ask_any(order), servers)
        seen.connections.append(_count(load, CONNECTED))
        number += 1
        _say(seen, number)
    _report(seen)
    return seen


def _note(seen: Seen, answer: Any, servers: list[Server]) -> None:
    for name, latencies in answer["latencies"].items():
        seen.latencies[name] += latencies
    seen.wrong += Counter(answer["wrong"])
    seen.webhooks = answer["received"]
    for server in servers:
        for pid in server.pids():
            name = f"{server.name} {pid}"
            seen.memory[name].append(server.resident(pid) / 1e6)
            seen.files[name].append(len(list(Path(f"/proc/{pid}/fd").iterdir())))


def _mix() -> list[dict[str, Any]]:
    cases = {case.name: case for case in REAL_CASES}
    return [{**cases[name].order(), "name": name, "weight": weight} for name, weight in WEIGHTS.items()]


def _say(seen: Seen, number: int) -> None:
    done = sum(map(len, seen.latencies.values()))
    memory = ", ".join(f"{sizes[-1]:.0f}" for sizes in seen.memory.values())
    print(
        f"{number:3}  {done} requests, {sum(seen.wrong.values())} wrong, {seen.webhooks} webhooks, MB: {memory}",
        flush=True,
    )


def _report(seen: Seen) -> None:
    print("\n| milliseconds | requests | p50 | p95 | p99 | most |\n|---|---|---|---|---|---|")
    for name, latencies in seen.latencies.items():
        there = sorted(latencies)
        shown = (there[len(there) * part // 100] for part in (50, 95, 99))
        cells = " | ".join(f"{each * 1000:.1f}" for each in (*shown, there[-1]))
        print(f"| {name} | {len(there)} | {cells} |")
    print()
    for name, sizes in seen.memory.items():
        print(f"{name}: {sizes[0]:.0f} MB, {_middle(sizes):.0f}, {_last(sizes):.0f}; files {seen.files[name][-1]}")


def _faults(seen: Seen, load: LoadGenerator, left: int) -> Iterator[str]:
    yield from (f"{count} times {what}" for what, count in seen.wrong.items())
    if len(seen.connections) >= LEAK_ROUNDS:
        yield from _leaks(seen)
    if left:
        yield f"{left} jobs are still waiting, {DRAINED_SECONDS} s after the last request"
    if failed := _count(load, FAILED):
        yield f"{failed} jobs failed"
    if not seen.webhooks:
        yield "no webhook was received"


def _leaks(seen: Seen) -> Iterator[str]:
    for name, sizes in seen.memory.items():
        if _last(sizes) - _middle(sizes) > GROWTH_MB:
            yield f"{name} grew from {_middle(sizes):.0f} to {_last(sizes):.0f} MB"
    for name, numbers in seen.files.items():
        if _last(numbers) > 1.2 * _middle(numbers) + 5:
            yield f"{name} has {numbers[-1]} open files, and had {_middle(numbers):.0f}"
    if _last(seen.connections) > 1.2 * _middle(seen.connections) + 5:
        yield f"{seen.connections[-1]} connections to PostgreSQL, before {_middle(seen.connections):.0f}"


def _refused(made: Any) -> Iterator[str]:
    if set(made["statuses"]) != {201}:
        yield f"endpoints were refused: {Counter(made['statuses'])}"


def _complaints(logs: list[Path]) -> Iterator[str]:
    for log in logs:
        for line in log.read_text(encoding="utf-8").splitlines()[:5]:
            yield f"{log.name}: {line[:300]}"


def _drain(load: LoadGenerator) -> int:
    """Wait for the worker; return how many jobs it left."""
    ends = time.monotonic() + DRAINED_SECONDS
    while (left := _count(load, QUEUE)) and time.monotonic() < ends:
        time.sleep(1)
    return left


def _count(load: LoadGenerator, question: str) -> int:
    [count] = load.ask_any({"count": question})
    return int(count)


def _middle(values: list[Any]) -> float:
    """Return the average of the second third, when caches are warm."""
    third = values[len(values) // 3 : len(values) * 2 // 3] or values
    return float(sum(third) / len(third))


def _last(values: list[Any]) -> float:
    third = values[len(values) * 2 // 3 :] or values
    return float(sum(third) / len(third))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=150, help="requests per second")
    return parser.parse_args()


if __name__ == "__main__":
    main()
