"""Structured logs, including libraries': JSON in production, readable in development.

`log_context` gives each line its trace_id, tenant_id and user_id; structlog's own
`bind_contextvars` works as well.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, BinaryIO, TextIO, TypeAlias, cast
from uuid import UUID

import orjson
import structlog
from structlog.contextvars import merge_contextvars
from structlog.processors import add_log_level, format_exc_info
from structlog.types import Processor

from app.config import LogSettings

from .log_context import Line, add_context
from .output import output_of, standard_output

HIDDEN = "[hidden]"
NESTED = (dict, list, tuple)
PRIVATE_NAME = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api_?key|credential|e?mail|phone|full_name",
    re.IGNORECASE,
)
# Row and request values that PostgreSQL, SQLAlchemy and pydantic put into exception messages.
PRIVATE_TEXT = re.compile(
    r"^(DETAIL:|\[parameters:).*$|input_value=.*(?=, input_type=)", re.MULTILINE
)
RESET = "\x1b[0m"
COLORS = {1: "\x1b[36m", 2: "\x1b[32m", 3: "\x1b[36m", 4: "\x1b[33m", 5: "\x1b[31m"}
UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access")
ERRORS = ("error", "critical", "exception")

ErrorHook: TypeAlias = Callable[[BaseException, Line], None]

_error_hooks: list[ErrorHook] = []
_declared: set[str] = set()


def add_error_hook(hook: ErrorHook) -> Callable[[], None]:
    """Call `hook` with each exception that is logged as an error, and the fields of its line.

    Return a function that removes the hook.
    """
    _error_hooks.append(hook)
    return lambda: _error_hooks.remove(hook)


def configure_logging(settings: LogSettings, *, json: bool) -> None:
    """Configure structlog and logging. `json` applies if the format setting is auto."""
    if settings.format != "auto":
        json = settings.format == "json"
    structlog.configure(
        processors=[_complete, *_rendering(json)],
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        logger_factory=_bytes_logger if json else _print_logger,
        cache_logger_on_first_use=json,
    )
    _adopt_standard_library(settings.level, json)


def _bytes_logger(*_: Any) -> structlog.BytesLogger:
    return structlog.BytesLogger(cast(BinaryIO, output_of(standard_output().buffer)))


def _print_logger(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(cast(TextIO, output_of(standard_output())))


def hide_private(_: Any, __: str, line: Line) -> Line:
    """Hide private values by name, at any depth, and in the text of exceptions."""
    for name, value in line.items():
        if is_private(name) and not _is_id(name, value):
            line[name] = HIDDEN
        elif isinstance(value, NESTED):
            line[name] = _hide_inside(value)
    if "exception" in line:
        line["exception"] = PRIVATE_TEXT.sub(HIDDEN, line["exception"])
    return line


def _hide_inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: HIDDEN
            if is_private(str(key)) and not _is_id(str(key), inner)
            else _hide_inside(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_hide_inside(inner) for inner in value]
    return value


def _is_id(name: str, value: Any) -> bool:
    """True for a row's id: `api_key_id` says whose request it was, and opens nothing."""
    return name.endswith("_id") and (value is None or isinstance(value, UUID))


def hide_names(names: Iterable[str]) -> None:
    """Hide the values of these names too: those of columns that models declare private."""
    _declared.update(names)
    is_private.cache_clear()


@lru_cache(maxsize=1024)
def is_private(name: str) -> bool:
    return name in _declared or PRIVATE_NAME.search(name) is not None


def _complete(logger: Any, method: str, line: Line) -> Line:
    """Complete a line in one processor instead of structlog's six, because it runs often."""
    line = merge_contextvars(logger, method, add_context(logger, method, line))
    line = add_log_level(logger, method, line)
    line["timestamp"] = datetime.now(UTC)
    if "exc_info" in line:
        if _error_hooks and line["level"] in ERRORS:
            _call_hooks(line)
        line = format_exc_info(logger, method, line)
    return hide_private(logger, method, line)


def _call_hooks(line: Line) -> None:
    error = line["exc_info"]
    if isinstance(error, tuple):
        error = error[1]
    elif not isinstance(error, BaseException):  # exc_info=True
        error = sys.exc_info()[1]
    for hook in _error_hooks if isinstance(error, BaseException) else ():
        with suppress(Exception):  # logging must not fail, and may not log here
            hook(error, line)


def _rendering(json: bool) -> list[Processor]:
    if json:
        return [_to_json]
    colors = standard_output().isatty()
    return [
        _readable,
        partial(_request_first, colors),
        structlog.dev.ConsoleRenderer(colors=colors),
    ]


def _to_json(_: Any, __: str, line: Line) -> bytes:
    line["message"] = line.pop("event")
    try:
        return orjson.dumps(line, default=repr, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)
    except orjson.JSONEncodeError:  # a lone surrogate, or an integer of more than 64 bits
        return json.dumps(line, default=str, skipkeys=True).encode()


def _readable(_: Any, __: str, line: Line) -> Line:
    return {
        name: str(value) if isinstance(value, UUID | datetime) else value
        for name, value in line.items()
        if value is not None
    }


def _request_first(colors: bool, _: Any, __: str, line: Line) -> Line:
    """Put status and route of a request first, where they are easy to see in a terminal."""
    line["at"] = str(line.pop("timestamp", ""))[11:19]
    if line.get("level") == "info":
        del line["level"]
    if line["event"] == "request" and "status" in line:
        status, route = line.pop("status"), line.pop("route", "")
        text = f"{status} {line.pop('method', '')} {route}"
        line["event"] = f"{COLORS[status // 100]}{text}{RESET}" if colors else text
        line["ms"] = line.pop("duration_ms", None)
    return line


def _adopt_standard_library(level: str, json: bool) -> None:
    """Format libraries' lines the same way. Our request line replaces uvicorn's access log."""
    *processors, render = _rendering(json)
    as_text: Processor = _decoded if json else render
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, _complete],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *processors,
            as_text,
        ],
    )
    handler = logging.StreamHandler(cast(TextIO, output_of(standard_output())))
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in UVICORN:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"
    logging.getLogger("httpx").setLevel("WARNING")  # below that it logs URLs with query strings


def _decoded(logger: Any, method: str, line: Line) -> str:
    return _to_json(logger, method, line).decode()
