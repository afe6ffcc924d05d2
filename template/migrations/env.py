"""What Alembic runs for each command, as app_owner."""

import asyncio
import logging

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.bootstrap import with_database
from app.config import load_settings
from app.core.module import find_modules
from app.database.base import Base
from app.database.schema.autogenerate import COMPARED, protect_new_tables
from app.database.schema.migrations import OWNER_URL

# Asked for repeatedly: CREATE INDEX CONCURRENTLY would wait for a transaction that waits here.
ONE_AT_A_TIME = text("SELECT pg_try_advisory_lock(hashtext('migrations'))")
PAUSE_SECONDS = 0.5


async def migrate_online() -> None:
    engine = create_async_engine(_owner_url(), poolclass=NullPool)
    async with engine.connect() as connection:
        while not await connection.scalar(ONE_AT_A_TIME):
            await connection.commit()
            await asyncio.sleep(PAUSE_SECONDS)
        await connection.commit()
        await connection.run_sync(_migrate)


def migrate_offline() -> None:
    """`alembic upgrade head --sql` prints what would run."""
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        **COMPARED,
        process_revision_directives=protect_new_tables,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _owner_url() -> str:
    given = context.config.attributes.get(OWNER_URL)
    url: str | None = given or with_database(load_settings()).database.owner_url
    if url is None:
        raise CommandError("Set APP_DATABASE_OWNER_URL: migrations run as app_owner.")
    return url


if context.config.cmd_opts:  # called as a command, not by a process that has set up its logging
    logging.basicConfig(format="%(message)s")
    logging.getLogger("alembic.runtime.migration").setLevel(logging.INFO)
    logging.getLogger("alembic.autogenerate").setLevel(logging.INFO)

find_modules()  # loads every model

if context.is_offline_mode():
    migrate_offline()
else:
    asyncio.run(migrate_online())
