"""The benchmark's requests. A name in braces is replaced in each request."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    method: str
    path: str
    status: int
    value: str = "Another name {}"

    def order(self, table: str) -> dict[str, str | int]:
        path = f"/api/v1/{table}{self.path}"
        return {"method": self.method, "path": path, "status": self.status, "name": self.value}


CASES = (
    Case("point read", "GET", "/{id}", 200),
    Case("list of 50", "GET", "?limit=50", 200),
    Case("insert", "POST", "", 201),
    Case("update", "PATCH", "/{id}", 200),
    Case("validation error", "POST", "", 422, value=""),
)
DEEP_PAGE = Case("list of 50", "GET", "?limit=50&cursor={deep}", 200)
