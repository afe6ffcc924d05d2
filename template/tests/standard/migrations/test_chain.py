import asyncio
from collections.abc import Awaitable, Callable
from threading import Thread
from time import sleep
from typing import Any, TypeVar

import psycopg
from alembic import command
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.embedded import DatabaseUrls, EmbeddedServer
from app.database.engine import create_engine
from app.database.schema.migrations import (
    configuration,
    find_new_steps,
    is_newer,
    missing_migrations,
)

Answer = TypeVar("Answer")

LEFT_OVER = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
    UNION SELECT polname FROM pg_policy
"""
OF_ALEMBIC = {"alembic_version", "_alembic_version", "alembic_version_pkc"}


class TestChain:
    def test_gives_every_step_a_place(self) -> None:
        assert find_new_steps() == []

    def test_leads_to_the_models_and_back_to_nothing_and_there_again(
        self, scratch: DatabaseUrls, server: EmbeddedServer
    ) -> None:
        config = configuration(scratch.owner_url)

        for _ in range(2):
            command.upgrade(config, "head")
            command.check(config)
            command.downgrade(config, "base")

            assert _left_over(server, scratch) == OF_ALEMBIC

    def test_lets_an_index_be_built_while_another_process_waits_to_migrate(
        self, scratch: DatabaseUrls, server: EmbeddedServer
    ) -> None:
        database = make_url(scratch.url).database or ""
        waiting = Thread(target=command.upgrade, args=[configuration(scratch.owner_url), "head"])
        with server.superuser(database) as first:
            first.execute("SELECT pg_advisory_lock(hashtext('migrations'))")
            first.execute("CREATE TABLE boats (name text)")
            waiting.start()
            _wait_for_the_owner(first)
            first.execute("SET statement_timeout = '10s'")
            first.execute("CREATE INDEX CONCURRENTLY boats_names ON boats (name)")
            first.execute("DROP TABLE boats")
        waiting.join()

        assert _is_at_head(scratch)

    def test_tells_the_serving_role_whether_it_has_been_run_to_its_end(
        self, scratch: DatabaseUrls
    ) -> None:
        config = configuration(scratch.owner_url)

        assert not _is_at_head(scratch)
        command.upgrade(config, "head")
        assert _is_at_head(scratch)
        command.downgrade(config, "-1")
        assert not _is_at_head(scratch)

    def test_lets_a_release_serve_that_a_newer_one_has_migrated_for(
        self, migrated: DatabaseUrls, server: EmbeddedServer
    ) -> None:
        """Otherwise no release could be rolled back, and old processes would stop too early."""
        assert not _asked(migrated, is_newer)
        with server.superuser(make_url(migrated.url).database or "") as connection:
            connection.execute("UPDATE alembic_version SET version_num = 'of_tomorrow'")

        assert _is_at_head(migrated)
        assert _asked(migrated, is_newer)


def _wait_for_the_owner(connection: psycopg.Connection[Any]) -> None:
    here = "datname = current_database() AND usename = 'app_owner'"
    while not connection.execute(f"SELECT 1 FROM pg_stat_activity WHERE {here}").fetchone():
        sleep(0.05)
    sleep(0.2)  # before or while it waits


def _left_over(server: EmbeddedServer, urls: DatabaseUrls) -> set[str]:
    with server.superuser(make_url(urls.url).database or "") as connection:
        return {name for (name,) in connection.execute(LEFT_OVER)}


def _is_at_head(urls: DatabaseUrls) -> bool:
    return not _asked(urls, missing_migrations)


def _asked(urls: DatabaseUrls, question: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
    async def ask() -> Answer:
        engine = create_engine(urls.url)
        try:
            async with engine.connect() as connection:
                return await question(connection)
        finally:
            await engine.dispose()

    return asyncio.run(ask())
