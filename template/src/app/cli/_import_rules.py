"""`app import-rules`"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.core.module import Module, find_modules
from app.database.schema.migrations import MODULES
from app.kit.import_rules import WRITTEN, domain

FILE = "tach.domain.toml"
PACKAGES = "app.modules"

Check = Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 if outdated.")]


def import_rules(check: Check = False) -> None:
    """Write the tach.domain.toml of each module from what its module.py says that it uses."""
    outdated = {
        file: text
        for file, text in _texts(find_modules(), MODULES)
        if not file.exists() or file.read_text(encoding="utf-8") != text
    }
    for file, text in outdated.items():
        if not check:
            file.write_text(text, encoding="utf-8")
        name = f"src/app/modules/{file.relative_to(MODULES)}"
        typer.echo(f"{name} {'is outdated' if check else 'written'}")
    if check and outdated:
        typer.echo("Run: make import-rules")
        raise typer.Exit(1)


def _texts(modules: Iterable[Module], root: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file with its new text. Files without our first line were written by hand."""
    modules = list(modules)
    names = {module.name for module in modules}
    for module in modules:
        if unknown := set(module.uses) - names:
            typer.echo(f"{module.name}/module.py uses {min(unknown)!r}: no such module")
            raise typer.Exit(1)
        file = root / module.name / FILE
        if not file.exists() or file.read_text(encoding="utf-8").startswith(WRITTEN):
            yield file, _text(module, file.parent)


def _text(module: Module, folder: Path) -> str:
    imported: dict[str, set[str]] = {}
    for file in sorted(folder.rglob("*.py")):
        place = file.relative_to(folder)
        if place.parts[0] != "tests":
            part = "root" if place.name == place.parts[0] == "__init__.py" else _part(place)
            imported.setdefault(part, set()).update(_imported(file, module.name, place))
    return domain(module.name, imported.keys() - {"root"}, module.uses, imported)


def _part(place: Path) -> str:
    return place.parts[0].removesuffix(".py")


def _imported(file: Path, module: str, place: Path) -> Iterator[str]:
    """Yield the parts of the same module from which a file imports."""
    package = f"{PACKAGES}.{module}"
    here = ".".join([package, *place.parts[:-1]])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        for name in _names(node, here):
            if name.startswith(f"{package}."):
                yield name.removeprefix(f"{package}.").partition(".")[0]


def _names(node: ast.AST, here: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = here.split(".")[: -node.level + 1 or None] if node.level else []
        origin = ".".join([*above, *filter(None, [node.module])])
        yield from (f"{origin}.{name.name}" for name in node.names)
