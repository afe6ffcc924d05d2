"""What the lines of one request or job have in common: trace_id, tenant_id, user_id and the like.

Nothing but logs may read it: a server can hand one request's context variables to the next
(pipelining on uvicorn). One variable, where structlog has one a name and copies them all a line.
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
    """All of it is forgotten at the end of the block, what was added inside as well."""
    before = _fields.set({**current_fields(), **fields})
    try:
        yield
    finally:
        _fields.reset(before)


def bind_identity(*, tenant_id: UUID | None, user_id: UUID | None) -> None:
    """From here on each line inside the `log_context` says for whom."""
    _fields.set({**current_fields(), "tenant_id": tenant_id, "user_id": user_id})


def current_fields() -> dict[str, Any]:
    return _fields.get() or {}


def add_context(_: Any, __: str, line: Line) -> Line:
    """A processor of structlog; a line's own words come first."""
    return {**current_fields(), **line}
