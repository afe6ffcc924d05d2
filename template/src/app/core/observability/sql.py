"""A span for each statement, without its values.

Most statements run on the driver, as BEGIN and COMMIT do: asyncpg's query logger reports them. It
does not report prepared statements, which SQLAlchemy uses: SQLAlchemy's events do.
"""

from time import time_ns
from typing import Any

from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.database.asyncpg.connection import without_values

from ._spans import TRACER


def trace_statements(engine: AsyncEngine) -> None:
    event.listen(engine.sync_engine, "connect", _listen_to_driver)
    event.listen(engine.sync_engine, "before_cursor_execute", _note_start)
    event.listen(engine.sync_engine, "after_cursor_execute", _note_end)
    event.listen(engine.sync_engine, "handle_error", _note_error)


def _listen_to_driver(dbapi_connection: Any, _: Any) -> None:
    dbapi_connection.driver_connection.add_query_logger(_note_query)


def _note_query(query: Any) -> None:
    ended = time_ns()
    _write(query.query, ended - int(query.elapsed * 1e9), ended, query.exception)


def _note_start(_: Any, __: Any, ___: Any, ____: Any, context: Any, *_____: Any) -> None:
    context.span_started = time_ns()


def _note_end(_: Any, __: Any, statement: str, ___: Any, context: Any, *____: Any) -> None:
    _write(statement, context.span_started, time_ns(), None)


def _note_error(error: Any) -> None:
    started = getattr(error.execution_context, "span_started", None)
    if started and error.statement:
        _write(error.statement, started, time_ns(), error.original_exception)


def _write(statement: str, started: int, ended: int, error: BaseException | None) -> None:
    """Write a span. BEGIN is recorded without its text, which contains the tenant's id."""
    verb = _verb(statement)
    attributes = {"db.system.name": "postgresql", "db.operation.name": verb}
    if verb not in ("BEGIN", statement):
        attributes["db.query.text"] = without_values(statement)
    span = TRACER.start_span(verb, kind=SpanKind.CLIENT, attributes=attributes, start_time=started)
    if error is not None:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(StatusCode.ERROR)
    span.end(ended)


def _verb(statement: str) -> str:
    """Return the verb. COMMIT is at the end of its text, after the statements sent with it."""
    words = statement.split(None, 1)
    if not words or statement.endswith("COMMIT"):
        return "COMMIT" if words else "SQL"
    return words[0].rstrip(";").upper()
