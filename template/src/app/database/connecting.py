"""Explain why a database cannot be used, in sentences that say what to do."""

import asyncio
from collections.abc import Callable
from socket import gaierror
from typing import TypeAlias

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.engine import Pooled, create_engine

SECONDS = 10
ROLES = "run migrations/roles.sql in it, as an administrator"
UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError)
PASSING = (
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    gaierror,
    TimeoutError,
    ConnectionError,
    FileNotFoundError,
)
STARTUP = "startup parameter"
BACKEND = text("SELECT pg_backend_pid()")
RIGHTS = text("""
    SELECT current_user,
           has_schema_privilege('public', 'CREATE') AS may_create,
           to_regrole('app_rw') IS NOT NULL AND to_regrole('app_admin') IS NOT NULL AS has_roles
""")

Sentence: TypeAlias = Callable[[URL, BaseException], str]


class NoConnection(Exception):
    """The database cannot be used with these settings. The message says what to do."""


class DatabaseAway(NoConnection):
    """The server is not there, is starting, or has no connection left: that may pass by itself."""


async def try_connection(
    url: str, variable: str, *, pgbouncer: Pooled = False, migrates: bool = False
) -> None:
    """Connect once. Raises NoConnection or its subclass DatabaseAway.

    Their message names the variable and never the password.
    """
    engine = create_engine(url, pgbouncer=pgbouncer)
    try:
        async with asyncio.timeout(SECONDS), engine.connect() as connection:
            await _refuse_pooler(connection, variable, expected=bool(pgbouncer))
            if migrates:
                await _refuse_wrong_role(connection, variable)
    except UNREACHABLE as error:
        kind = DatabaseAway if isinstance(_cause(error), PASSING) else NoConnection
        raise kind(f"{variable}: {explain(url, error)}") from error
    finally:
        await engine.dispose()


def explain(url: str, error: BaseException) -> str:
    """Return why the connection failed, and what to do."""
    cause = _cause(error)
    for kind, sentence in SENTENCES:
        if isinstance(cause, kind):
            return sentence(make_url(url), cause)
    return (
        f"no way into the database of {_server(make_url(url))}: {cause}."
        " Check the URL, and what PostgreSQL's log says."
    )


def _cause(error: BaseException) -> BaseException:
    """Return PostgreSQL's or the network's error, which SQLAlchemy wraps."""
    original: BaseException = getattr(error, "orig", None) or error
    cause = original.__cause__
    return cause if isinstance(cause, asyncpg.PostgresError) else original


async def _refuse_pooler(connection: AsyncConnection, variable: str, *, expected: bool) -> None:
    """Detect a pooler: it announces a process id of its own, PostgreSQL announces the backend's."""
    driver = (await connection.get_raw_connection()).driver_connection
    announced = driver.get_server_pid() if driver else None
    if not expected and announced != await connection.scalar(BACKEND):
        raise NoConnection(f"{variable} {POOLER}")


async def _refuse_wrong_role(connection: AsyncConnection, variable: str) -> None:
    role, may_create, has_roles = (await connection.execute(RIGHTS)).one()
    if not has_roles:
        raise NoConnection(
            f"{variable}: the roles of the application are missing in this database: {ROLES}."
        )
    if not may_create:
        raise NoConnection(
            f"{variable} logs in as {role}, who may not create tables: migrations run as app_owner."
            f" Use its log-in; if it is that, {ROLES}."
        )


POOLER = (
    "leads to PgBouncer or another pooler, which keeps neither prepared statements nor settings:"
    " set APP_DATABASE_PGBOUNCER=true. (APP_DATABASE_OWNER_URL has to go past it, to PostgreSQL.)"
)


def _server(url: URL) -> str:
    host = url.query.get("host") or url.host or "localhost"
    if isinstance(host, tuple):
        return ", ".join(host)
    return f"{host}:{url.query.get('port') or url.port or 5432}"


def _password(url: URL, _: BaseException) -> str:
    return (
        f"PostgreSQL at {_server(url)} refuses the log-in of {url.username}. Check the password,"
        f" or give it one: ALTER ROLE {url.username} PASSWORD '…'"
    )


def _not_let_in(url: URL, error: BaseException) -> str:
    return (
        f"PostgreSQL at {_server(url)} does not let {url.username} in: {error}. Check the name,"
        f" pg_hba.conf, and whether the role is there: {ROLES}."
    )


def _database(url: URL, _: BaseException) -> str:
    return (
        f"there is no database {url.database} at {_server(url)}."
        f" Make it (createdb {url.database}), and {ROLES}."
    )


def _privilege(url: URL, error: BaseException) -> str:
    return f"{url.username} may not use the database {url.database}: {error}. To grant it, {ROLES}."


def _full(url: URL, _: BaseException) -> str:
    return (
        f"PostgreSQL at {_server(url)} has no connection left: raise max_connections, or lower"
        " APP_DATABASE_POOL_SIZE, APP_DATABASE_POOL_OVERFLOW or the number of processes."
    )


def _starting(url: URL, _: BaseException) -> str:
    return f"PostgreSQL at {_server(url)} is starting up or shutting down: try again in a moment."


def _pooler(url: URL, error: BaseException) -> str:
    """PgBouncer uses this error code for everything that it refuses."""
    if isinstance(error, asyncpg.ProtocolViolationError) and STARTUP not in str(error):
        return f"PgBouncer at {_server(url)} refuses: {error}. Check its [databases] and auth_file."
    return POOLER


def _host(url: URL, _: BaseException) -> str:
    return f"there is no host called {_server(url).rpartition(':')[0]}: check its name."


def _silent(url: URL, _: BaseException) -> str:
    return f"{_server(url)} does not answer within {SECONDS} s: check its name, and firewalls."


def _nobody(url: URL, _: BaseException) -> str:
    return f"nothing listens at {_server(url)}: check host and port, and whether PostgreSQL runs."


SENTENCES: tuple[tuple[type[BaseException], Sentence], ...] = (
    (asyncpg.InvalidPasswordError, _password),
    (asyncpg.InvalidAuthorizationSpecificationError, _not_let_in),
    (asyncpg.InvalidCatalogNameError, _database),
    (asyncpg.InsufficientPrivilegeError, _privilege),
    (asyncpg.TooManyConnectionsError, _full),
    (asyncpg.CannotConnectNowError, _starting),
    (asyncpg.ProtocolViolationError, _pooler),
    (asyncpg.DuplicatePreparedStatementError, _pooler),
    (asyncpg.InvalidSQLStatementNameError, _pooler),
    (gaierror, _host),
    (TimeoutError, _silent),
    (ConnectionError, _nobody),
    (FileNotFoundError, _nobody),
)
