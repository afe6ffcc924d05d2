"""Several processes of one server share their counters."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = """
from app.core.observability.metrics import Meter
meter = Meter()
meter.note(method="GET", route="/api/v1/things/{id}", status=200, seconds=0.02)
meter.note_security_event("login.failed", "wrong password")
print(meter.render()[0].decode())
"""


@pytest.mark.slow
class TestProcesses:
    def test_count_together(self, tmp_path: Path) -> None:
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        program = f"import sys; sys.path[:0] = {sys.path!r}\n{COUNT}"
        texts = [
            subprocess.run(
                [sys.executable, "-c", program],
                env=environment,
                capture_output=True,
                encoding="utf-8",
                check=True,
            ).stdout
            for _ in range(2)
        ]

        assert '_count{method="GET",route="/api/v1/things/{id}",status="200"} 1.0' in texts[0]
        assert '_count{method="GET",route="/api/v1/things/{id}",status="200"} 2.0' in texts[1]
        told = 'security_events_total{event="login.failed",reason="wrong password"} 2.0'
        assert told in texts[1]
