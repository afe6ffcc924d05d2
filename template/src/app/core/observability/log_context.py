"""Fields shared by all log lines of a request or job: trace_id, tenant_id, user_id and others.

Only logs may read them: a server can leak one request's context variables to the next (pipelining
on uvicorn). All fields are in one variable; structlog uses one per name, and copies them all for
each line.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias
from uuid import UUID

Line: TypeAlias = MutableMapping[str, Any]

_fields: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)


@contextmanager
def log_context(**fields: Any) -> Iterator[None]:
    """Add fields until the block ends, including those bound inside it."""
    before = _fields.set({**current_fields(), **fields})
    try:
        yield
    finally:
        _fields.reset(before)


def bind_identity(*, tenant_id: UUID | None, user_id: UUID | None) -> None:
    """Add tenant and user to the following lines in this `log_context`."""
    _fields.set({**current_fields(), "tenant_id": tenant_id, "user_id": user_id})


def current_fields() -> dict[str, Any]:
    return _fields.get() or {}


def add_context(_: Any, __: str, line: Line) -> Line:
    """A structlog processor; the line's own fields take precedence."""
    return {**current_fields(), **line}
