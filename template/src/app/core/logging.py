"""Structured logs, also of the libraries: JSON in production, readable lines in development.

Context variables carry trace_id, tenant_id and user_id to each line. Nothing but logs may read
them: a server can hand one request's context variables to the next (pipelining on uvicorn).
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars
from structlog.types import Processor

from app.config import LogSettings

Line: TypeAlias = MutableMapping[str, Any]

HIDDEN = "[hidden]"
PRIVATE_NAME = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api_?key|credential|e?mail|phone|full_name",
    re.IGNORECASE,
)
# what databases and pydantic write of a row's or a request's values into the text of an exception
PRIVATE_TEXT = re.compile(
    r"^(DETAIL:|\[parameters:).*$|input_value=.*(?=, input_type=)", re.MULTILINE
)
UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access")


def configure_logging(settings: LogSettings, *, json: bool) -> None:
    """`json` decides where the settings say auto."""
    if settings.format != "auto":
        json = settings.format == "json"
    structlog.configure(
        processors=[*_shared(), *_rendering(json)],
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        logger_factory=structlog.BytesLoggerFactory() if json else structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=json,
    )
    _adopt_standard_library(settings.level, json)


def log_context(*, trace_id: str) -> AbstractContextManager[None]:
    """What the lines of one request or job have in common. All of it is forgotten at the end."""
    return bound_contextvars(trace_id=trace_id, tenant_id=None, user_id=None)


def bind_identity(*, tenant_id: UUID | None, user_id: UUID | None) -> None:
    """From here on each line inside the `log_context` says for whom."""
    bind_contextvars(
        tenant_id=str(tenant_id) if tenant_id else None, user_id=str(user_id) if user_id else None
    )


def hide_private(_: Any, __: str, line: Line) -> Line:
    """By the names of values, at any depth; and in the text of exceptions."""
    for name, value in line.items():
        line[name] = HIDDEN if is_private(name) else _hide_inside(value)
    if "exception" in line:
        line["exception"] = PRIVATE_TEXT.sub(HIDDEN, line["exception"])
    return line


def _hide_inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: HIDDEN if is_private(str(key)) else _hide_inside(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_hide_inside(inner) for inner in value]
    return value


@lru_cache(maxsize=1024)
def is_private(name: str) -> bool:
    return PRIVATE_NAME.search(name) is not None


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_private,
    ]


def _rendering(json: bool) -> list[Processor]:
    if json:
        return [structlog.processors.EventRenamer("message"), _to_json]
    return [_without_nothing, structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())]


def _to_json(_: Any, __: str, line: Line) -> bytes:
    return orjson.dumps(line, default=repr, option=orjson.OPT_NON_STR_KEYS)


def _without_nothing(_: Any, __: str, line: Line) -> Line:
    return {name: value for name, value in line.items() if value is not None}


def _adopt_standard_library(level: str, json: bool) -> None:
    """The libraries' lines take the same way. Our request line replaces uvicorn's access log."""
    *processors, render = _rendering(json)
    as_text: Processor = _decoded if json else render
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_shared()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *processors,
            as_text,
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in UVICORN:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"
    logging.getLogger("httpx").setLevel("WARNING")  # below that it writes URLs with their queries


def _decoded(logger: Any, method: str, line: Line) -> str:
    return _to_json(logger, method, line).decode()
