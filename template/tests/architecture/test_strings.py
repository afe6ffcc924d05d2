"""Find references between modules without imports: foreign keys, relationships, quoted names."""

import ast
import re
from collections.abc import Iterator

import pytest

from app.core.module import find_modules
from app.database.base import Base

from .import_rules import used_modules
from .source import File, files, refuse

# Rows of every module may refer to a user and a tenant.
EVERYBODYS = {"users", "tenants"}
# Their task is to build or parse the names of modules.
SPELLERS = {
    "cli/_import_rules",
    "cli/_module_pages",
    "core/module",
    "core/runtime",
    "database/schema/module_order",
    "kit/import_rules",
}


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    find_modules()


def module_of(model: type) -> str | None:
    found = re.match(r"app\.modules\.(\w+)", model.__module__)
    return found[1] if found else None


def keys() -> Iterator[str]:
    """Find foreign keys to modules that the import rules do not list: a key is a dependency."""
    owners = {mapper.local_table: module_of(mapper.class_) for mapper in Base.registry.mappers}
    for table, module in owners.items():
        for key in table.foreign_keys if module else ():
            other = owners.get(key.column.table)
            if other not in {None, module, *EVERYBODYS, *used_modules(str(module))}:
                yield (
                    f"{module}: a key of {table} leads to {key.column.table}: services.py asks"
                    f" {other} for the row, and tach.domain.toml names //app.modules.{other}"
                )


def relationships() -> Iterator[str]:
    for mapper in Base.registry.mappers:
        for each in mapper.relationships:
            other = each.mapper.class_
            if module_of(other) != module_of(mapper.class_):
                yield (
                    f"{each} reaches into {module_of(other)}: keep the id alone and ask that"
                    " module's public API"
                )


def names() -> Iterator[str]:
    for file in files():
        if "/".join(file.parts) not in SPELLERS:
            for node in _texts(file.tree):
                if _is_of_another(node.value, file):
                    yield f"{file.at(node)} names {node.value!r} in quotes: write an import"


def _texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the strings that are not docstrings, which are statements of their own."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node


def _is_of_another(text: object, file: File) -> bool:
    return any(name != file.module for name in re.findall(r"\bapp\.modules\.?(\w*)", str(text)))


class TestStrings:
    def test_make_no_key_that_the_import_rules_do_not_allow(self) -> None:
        refuse(keys())

    def test_make_no_relationship_between_modules(self) -> None:
        refuse(relationships())

    def test_name_no_module(self) -> None:
        refuse(names())
