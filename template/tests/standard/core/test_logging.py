import json
import logging
import re
from typing import Any

import pytest
import structlog

from app.config import LogSettings
from app.core.observability import logging as hiding
from app.core.observability.log_context import bind_identity, current_fields, log_context
from app.core.observability.logging import HIDDEN, configure_logging, hide_private
from app.kit.ids import new_id

pytestmark = pytest.mark.usefixtures("restored_logging")


class TestJson:
    def test_is_one_object_a_line(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        configure_logging(LogSettings(), json=True)

        with log_context(trace_id="abc"):
            structlog.get_logger().info("two\nlines", count=1)

        [line] = read(capfdbinary)
        assert line["message"] == "two\nlines"
        assert (line["level"], line["count"], line["trace_id"]) == ("info", 1, "abc")
        assert line["timestamp"].endswith("Z")

    def test_takes_the_libraries_lines_too(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        configure_logging(LogSettings(), json=True)

        with log_context(trace_id="abc"):
            logging.getLogger("uvicorn.error").warning("started on %s", "port 1")

        [line] = read(capfdbinary)
        assert (line["message"], line["logger"]) == ("started on port 1", "uvicorn.error")
        assert (line["level"], line["trace_id"]) == ("warning", "abc")

    def test_leaves_out_uvicorns_own_request_lines(
        self, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        configure_logging(LogSettings(), json=True)

        logging.getLogger("uvicorn.access").info("GET /?token=hunter2")

        assert read(capfdbinary) == []

    def test_has_the_stack_of_an_exception(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        configure_logging(LogSettings(), json=True)

        structlog.get_logger().error("broken", exc_info=ZeroDivisionError("by zero"))

        [line] = read(capfdbinary)
        assert line["exception"].endswith("ZeroDivisionError: by zero")

    def test_leaves_out_the_addresses_that_the_app_calls(
        self, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        configure_logging(LogSettings(), json=True)

        logging.getLogger("httpx").info("HTTP Request: GET https://x/?key=hunter2")

        assert read(capfdbinary) == []

    @pytest.mark.parametrize("level", ["WARNING", "ERROR"])
    def test_is_silent_below_the_level(
        self, capfdbinary: pytest.CaptureFixture[bytes], level: Any
    ) -> None:
        configure_logging(LogSettings(level=level), json=True)

        structlog.get_logger().info("quiet")
        logging.getLogger("any").info("quiet")

        assert read(capfdbinary) == []


class TestConsole:
    def test_reads_like_text(self, capfd: pytest.CaptureFixture[str]) -> None:
        configure_logging(LogSettings(), json=False)

        with log_context(trace_id="abc"):
            structlog.get_logger().info("hello", name="Ada")

        line = capfd.readouterr().out
        assert "hello" in line
        assert "name=Ada" in line
        assert "tenant_id" not in line

    def test_begins_with_status_and_route_of_a_request(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        configure_logging(LogSettings(), json=False)

        structlog.get_logger().info(
            "request", method="GET", route="/api/v1/widgets/{id}", status=404, duration_ms=1.5
        )

        line = capfd.readouterr().out
        assert line.startswith("404 GET /api/v1/widgets/{id}")
        assert "ms=1.5" in line

    def test_shows_the_status_in_colour_at_a_terminal(
        self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        configure_logging(LogSettings(), json=False)

        for status in (200, 302, 404, 500):
            structlog.get_logger().info("request", method="GET", route="/x", status=status)

        lines = capfd.readouterr().out.splitlines()
        for line, color in zip(lines, ("32", "36", "33", "31"), strict=True):
            assert re.search(rf"\x1b\[{color}m\d+ GET /x\x1b\[0m", line)

    @pytest.mark.parametrize("status", [None, 101])
    def test_has_a_line_for_what_had_no_answer_too(
        self, capfd: pytest.CaptureFixture[str], status: int | None
    ) -> None:
        configure_logging(LogSettings(), json=False)

        structlog.get_logger().info("request", method="WEBSOCKET", route=None, status=status)

        assert "WEBSOCKET" in capfd.readouterr().out

    @pytest.mark.parametrize(("form", "brace"), [("json", True), ("console", False)])
    def test_gives_way_to_what_the_settings_say(
        self, capfd: pytest.CaptureFixture[str], form: Any, brace: bool
    ) -> None:
        configure_logging(LogSettings(format=form), json=not brace)

        structlog.get_logger().info("hello")

        assert capfd.readouterr().out.startswith("{") is brace


class TestPrivateValues:
    @pytest.mark.parametrize(
        "name",
        [
            "password",
            "new_password",
            "refresh_token",
            "Authorization",
            "Set-Cookie",
            "secret_key",
            "email",
            "api_key",
            "phone",
        ],
    )
    def test_are_hidden_by_name_at_any_depth(self, name: str) -> None:
        line = {name: "hunter2", "body": {"items": [{name: "hunter2"}]}, "fine": "seen"}

        hidden = hide_private(None, "info", line)

        assert "hunter2" not in str(hidden)
        assert hidden["fine"] == "seen"

    def test_are_no_ids_of_rows(self) -> None:
        """`deprecated.used` says whose API key it was; text of that name may be anything."""
        key = new_id()

        shown = hide_private(None, "info", {"api_key_id": key, "by": {"api_key_id": key}})
        hidden = hide_private(None, "info", {"api_key_id": "hunter2", "api_key": key})

        assert shown == {"api_key_id": key, "by": {"api_key_id": key}}
        assert set(hidden.values()) == {HIDDEN}

    def test_are_hidden_where_a_model_declares_the_name(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hiding, "_declared", set())
        before = hide_private(None, "info", {"diagnosis": "flu"})
        hiding.hide_names(["diagnosis"])
        after = hide_private(None, "info", {"row": {"diagnosis": "flu"}})
        hiding.is_private.cache_clear()

        assert before == {"diagnosis": "flu"}
        assert after == {"row": {"diagnosis": "[hidden]"}}

    @pytest.mark.parametrize(
        "text",
        [
            "UniqueViolationError: duplicate key\nDETAIL:  Key (email)=(hunter2) exists.",
            "[SQL: INSERT INTO users]\n[parameters: ('hunter2',)]",
            "  Input should be 1 [type=x, input_value='hunter2', input_type=str]",
        ],
    )
    def test_are_hidden_in_the_text_of_exceptions(self, text: str) -> None:
        hidden = hide_private(None, "error", {"event": "broken", "exception": text})

        assert "hunter2" not in hidden["exception"]
        assert hidden["exception"].splitlines()[0][:5] == text[:5]


class TestTheContext:
    def test_ends_with_its_block(self) -> None:
        with log_context(trace_id="abc"):
            bind_identity(tenant_id=None, user_id=None)

        assert current_fields() == {}

    def test_stands_beside_structlogs_own(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        configure_logging(LogSettings(), json=True)

        with log_context(trace_id="abc"), structlog.contextvars.bound_contextvars(order=7):
            structlog.get_logger().info("shipped", trace_id="mine")

        [line] = read(capfdbinary)
        assert (line["trace_id"], line["order"]) == ("mine", 7)


def read(captured: pytest.CaptureFixture[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]
