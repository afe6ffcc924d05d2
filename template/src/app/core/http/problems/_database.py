"""Translate PostgreSQL errors by SQLSTATE.

The message is never passed on, because it can contain values and names of constraints.

Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

import structlog
from sqlalchemy.exc import DBAPIError

from app.core.errors import (
    AlreadyExists,
    AppError,
    BrokenReference,
    FieldError,
    InternalError,
    Invalid,
    StorageFull,
    Unavailable,
)
from app.database.asyncpg.errors import AWAY, STATEMENT_TIMEOUT, constraint_of, is_outdated

log = structlog.get_logger(__name__)

SOMEWHERE = FieldError("", "A value is out of the range of what is stored.")
"""No column is named: PostgreSQL's message has it, but repeats values as well."""
BY_SQLSTATE: dict[str, type[AppError]] = {
    "23505": AlreadyExists,  # unique
    "23P01": AlreadyExists,  # exclusion
    "23503": BrokenReference,  # foreign key
    "23001": BrokenReference,  # foreign key ON DELETE RESTRICT
    "23502": Invalid,  # not null
    "23514": Invalid,  # check
    "22000": Invalid,  # out of range, detected by asyncpg
    "22007": Invalid,  # not a date or time
    "22008": Invalid,  # date or time out of range
    "22009": Invalid,  # offset of a time out of range
    "22001": Invalid,  # text too long
    "22003": Invalid,  # number out of range
    "22021": Invalid,  # null byte in text
    "22P02": Invalid,  # invalid text for the type, such as a lone surrogate in JSON
    "22P03": Invalid,  # the same, in binary format
    "22P05": Invalid,  # null byte in a JSON document
    "40001": Unavailable,  # serialization failure
    "40P01": Unavailable,  # deadlock
    "53100": StorageFull,  # disk full
    "55P03": Unavailable,  # lock not available
    STATEMENT_TIMEOUT: Unavailable,
}
BY_SQLSTATE_CLASS: dict[str, type[AppError]] = dict.fromkeys(AWAY, Unavailable)


def translate_database_error(error: DBAPIError) -> AppError:
    if error.connection_invalidated or is_outdated(error):
        return Unavailable()
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    kind = BY_SQLSTATE.get(sqlstate) or BY_SQLSTATE_CLASS.get(sqlstate[:2]) or InternalError
    log.info("database refused", sqlstate=sqlstate, constraint=constraint_of(error))
    return Invalid(errors=[SOMEWHERE]) if kind is Invalid else kind()
