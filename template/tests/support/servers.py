"""The tests' PostgreSQL: the embedded one, or one given by the environment.

    TEST_POSTGRES_URL=postgresql://postgres:secret@localhost:5432/postgres   a superuser's URL
    TEST_POSTGRES_PASSWORD=secret     of app_owner, app_rw and app_admin, which the tests create
    TEST_PGBOUNCER=localhost:6432     app_rw and app_admin connect through it; it must accept all
                                      databases, in transaction mode

It must be a server for tests, because they create and drop databases on it.
"""

import os
from functools import cache
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from app.database import embedded
from app.database.embedded import DatabaseUrls, EmbeddedServer

from .folders import FOLDER

ROLES = ("app_owner", "app_rw", "app_admin")
BEHIND_PGBOUNCER = "TEST_PGBOUNCER" in os.environ


class NamedServer(EmbeddedServer):
    def __init__(self, url: URL, *, password: str | None, pgbouncer: str | None) -> None:
        super().__init__(url.host or "localhost", url.port or 5432)
        self.administrator = url.set(drivername="postgresql")
        self.password = password
        self.serving = pgbouncer or f"{self.host}:{self.port}"

    def url(self, role: str, database: str) -> str:
        host, _, port = self.serving.partition(":")
        made = URL.create(
            "postgresql+asyncpg",
            username=role,
            password=self.password,
            host=self.host if role == "app_owner" else host,
            port=self.port if role == "app_owner" else int(port),
            database=database,
        )
        return made.render_as_string(hide_password=False)

    def create_database(self, name: str, *, template: str | None = None) -> DatabaseUrls:
        urls = super().create_database(name, template=template)
        if self.password:
            with self.superuser() as connection:
                for role in ROLES:
                    connection.execute(
                        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                            sql.Identifier(role), sql.Literal(self.password)
                        )
                    )
        return urls

    def superuser(self, database: str = "postgres") -> psycopg.Connection[Any]:
        url = self.administrator.set(database=database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@cache
def server() -> EmbeddedServer:
    """Return the server, and start it if it is the embedded one."""
    url = os.environ.get("TEST_POSTGRES_URL")
    if url is None:
        return embedded.start(FOLDER, durable=False)
    return NamedServer(
        make_url(url),
        password=os.environ.get("TEST_POSTGRES_PASSWORD"),
        pgbouncer=os.environ.get("TEST_PGBOUNCER"),
    )
