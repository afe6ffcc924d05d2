"""`app backup`, `app restore-check`"""

import asyncio
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url, text
from sqlalchemy.engine import URL

from app.bootstrap import has_database
from app.config import Settings, load_settings
from app.core.module import find_modules
from app.database import embedded
from app.database.base import Base
from app.database.connecting import try_connection
from app.database.engine import create_engine
from app.database.schema.guarantees import find_in_database
from app.database.schema.migrations import PROJECT, missing_migrations

from ._programs import run
from ._start import CannotStart

VARIABLE = "APP_DATABASE_BACKUP_URL"
CHECKED = "restore_check"
NEEDS_ROLE = (
    f"The role of {VARIABLE} cannot read all rows: row security would leave some out."
    " Create one that can: docs/backups.md has the two statements."
)
SEES_ALL = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")

Folder = Annotated[Path, typer.Argument(file_okay=False, help="Where dumps are kept.")]
KeepDays = Annotated[int, typer.Option(min=1, help="Days after which dumps here are deleted.")]
Then = Annotated[
    str | None,
    typer.Option(help="A command to run with the dump as {}: aws s3 cp {} s3://acme-backups/"),
]
Dump = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help="Without it, the database is dumped first."),
]


def backup(folder: Folder = Path("backups"), keep_days: KeepDays = 14, then: Then = None) -> None:
    """Dump the database into a folder, and pass the dump on. It is a consistent state."""
    url = _backup_url(load_settings(process="backup"))
    asyncio.run(_refuse_blind(url))
    dump = _dump(url, folder)
    if then:
        _pass_on(then, dump)
    for old in _older(folder, keep_days):
        old.unlink()
    typer.echo(dump)


def restore_check(dump: Dump = None) -> None:
    """Restore a dump into an embedded PostgreSQL, examine the result, and drop it again."""
    find_modules()  # loads every model
    server = embedded.start()
    if dump is None:
        dump = _dump(_backup_url(load_settings(process="backup")), PROJECT / ".data" / "backups")
    server.drop_database(CHECKED)
    urls = server.create_database(CHECKED)
    try:
        where = make_url(server.url("postgres", CHECKED))
        run("pg_restore", where, "--dbname", CHECKED, "--exit-on-error", str(dump.resolve()))
        asyncio.run(_examine(urls.url))
        for table, count in asyncio.run(_counts(server.url("postgres", CHECKED))).items():
            typer.echo(f"{count:>10}  {table}")
    finally:
        server.drop_database(CHECKED)
    typer.echo(f"{dump.name} can be restored.")


def _backup_url(settings: Settings) -> URL:
    """Return the log-in; without a database of yours, the superuser of the embedded one."""
    if settings.database.backup_url:
        return make_url(settings.database.backup_url)
    if has_database(settings):
        raise CannotStart(f"Set {VARIABLE}: a backup needs a role that reads all rows.")
    server = embedded.start()
    server.create_database("app")
    return make_url(server.url("postgres", "app"))


async def _refuse_blind(url: URL) -> None:
    """Raises CannotStart, NoConnection."""
    full = url.render_as_string(hide_password=False)
    await try_connection(full, VARIABLE)
    engine = create_engine(full)
    async with engine.connect() as connection:
        sees_all = await connection.scalar(SEES_ALL)
    await engine.dispose()
    if not sees_all:
        raise CannotStart(NEEDS_ROLE)


def _dump(url: URL, folder: Path) -> Path:
    """Write a dump, complete or not at all: a broken one keeps the name *.part."""
    folder.mkdir(parents=True, exist_ok=True)
    dump = folder / f"{url.database}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
    part = dump.with_suffix(".part")
    part.touch(mode=0o600)
    run("pg_dump", url, "--format", "custom", "--file", str(part))
    run("pg_restore", url, "--list", str(part))
    return part.rename(dump)


def _older(folder: Path, days: int) -> list[Path]:
    limit = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    return [each for each in folder.glob("*.dump") if each.stat().st_mtime < limit]


def _pass_on(command: str, dump: Path) -> None:
    """Raises CannotStart if the command fails; the dump stays, and so do the older ones."""
    words = [word.replace("{}", str(dump)) for word in shlex.split(command)]
    words += [] if "{}" in command else [str(dump)]
    try:
        subprocess.run(words, check=True)  # noqa: S603 - the operator's own command
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStart(
            f"{dump} is written, and the command of --then failed ({error}): run it again by hand"
        ) from error


async def _examine(url: str) -> None:
    """Raises CannotStart if an app could not serve from this database."""
    engine = create_engine(url)
    async with engine.connect() as connection:
        missing = await missing_migrations(connection)
        findings = [] if missing else await find_in_database(connection)
    await engine.dispose()
    if findings:
        listed = "\n".join(map(str, findings))
        raise CannotStart(f"Let no app serve from it:\n{listed}")
    if missing:
        typer.echo(f"It lacks {len(missing)} migrations of this release: app migrate runs them.")


async def _counts(url: str) -> dict[str, int]:
    engine = create_engine(url)
    async with engine.connect() as connection:
        there = {row.tablename for row in await connection.execute(TABLES)}
        counts = {
            name: await connection.scalar(text(f'SELECT count(*) FROM "{name}"'))
            for name in sorted(there & set(Base.metadata.tables))
        }
    await engine.dispose()
    return {name: int(count or 0) for name, count in counts.items()}


TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
