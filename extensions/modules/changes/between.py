"""Find the modules that a new answer to `custom_modules` describes differently."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..answer import decided, read
from ..fields import modules_of
from ..names import names_of
from .change import Change
from .words import Words, words_of


def changes_between(before: object, after: object, words: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    """Return the changes from one stored answer to the next; `words` has the Words of modules, by package."""
    known = {module.names.package: module for module in modules_of(read(before))}
    modules = modules_of(read(after))
    tables = tuple(module.names.table for module in modules)
    return [
        Change(known[package], module, Words(**words.get(package, {})), tables)
        for module in modules
        if (package := module.names.package) in known and known[package] != module
    ]


def words_between(before: object, answer: object) -> dict[str, dict[str, Any]]:
    """Return the Words of modules that exist, by package. Raises Unreadable."""
    known = {names_of(module.name, module.plural).package: module for module in read(before)}
    given = read(answer)
    packages = [names_of(module.name, module.plural).package for module in decided(given, before)]
    found = {name: words_of(module, known[name]) for name, module in zip(packages, given, strict=True) if name in known}
    return {name: asdict(words) for name, words in found.items() if words != Words()}
