"""What PostgreSQL refused, without a word of its message, which carries values and names.

Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.database.engine import is_outdated

from ._exceptions import (
    AlreadyExists,
    AppError,
    BrokenReference,
    InternalError,
    Invalid,
    NoRoom,
    Unavailable,
)

log = structlog.get_logger(__name__)

STATEMENT_TIMEOUT = "57014"
BY_SQLSTATE: dict[str, type[AppError]] = {
    "23505": AlreadyExists,  # unique
    "23P01": AlreadyExists,  # exclusion
    "23503": BrokenReference,  # foreign key
    "23001": BrokenReference,  # foreign key ON DELETE RESTRICT
    "23502": Invalid,  # not null
    "23514": Invalid,  # check
    "22000": Invalid,  # out of range, noticed by the driver
    "22001": Invalid,  # text too long
    "22003": Invalid,  # number out of range
    "22021": Invalid,  # null byte in a text
    "22P05": Invalid,  # null byte in a JSON document
    "40001": Unavailable,  # serialization failure
    "40P01": Unavailable,  # deadlock
    "53100": NoRoom,  # disk full
    "55P03": Unavailable,  # lock not available
    STATEMENT_TIMEOUT: Unavailable,
}
BY_SQLSTATE_CLASS: dict[str, type[AppError]] = {
    "08": Unavailable,  # connection
    "53": Unavailable,  # out of connections, memory or disk
    "57": Unavailable,  # shutting down, starting up
}


def is_out_of_reach(error: BaseException) -> bool:
    """The database did not answer, or had no connection left: nothing is wrong with the request."""
    if isinstance(error, DBAPIError):
        sqlstate = getattr(error.orig, "sqlstate", None) or ""
        is_away = sqlstate[:2] in BY_SQLSTATE_CLASS and sqlstate != STATEMENT_TIMEOUT
        return error.connection_invalidated or is_away
    return isinstance(error, PoolTimeout)


def translate_database_error(error: DBAPIError) -> AppError:
    if error.connection_invalidated or is_outdated(error):
        return Unavailable()
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    kind = BY_SQLSTATE.get(sqlstate) or BY_SQLSTATE_CLASS.get(sqlstate[:2]) or InternalError
    log.info("database refused", sqlstate=sqlstate, constraint=_constraint(error))
    return kind()


def _constraint(error: DBAPIError) -> str | None:
    """The name alone; the driver's own exception is the cause of SQLAlchemy's."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
