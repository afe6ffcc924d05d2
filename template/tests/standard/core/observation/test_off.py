"""Telemetry that is turned off adds nothing."""

import subprocess
import sys

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.core.runtime import Runtime

pytestmark = pytest.mark.slow

LOADED = """
import sys
import app.main
print([name for name in ("opentelemetry.sdk", "prometheus_client", "redis") if name in sys.modules])
"""


class TestOff:
    def test_has_no_middleware(self, app: FastAPI, runtime: Runtime) -> None:
        assert not runtime.observation.is_on
        names = [getattr(each.cls, "__name__", "") for each in app.user_middleware]
        assert "TraceMiddleware" in names
        assert "ObservationMiddleware" not in names

    async def test_has_no_metrics(self, anonymous: AsyncClient) -> None:
        assert (await anonymous.get("/metrics")).status_code == 404

    def test_loads_none_of_its_libraries(self) -> None:
        loaded = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{LOADED}"],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )

        assert loaded.stdout.strip() == "[]"
