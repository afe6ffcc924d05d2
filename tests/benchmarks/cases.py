"""The benchmark's requests. A name in braces is replaced in each request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.modules import NAME_ONLY, REAL


@dataclass(frozen=True)
class Case:
    """A kind of request; `goal` is the project's share of the limit."""

    name: str
    method: str
    path: str
    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    table: str = REAL
    goal: float | None = None
    if_match: bool = False
    then_delete: bool = False

    def order(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "path": f"/api/v1/{self.table}{self.path}",
            "status": self.status,
            "body": self.body,
            "if_match": self.if_match,
            "then_delete": self.then_delete,
        }


ROW = {
    "number": "{unique}",
    "client_id": "{client}",
    "title": "Title {n}",
    "status": "sent",
    "total": "{n}.50",
    "issued_on": "2026-03-01",
    "notes": "Some lines of text about what is to be paid",
    "urgent": True,
}
REAL_CASES = (
    Case("point read", "GET", "/{id}", 200, goal=0.40),
    Case("list of 50", "GET", "?limit=50", 200, goal=0.45),
    Case("list, filtered", "GET", "?status=sent&limit=50", 200, goal=0.40),
    Case("list, sorted", "GET", "?sort=-issued_on&limit=50", 200, goal=0.40),
    Case("list, sorted, next page", "GET", "?sort=-issued_on&limit=50&cursor={sorted}", 200, goal=0.40),
    Case("list, filtered and sorted", "GET", "?status=sent&sort=-issued_on&limit=50", 200, goal=0.40),
    Case("insert", "POST", "", 201, ROW, goal=0.28),
    Case("update", "PATCH", "/{id}", 200, {"title": "Another title {n}"}, goal=0.28, if_match=True),
    Case("insert and delete", "POST", "", 201, ROW, then_delete=True),
)
NAME_ONLY_CASES = (
    Case("name only: point read", "GET", "/{id}", 200, table=NAME_ONLY, goal=0.27),
    Case("name only: list of 50", "GET", "?limit=50", 200, table=NAME_ONLY, goal=0.36),
    Case("name only: insert", "POST", "", 201, {"name": "Another name {n}"}, NAME_ONLY, goal=0.33),
    Case("name only: update", "PATCH", "/{id}", 200, {"name": "Another name {n}"}, NAME_ONLY),
    Case("name only: validation error", "POST", "", 422, {"name": ""}, NAME_ONLY),
)
CASES = (*REAL_CASES, *NAME_ONLY_CASES)
DEEP_PAGE = Case("list of 50", "GET", "?limit=50&cursor={deep}", 200)
DEEP_SORTED = Case("list, sorted", "GET", "?sort=-issued_on&limit=50&cursor={deep_sorted}", 200)
