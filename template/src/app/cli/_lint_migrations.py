"""`app lint-migrations`"""

import typer

from app.core.module import find_modules
from app.database.schema.migration_rules import find_violations


def lint_migrations() -> None:
    """Find migrations that block reads or writes, or break the release that still runs."""
    find_modules()  # loads every model
    violations = find_violations()
    for violation in violations:
        typer.echo(violation)
    typer.echo(f"{len(violations)} found. Why, and what to do instead: docs/migrations.md")
    raise typer.Exit(1 if violations else 0)
