"""`app migrate`, `app migration`, `app adopt`"""

from typing import Annotated

import typer
from alembic import command

from app.core.module import find_modules
from app.database.schema import migrations

Message = Annotated[str, typer.Option("--message", "-m", help="What it does, in a few words.")]


def migrate(revision: Annotated[str, typer.Argument()] = "head") -> None:
    """Bring the database to the newest migration, as app_owner."""
    command.upgrade(migrations.configuration(), revision)
    typer.echo(f"The database is at {revision}.")


def migration(message: Message) -> None:
    """Write a migration from what the models have and the database has not."""
    command.revision(migrations.configuration(), message, autogenerate=True)


def adopt() -> None:
    """Give new steps of the standard and of modules their place at the end of the chain."""
    find_modules()  # loads every model
    adopted = migrations.adopt()
    typer.echo("\n".join(f"adopted {step}" for step in adopted) or "Nothing new to adopt.")
    for module, tables in migrations.left_behind().items():
        typer.echo(f"{module} was left out. Its tables stay, with their rows: {', '.join(tables)}")
