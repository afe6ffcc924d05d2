"""What Alembic runs for each command, as app_owner."""

import asyncio
import logging

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from app.bootstrap import with_database
from app.config import load_settings
from app.core.module import find_modules
from app.database.base import Base
from app.database.schema.autogenerate import COMPARED, protect_new_tables
from app.database.schema.migrations import OWNER_URL
from app.database.schema.new_tables import place_new_tables
from app.database.schema.running import PATIENCE, Patience, run_alone


async def migrate_online() -> None:
    patience = context.config.attributes.get(PATIENCE) or Patience()
    await run_alone(_owner_url(), _migrate, patience)


def migrate_offline() -> None:
    """`alembic upgrade head --sql` prints what would run."""
    context.configure(
        dialect_name="postgresql",
        target_metadata=Base.metadata,
        literal_binds=True,
        transaction_per_migration=True,
    )
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
    url: str | None = context.config.attributes.get(OWNER_URL)
    if url is None:
        url = with_database(load_settings(process="migrate")).database.owner_url
    if url is None:
        raise CommandError("Set APP_DATABASE_OWNER_URL: migrations run as app_owner.")
    return url


if context.config.cmd_opts:  # called as a command, not by a process that has set up its logging
    logging.basicConfig(format="%(message)s")
    logging.getLogger("alembic.runtime.migration").setLevel(logging.INFO)
    logging.getLogger("alembic.autogenerate").setLevel(logging.INFO)

find_modules()  # loads every model
place_new_tables()

if context.is_offline_mode():
    migrate_offline()
else:
    asyncio.run(migrate_online())
