"""Raises asyncpg's errors as SQLAlchemy's, which everything above the driver knows."""

from typing import Any, NoReturn

from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.exc import DBAPIError


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
