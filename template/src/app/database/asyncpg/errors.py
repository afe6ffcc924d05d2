"""Translate asyncpg's errors to SQLAlchemy's, which all code above the driver expects."""

from typing import Any, NoReturn

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

STATEMENT_TIMEOUT = "57014"
AWAY = ("08", "53", "57")
"""SQLSTATE classes: connection failure, out of resources, shutting down or starting up."""

OUTDATED = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
"""A migration changed a type after the statement was prepared; asyncpg has dropped its plan."""

ABORTED = asyncpg.InFailedSQLTransactionError
"""An earlier statement failed, and the transaction can only be rolled back."""


def raise_refused(dbapi: Any, error: Exception, statement: str, *, closed: bool) -> NoReturn:
    """Raise the driver's error as the DBAPIError that SQLAlchemy itself would raise."""
    try:
        AsyncAdapt_asyncpg_connection._handle_exception_no_connection(dbapi, error)
    except dbapi.Error as refused:
        raise DBAPIError.instance(
            statement,
            None,
            refused,
            dbapi.Error,
            hide_parameters=True,
            connection_invalidated=closed,
        ) from refused


def constraint_of(error: DBAPIError) -> str | None:
    """Return the constraint's name; asyncpg's exception is the cause of SQLAlchemy's `orig`."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)


def is_outdated(error: DBAPIError) -> bool:
    """True if a migration changed a type after the statement was prepared."""
    return isinstance(getattr(error.orig, "__cause__", None), OUTDATED)


def is_unreachable(error: BaseException) -> bool:
    """True if the database was unreachable or out of connections: the statement may be retried."""
    if isinstance(error, DBAPIError):
        sqlstate: str = getattr(error.orig, "sqlstate", None) or ""
        is_away = sqlstate[:2] in AWAY and sqlstate != STATEMENT_TIMEOUT
        return error.connection_invalidated or is_away
    return isinstance(error, PoolTimeout)
