"""A failing run prints the findings, and the rest only with -v."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.config import Rate

from .report import Report, shorten
from .two_tenants import TwoTenants

REQUEST = "2026-11-27 07:56:04 [info     ] request      duration_ms=4.1 method=POST status=422"
BUG = "2026-11-27 07:56:04 [error    ] unexpected error      error=KeyError"


def failure(message: str, log: str) -> Any:
    crash = SimpleNamespace(path="tests/isolation/test_routes.py", lineno=25, message=message)
    return SimpleNamespace(
        longrepr=SimpleNamespace(reprcrash=crash), sections=[("Captured stdout call", log)]
    )


class TestAFailure:
    def test_is_a_few_lines(self) -> None:
        findings = [f"GET /api/v1/things/{{thing_id}} tells {number}" for number in range(500)]
        report = failure("\n".join(findings), "\n".join([*[REQUEST] * 4000, BUG, *[REQUEST] * 400]))

        shorten(report)

        text = "\n".join([report.longrepr, *(text for _, text in report.sections)]).splitlines()
        assert len(text) < 40
        assert text[0] == "tests/isolation/test_routes.py:25"
        assert findings[0] in text
        assert BUG in text
        assert REQUEST not in text

    def test_has_no_log_without_a_bug(self) -> None:
        report = failure("one", REQUEST)

        shorten(report)

        assert report.sections == []

    def test_leaves_the_list_of_routes_out(self) -> None:
        report = Report()
        for number in range(100):
            report.add(route=f"GET /api/v1/things{number}")

        assert len(report.lines(brief=True)) == 2
        assert len(report.lines()) > 100


class TestARouteWithALimit:
    @pytest.mark.parametrize("verb", ["take", "look"])
    async def test_is_attacked_as_often_as_others(self, two_tenants: TwoTenants, verb: str) -> None:
        take = getattr(two_tenants.runtime.buckets, verb)

        assert all([(await take("limit:x", Rate(1, 3600))).allowed for _ in range(50)])
