"""Check imports that Tach cannot: whole packages, dynamic imports, the libraries of each layer."""

import ast
from collections.abc import Iterator

from app.kit.import_rules import layer

from .source import MODULES, files, imported, refuse

WEB = {"fastapi", "starlette"}
ROWS = {"sqlalchemy", "alembic", "asyncpg"}
LAYERS = {"routes": WEB, "pages": WEB, "repositories": ROWS, "models": ROWS, "migrations": ROWS}
BY_NAME = ("importlib", "pkgutil", "runpy", "sys.modules")
HARMLESS = ("importlib.metadata", "importlib.resources")

# Their task is to load modules by name.
LOADERS = {
    "bootstrap": "redis, only where it is set",
    "cli/_module_pages": "the public API of each module, to describe it",
    "core/module": "the modules, which nobody lists",
    "core/observability/_observation": "what the extra `observation` brings",
    "database/embedded": "the PostgreSQL of the extra `dev`",
}


def is_in(name: str, packages: tuple[str, ...]) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def whole_packages() -> Iterator[str]:
    """Find imports of whole packages, whose attributes give access to more than public APIs."""
    packages = {"app.modules", *(f"app.modules.{each.name}" for each in MODULES.iterdir())}
    for file in files():
        for node, name in imported(file):
            if name in packages or (isinstance(node, ast.Import) and is_in(name, ("app",))):
                yield (
                    f"{file.at(node)} imports {name} as a whole: take what you need by its name,"
                    " from app.modules.users import UserService"
                )


def loaders() -> Iterator[str]:
    for file in files():
        if "/".join(file.parts) not in LOADERS:
            for node, what in _by_name(file.tree, list(imported(file))):
                yield f"{file.at(node)} uses {what}, which no check can follow: write an import"


def _by_name(
    tree: ast.Module, imports: list[tuple[ast.stmt, str]]
) -> Iterator[tuple[ast.AST, str]]:
    for node, name in imports:
        if is_in(name, BY_NAME) and not is_in(name, HARMLESS):
            yield node, name
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and each.id == "__import__":
            yield each, "__import__"
        if isinstance(each, ast.Attribute) and ast.unparse(each) == "sys.modules":
            yield each, "sys.modules"


def libraries() -> Iterator[str]:
    """Find libraries in the wrong layer: a route runs no SQL, a service sees no request."""
    for file in files():
        for node, name in imported(file) if file.module else ():
            library = name.partition(".")[0]
            if library in WEB | ROWS and library not in LAYERS.get(layer(file.part), ()):
                homes = " and ".join(part for part, may in LAYERS.items() if library in may)
                yield f"{file.at(node)} imports {library}: in a module only {homes} may"


def from_tests() -> Iterator[str]:
    """Find imports from tests, which Tach does not check, so that they could bypass its rules."""
    for file in files():
        for node, name in imported(file):
            if name.startswith(("app.", "tests.")) and "tests" in name.split("."):
                yield f"{file.at(node)} imports {name}: what tests have stays among tests"


class TestImports:
    def test_take_things_by_name(self) -> None:
        refuse(whole_packages())

    def test_are_written_as_imports(self) -> None:
        refuse(loaders())

    def test_leave_each_library_in_its_layer(self) -> None:
        refuse(libraries())

    def test_take_nothing_from_tests(self) -> None:
        refuse(from_tests())

    def test_are_all_read(self) -> None:
        """Check that imports are found at all, so that the other tests cannot pass on nothing."""
        assert {name for file in files() for _, name in imported(file)} >= {
            "app.modules.tenants.services.MembershipService",
            "sqlalchemy.select",
            "fastapi.APIRouter",
        }
