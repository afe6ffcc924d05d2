"""Procrastinate listens through psycopg, to the database that the app reaches through asyncpg."""

from procrastinate import PsycopgConnector
from sqlalchemy import make_url


def connector(url: str, *, pgbouncer: bool) -> PsycopgConnector:
    """`url` is SQLAlchemy's, with TCP or a Unix socket. Opens nothing yet."""
    options = {"prepare_threshold": None} if pgbouncer else {}
    return PsycopgConnector(conninfo=libpq_url(url), kwargs=options, min_size=1, max_size=4)


def libpq_url(url: str) -> str:
    parsed = make_url(url).set(drivername="postgresql")
    if "ssl" in parsed.query:  # asyncpg's name for it
        parsed = parsed.update_query_dict({"sslmode": parsed.query["ssl"]})
    parsed = parsed.difference_update_query(
        ["ssl", "prepared_statement_cache_size", "prepared_statement_name_func"]
    )
    return parsed.render_as_string(hide_password=False)
