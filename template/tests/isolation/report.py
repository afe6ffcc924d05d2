"""Report what the attacks covered, below pytest's summary."""

import re
from dataclasses import dataclass, field

import pytest

ORDINARY = re.compile(r"\[(debug|info|warning) *\] |\"level\":\"(debug|info|warning)\"")
"""Log lines to leave out: each of the thousands of refused requests logs one."""


@dataclass
class Report:
    tables: set[str] = field(default_factory=set)
    routes: set[str] = field(default_factory=set)
    unreached: set[str] = field(default_factory=set)
    requests: int = 0

    def add(self, *, table: str | None = None, route: str | None = None) -> None:
        """Count a request of this table or this route."""
        self.requests += 1
        self.tables |= {table} if table else set()
        self.routes |= {route} if route else set()

    def lines(self, *, brief: bool = False) -> list[str]:
        total = (
            f"{self.requests} requests on {len(self.tables)} tables and {len(self.routes)} routes"
        )
        if brief:
            return [total, "make isolation only=-v prints all of them, and the log of each failure"]
        lines = [
            total,
            f"tables: {', '.join(sorted(self.tables))}",
            "routes:",
            *(f"    {route}" for route in sorted(self.routes)),
        ]
        if self.unreached:
            lines += [
                "did not answer their own tenant either, so that these requests say little:",
                *(f"    {route}" for route in sorted(self.unreached)),
            ]
        return lines


REPORT = Report()

MOST_LINES = 25
LONGEST_LINE = 600


def shorten(report: pytest.TestReport) -> None:
    """Shorten a report to the location, the assertion and the errors in the log."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        where = f"{crash.path}:{crash.lineno}"
        report.longrepr = "\n".join([where, *_few(crash.message.splitlines())])
    report.sections = [
        (title, "\n".join(_few([line for line in text.splitlines() if not ORDINARY.search(line)])))
        for title, text in report.sections
    ]
    report.sections = [(title, text) for title, text in report.sections if text.strip()]


def _few(lines: list[str]) -> list[str]:
    left = len(lines) - MOST_LINES
    shown = [line[:LONGEST_LINE] for line in lines[:MOST_LINES]]
    return [*shown, f"… and {left} lines more: -v prints them"] if left > 0 else shown
