"""`app docs-modules`"""

from typing import Annotated

import typer

from app.core.module import find_modules
from app.database.schema.migrations import PROJECT

from ._module_pages import outdated, pages, write

FOLDER = PROJECT / "docs" / "modules"

Check = Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 if outdated.")]


def docs_modules(check: Check = False) -> None:
    """Write the pages about the modules: a diagram of their dependencies, and a page for each."""
    written = pages(find_modules())
    changed = outdated(FOLDER, written) if FOLDER.exists() or not check else []
    if not check:
        write(FOLDER, written)
    for name in changed:
        typer.echo(f"docs/modules/{name} {'is outdated' if check else 'written'}")
    if check and changed:
        typer.echo("Run: make docs-modules")
        raise typer.Exit(1)
