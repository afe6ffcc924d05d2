"""What the attacks covered, printed below the tests' own summary."""

from dataclasses import dataclass, field


@dataclass
class Report:
    tables: set[str] = field(default_factory=set)
    routes: set[str] = field(default_factory=set)
    unreached: set[str] = field(default_factory=set)
    probes: int = 0

    def add(self, *, table: str | None = None, route: str | None = None) -> None:
        """One probe, of this table or this route."""
        self.probes += 1
        self.tables |= {table} if table else set()
        self.routes |= {route} if route else set()

    def lines(self) -> list[str]:
        lines = [
            f"{self.probes} probes on {len(self.tables)} tables and {len(self.routes)} routes",
            f"tables: {', '.join(sorted(self.tables))}",
            "routes:",
            *(f"    {route}" for route in sorted(self.routes)),
        ]
        if self.unreached:
            lines += [
                "did not answer their own tenant either, so that these probes say little:",
                *(f"    {route}" for route in sorted(self.unreached)),
            ]
        return lines


REPORT = Report()
