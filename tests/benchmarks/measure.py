"""Measure in rounds: each application gets each case in turn, so that other load affects all alike."""

import json
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.cases import Case
from tests.benchmarks.servers import INSIDE, Server

CONNECTIONS = 16


@dataclass
class Series:
    """The rounds of one application in one case."""

    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def spread(self) -> float:
        """Return the spread of the middle half of the rounds, divided by the median."""
        if not self.rate:
            return 0.0
        if len(self.rates) < 4:
            return (max(self.rates) - min(self.rates)) / self.rate / 2
        quarters = statistics.quantiles(self.rates, n=4)
        return (quarters[2] - quarters[0]) / self.rate / 2


Results = dict[tuple[str, str], Series]


class LoadGenerator:
    def __init__(self, python: str, data: dict[str, Any], program: str = "load.py") -> None:
        self.process = subprocess.Popen(
            [python, str(INSIDE / program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.tell(data)

    def ask(self, order: dict[str, Any]) -> dict[str, float]:
        answer: dict[str, float] = self.ask_any(order)
        return answer

    def ask_any(self, order: dict[str, Any]) -> Any:
        self.tell(order)
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def tell(self, order: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


@contextmanager
def load_generator(python: str, data: dict[str, Any]) -> Iterator[LoadGenerator]:
    generator = LoadGenerator(python, data)
    try:
        yield generator
    finally:
        generator.close()


def run_round(
    load: LoadGenerator, servers: Sequence[Server], cases: Sequence[Case], *, seconds: float, seed: int
) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Yield (application, case, the load generator's answer with the server's CPU time per request in microseconds)."""
    for case in cases:
        for server in servers[seed % len(servers) :] + servers[: seed % len(servers)]:  # type: ignore[operator]  # a list
            order = {"port": server.port, "seconds": seconds, "connections": CONNECTIONS, "seed": seed}
            before = server.cpu_seconds()
            answer = load.ask(order | case.order())
            answer["cpu"] = (server.cpu_seconds() - before) / max(answer["count"], 1) * 1e6
            yield server.name, case.name, answer


def collect(results: Results, answers: Iterator[tuple[str, str, dict[str, float]]]) -> None:
    for application, case, answer in answers:
        series = results[application, case]
        series.rates.append(answer["count"] / answer["seconds"])
        series.wrong += int(answer["wrong"])
        for name in ("p50", "p99", "cpu"):
            getattr(series, name).append(answer[name])


def new_results() -> Results:
    return defaultdict(Series)
