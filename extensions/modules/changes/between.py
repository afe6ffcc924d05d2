"""Find the modules that a new answer to `custom_modules` describes differently."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ..answer import Described, decided, read
from ..fields import Module, modules_of
from ..names import names_of
from ..options import FOUND_IN_SERVICES
from .change import Change
from .words import Words, words_of


def changes_between(before: object, after: object, words: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    """Return the changes from one stored answer to the next; `words` has the Words of modules, by package."""
    described_before, described_after = read(before), read(after)
    known = {module.names.package: module for module in modules_of(described_before)}
    options = {_package(module): module.options for module in described_before}
    modules = modules_of(described_after)
    tables = tuple(module.names.table for module in modules if not module.shared)
    found = []
    for module, described in zip(modules, described_after, strict=True):
        if (package := _package(described)) in known:
            unsaid, unsaid_now = (FOUND_IN_SERVICES.keys() - said for said in (options[package], described.options))
            former = _former(known[package], module, unsaid - unsaid_now)
            if former != module:
                change = _change(former, module, words, tables)
                found.append(replace(change, unsaid=frozenset(unsaid), unsaid_now=frozenset(unsaid_now)))
    return found


def _package(module: Described) -> str:
    return names_of(module.name, module.plural).package


def _former(before: Module, after: Module, new: set[str]) -> Module:
    """Return the former module; an option that is said now for the first time may have been the other way.

    A module that an older release has made has not what is on by default since.
    """
    others: dict[str, Any] = {name: not getattr(after.options, name) for name in new}
    return replace(before, options=replace(before.options, **others))


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
