"""Procrastinate's connection through psycopg, from the app's asyncpg URL."""

from typing import Any

from procrastinate import PsycopgConnector
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

NAMED_OTHERWISE = {"ssl": "sslmode"}
SECONDS = 10
"""A database that does not respond in this time, or has no free connection, counts as down."""
UNKNOWN_TO_LIBPQ = {"prepared_statement_cache_size", "prepared_statement_name_func"}


def connector(url: str, *, pgbouncer: bool | str) -> PsycopgConnector:
    """Return an unopened connector. `url` is SQLAlchemy's, with TCP or a Unix socket."""
    options: dict[str, Any] = {"connect_timeout": SECONDS}
    if pgbouncer:
        options["prepare_threshold"] = None
    return PsycopgConnector(
        conninfo=conninfo(url), kwargs=options, min_size=1, max_size=4, timeout=SECONDS
    )


def conninfo(url: str) -> str:
    parsed = make_url(url)
    options: dict[str, Any] = {
        NAMED_OTHERWISE.get(name, name): value
        for name, value in parsed.query.items()
        if name not in UNKNOWN_TO_LIBPQ
    }
    hosts = parsed.query.get("host")
    if isinstance(hosts, tuple):
        names, ports = zip(*(each.rpartition(":")[::2] for each in hosts), strict=True)
        options |= {"host": ",".join(names), "port": ",".join(ports)}
    who = {"user": parsed.username, "password": parsed.password, "dbname": parsed.database}
    return make_conninfo(**{"host": parsed.host, "port": parsed.port, **who, **options})
