"""What the lines of one request or job have in common: trace_id, tenant_id, user_id and the like.

Nothing but logs may read it: a server can hand one request's context variables to the next
(pipelining on uvicorn). One variable, where structlog has one a name: they cost 2 % of a request.
"""

from collections.abc import MutableMapping
from contextvars import ContextVar, Token
from typing import Any, TypeAlias
from uuid import UUID

Line: TypeAlias = MutableMapping[str, Any]

_fields: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)


class log_context:  # noqa: N801 - reads as what it is: with log_context(job="…")
    """All of it is forgotten at the end of the block, what was added inside as well."""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        self._before: Token[dict[str, Any] | None] | None = None

    def __enter__(self) -> None:
        self._before = _fields.set({**current_fields(), **self.fields})

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            _fields.reset(self._before)


def bind_identity(*, tenant_id: UUID | None, user_id: UUID | None) -> None:
    """From here on each line inside the `log_context` says for whom."""
    _fields.set({**current_fields(), "tenant_id": tenant_id, "user_id": user_id})


def current_fields() -> dict[str, Any]:
    return _fields.get() or {}


def add_context(_: Any, __: str, line: Line) -> Line:
    """A processor of structlog; a line's own words come first."""
    return {**current_fields(), **line}
