"""`app …`, the command line. A known error is one sentence and an exit code, no stack trace."""

import sys
from socket import gaierror
from typing import NoReturn

import asyncpg
import typer
from alembic.util import CommandError
from sqlalchemy.exc import InterfaceError, OperationalError

from app.cli._events import event_commands
from app.cli._jobs import job_commands
from app.config import SettingsError
from app.core.errors import AppError
from app.core.templates import BrandInvalid
from app.core.tenant_import import CannotImport
from app.database.connecting import NoConnection
from app.database.embedded import EmbeddedDatabaseUnavailable
from app.database.repository import RowNotFound
from app.database.schema.distribution import CannotDistribute
from app.database.schema.guarantees import UnsafeDatabase
from app.database.schema.migration_rules import NoSquawk
from app.modules.tenants import tenant_commands

from ._backup import backup, restore_check
from ._database import adopt, migrate, migration, psql
from ._distribute import distribute
from ._docs import docs_modules
from ._doctor import doctor
from ._import_rules import import_rules
from ._lint_migrations import lint_migrations
from ._mail import mail_commands
from ._openapi import openapi
from ._operator import operator_work
from ._people import create_superuser, seed
from ._serve import serve, worker
from ._start import CannotStart
from ._translations import translations

__all__ = ["app", "main"]

MISTAKES = (
    AppError,
    BrandInvalid,
    CannotImport,
    CannotDistribute,
    CannotStart,
    CommandError,
    EmbeddedDatabaseUnavailable,
    NoConnection,
    NoSquawk,
    RowNotFound,
    UnsafeDatabase,
)
UNREACHABLE = (ConnectionError, gaierror, asyncpg.PostgresError, InterfaceError, OperationalError)

app = typer.Typer(
    help="Runs, migrates and examines this application.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COMMANDS = (
    serve,
    worker,
    migrate,
    migration,
    lint_migrations,
    distribute,
    psql,
    backup,
    restore_check,
    adopt,
    seed,
    create_superuser,
    doctor,
    docs_modules,
    openapi,
    import_rules,
    translations,
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(job_commands(operator_work), name="jobs")
app.add_typer(event_commands(operator_work), name="events")
app.add_typer(mail_commands, name="mail")
app.add_typer(tenant_commands(operator_work), name="tenants")


def main() -> None:
    """Exit codes: 0 done, 1 not done, 2 wrong settings or arguments."""
    try:
        app()
    except SettingsError as error:
        _end(str(error), code=2)
    except MISTAKES as error:
        _end(str(error), code=1)
    except UNREACHABLE as error:
        reason = getattr(error, "orig", None) or error
        _end(f"The database cannot be used: {reason}. What to do about it: app doctor", code=1)


def _end(message: str, *, code: int) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)
