"""Find the modules that a new answer to `custom_modules` describes differently."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ..answer import decided, read
from ..fields import Module, modules_of
from ..names import names_of
from .change import Change
from .words import Words, words_of


def changes_between(before: object, after: object, words: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    """Return the changes from one stored answer to the next; `words` has the Words of modules, by package."""
    known = {module.names.package: module for module in modules_of(read(before))}
    modules = modules_of(read(after))
    tables = tuple(module.names.table for module in modules)
    found = (module for module in modules if known.get(module.names.package, module) != module)
    return [_change(known[module.names.package], module, words, tables) for module in found]


def _change(before: Module, after: Module, words: Mapping[str, Mapping[str, Any]], tables: tuple[str, ...]) -> Change:
    said = Words(**words.get(after.names.package, {}))
    places = {name: place for place, name in enumerate(said.order)}
    fields = sorted(after.fields, key=lambda field: places.get(field.name, len(places)))
    return Change(before, replace(after, fields=tuple(fields)), said, tables)


def words_between(before: object, answer: object) -> dict[str, dict[str, Any]]:
    """Return the Words of modules that exist, by package. Raises Unreadable."""
    known = {names_of(module.name, module.plural).package: module for module in read(before)}
    given = read(answer)
    packages = [names_of(module.name, module.plural).package for module in decided(given, before)]
    named = ((name, module) for name, module in zip(packages, given, strict=True) if name in known and module.fields)
    return {name: asdict(words_of(module, known[name])) for name, module in named}
