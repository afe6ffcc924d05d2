"""A database on each node of a Citus cluster, whose coordinator the environment names.

    TEST_CITUS_URL=postgresql://postgres:secret@coordinator:5432/postgres    a superuser's URL

The database that it names belongs to a cluster: pg_dist_node there lists the nodes, which let the
same superuser in, and app_owner, app_rw and app_admin without a password. Databases are created on
all of them, so it must be a cluster for tests.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from app.config import Settings
from app.database.embedded import ROLES

VARIABLE = "TEST_CITUS_URL"
NODES = "SELECT nodename, nodeport, groupid FROM pg_dist_node WHERE noderole = 'primary'"


class Cluster:
    """One database of the cluster; `urls` lead to the coordinator."""

    def __init__(self, url: URL, name: str) -> None:
        self.administrator = url.set(drivername="postgresql")
        self.name = name
        with self.connect(url.database or "postgres") as connection:
            nodes = connection.execute(NODES).fetchall()
        self.workers = [(_text(host), port) for host, port, group in nodes if group]
        self.coordinator = next(((_text(h), port) for h, port, group in nodes if not group), None)
        self.coordinator = self.coordinator or (url.host or "localhost", url.port or 5432)

    def connect(self, database: str | None = None, *node: Any) -> psycopg.Connection[Any]:
        """Connect as superuser, to the coordinator unless a node is given."""
        url = self.administrator.set(database=database or self.name)
        if node:
            url = url.set(host=node[0], port=node[1])
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    @property
    def nodes(self) -> list[tuple[Any, ...]]:
        return [(), *self.workers]

    def create(self) -> None:
        """Follow docs/scaling.md: the roles first, then the extension, then the nodes."""
        for node in self.nodes:
            with self.connect("postgres", *node) as connection:
                connection.execute("SET citus.enable_ddl_propagation = off")
                connection.execute(
                    sql.SQL(
                        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
                    ).format(sql.Identifier(self.name))
                )
            with self.connect(None, *node) as connection:
                connection.execute(ROLES.read_bytes())
                connection.execute("CREATE EXTENSION citus")
        with self.connect() as connection:
            connection.execute("SELECT citus_set_coordinator_host(%s, %s)", self.coordinator)
            for host, port in self.workers:
                connection.execute("SELECT citus_add_node(%s, %s)", [host, port])

    def drop(self) -> None:
        for node in self.nodes:
            with self.connect("postgres", *node) as connection:
                connection.execute("SET citus.enable_ddl_propagation = off")
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(self.name)))

    def url(self, role: str) -> str:
        url = self.administrator.set(
            drivername="postgresql+asyncpg", username=role, password=None, database=self.name
        )
        return url.render_as_string()

    def settings(self) -> Settings:
        settings = Settings(environment="test", _env_file=None).with_database(
            url=self.url("app_rw"),
            owner_url=self.url("app_owner"),
            admin_url=self.url("app_admin"),
        )
        database = settings.database.model_copy(update={"citus": True})
        return settings.model_copy(update={"database": database})


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Yield an empty database of the cluster, or skip the test if there is none."""
    url = os.environ.get(VARIABLE)
    if url is None:
        pytest.skip(f"no Citus cluster: {VARIABLE} names none (docs/scaling.md)")
    made = Cluster(make_url(url), f"test_citus_{os.getpid()}")
    made.drop()
    try:
        made.create()
        yield made
    finally:
        made.drop()


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
