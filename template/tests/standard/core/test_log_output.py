"""A log line that cannot be written is lost, and what logs goes on."""

import errno
import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from fastapi import FastAPI

from app.config import LogSettings
from app.core.http.middleware import TraceMiddleware
from app.core.observability.logging import configure_logging
from app.core.permissions import public
from tests.support.clients import client_of


class Failing(io.RawIOBase):
    def __init__(self, code: int) -> None:
        self.code = code

    def writable(self) -> bool:
        return True

    def write(self, _: Any) -> int:
        raise OSError(self.code, "as if")


def failing(code: int) -> io.TextIOWrapper:
    buffered: Any = io.BufferedWriter(Failing(code), buffer_size=1)
    return io.TextIOWrapper(buffered, encoding="utf-8")


pytestmark = pytest.mark.usefixtures("restored_logging")


@pytest.fixture(params=["EPIPE", "ENOSPC", "EIO", "none"])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    stream = failing(getattr(errno, request.param)) if request.param != "none" else None
    monkeypatch.setattr("sys.stdout", stream)
    yield
    if stream is not None:
        buffered: Any = stream.detach()
        buffered.detach()  # else it would be flushed when it is collected


@pytest.mark.parametrize("json", [True, False])
@pytest.mark.usefixtures("broken")
async def test_a_request_is_answered(json: bool, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogSettings(), json=json)
    app = FastAPI()
    app.add_middleware(TraceMiddleware)

    @app.get("/hello")
    @public
    async def hello() -> str:
        structlog.get_logger().warning("from a module")
        logging.getLogger("library").warning("from a library")
        return "hello"

    async with client_of(app) as client:
        answers = [(await client.get("/hello")).status_code for _ in range(3)]

    assert answers == [200] * 3
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("json", [True, False])
def test_a_terminal_without_the_character_shows_its_number(
    json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))
    configure_logging(LogSettings(), json=json)

    structlog.get_logger().info("Grüße")
    logging.getLogger("library").warning("Größe")

    sys.stdout.flush()
    text = written.getvalue().decode()
    assert ("Grüße" in text) if json else ("Gr\\xfc\\xdfe" in text)
    assert "library" in text


@pytest.mark.parametrize("value", ["\ud800", 2**70, {"\udfff": 1}, {(1, 2): "\ud800"}])
def test_values_that_json_has_not_are_written_somehow(
    value: object, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    configure_logging(LogSettings(), json=True)

    structlog.get_logger().info("odd", value=value)

    assert b'"odd"' in capfdbinary.readouterr().out


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_process_goes_on_without_a_reader(form: str) -> None:
    code = (
        "import sys, time, structlog; from app.config import LogSettings;"
        "from app.core.observability.logging import configure_logging;"
        f"configure_logging(LogSettings(format={form!r}), json=True);"
        "sys.stdin.read(); [structlog.get_logger().info('x' * 9000) for _ in range(50)];"
        "print('done', file=sys.stderr)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    for stream in (process.stdout, process.stdin):
        assert stream
        stream.close()

    assert process.stderr
    assert "done" in process.stderr.read()
    process.wait()
