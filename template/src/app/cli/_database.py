"""`app migrate`, `app migration`, `app adopt`"""

import asyncio
import signal
import subprocess
from typing import Annotated

import typer
from alembic import command

from app.bootstrap import has_database, with_database
from app.config import load_settings
from app.core.module import find_modules
from app.database import embedded
from app.database.connecting import try_connection
from app.database.engine import create_engine
from app.database.schema import migrations
from app.database.schema.running import Patience

from ._start import CannotStart

OWNER = "APP_DATABASE_OWNER_URL"

Message = Annotated[str, typer.Option("--message", "-m", help="What it does, in a few words.")]


LockSeconds = Annotated[
    float, typer.Option(min=0.1, help="Seconds that a statement waits for a lock on a table.")
]
Tries = Annotated[int, typer.Option(min=1, help="How often a migration is tried if it waits.")]


def migrate(
    revision: Annotated[str, typer.Argument()] = "head",
    lock_seconds: LockSeconds = Patience.lock_seconds,
    tries: Tries = Patience.tries,
) -> None:
    """Migrate the database to the newest version, as app_owner.

    In production a database that a newer release has migrated stays as it is: this release is being
    rolled back to, and can serve on it.
    """
    settings = with_database(load_settings(process="migrate"))
    url = settings.database.owner_url
    if url is None:
        raise CannotStart(f"Set {OWNER}: migrations run as app_owner.")
    asyncio.run(try_connection(url, OWNER, migrates=True))
    if settings.in_production and revision == "head" and asyncio.run(_is_newer(url)):
        typer.echo("A newer release has migrated the database. It stays as it is.")
        return
    patience = Patience(lock_seconds=lock_seconds, tries=tries)
    command.upgrade(migrations.configuration(url, patience), revision)
    typer.echo(f"The database is at {revision}.")


async def _is_newer(url: str) -> bool:
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            return await migrations.is_newer(connection)
    finally:
        await engine.dispose()


def migration(message: Message) -> None:
    """Write a migration for the differences between the models and the database."""
    command.revision(migrations.configuration(), message, autogenerate=True)


def psql() -> None:
    """Open psql on the embedded database, as its superuser: it shows rows of all tenants."""
    if has_database(load_settings()):
        raise CannotStart(
            "APP_DATABASE_URL names a server of yours: psql with the log-in of your administrator."
        )
    server = embedded.start()
    server.create_database("app")
    where = ["--host", server.host, "--port", str(server.port), "--username", "postgres"]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is psql's
    raise typer.Exit(subprocess.run([embedded.psql(), *where, "app"], check=False).returncode)  # noqa: S603 - no shell


def adopt() -> None:
    """Append new steps of the standard and of modules to the chain of migrations."""
    find_modules()  # loads every model
    adopted = migrations.adopt()
    typer.echo("\n".join(f"adopted {step}" for step in adopted) or "Nothing new to adopt.")
    for module, tables in migrations.left_behind().items():
        typer.echo(f"{module} was left out. Its tables stay, with their rows: {', '.join(tables)}")
