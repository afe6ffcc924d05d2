"""Read the answer to `custom_modules`, which may have any of these shapes.

invoices, people                                a comma-separated list
status/statuses                                 with an explicit plural
[invoices, people]                              a YAML list, whose items may also have the two forms below
{status: {plural: statuses}, invoices: }        a YAML mapping from names to descriptions
{boats: {fields: {name: str, length: int?}}}    with fields, which `fields/` reads

The last three may be text: template/standard/descriptions.py parses it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ._sources import load_source
from .names import is_english

_DESCRIPTIONS = load_source("standard/descriptions.py")
_IS_YAML = re.compile(r"""[{}\[\]:"']|^\s*-\s|^\s*(null|~)\s*$""", re.MULTILINE)


@dataclass(frozen=True)
class Described:
    """A module as the client described it: `typed` is the original word, `name` and `plural` are in snake_case.

    `fields` is the unvalidated value of the `fields` key, or None if there is no such key.
    """

    typed: str
    name: str
    plural: str | None = None
    unknown: tuple[str, ...] = ()
    fields: object = None


class Unreadable(Exception):
    """The answer's shape is not supported; the message says what to write instead."""


def read(answer: object) -> list[Described]:
    """Raises Unreadable."""
    answer = parsed(answer)
    if answer is None:
        return []
    if isinstance(answer, str):
        return [_from_word(word) for word in _words(answer)]
    if isinstance(answer, Mapping):
        return [_from_entry(name, said) for name, said in answer.items()]
    if isinstance(answer, list):
        return [described for item in answer for described in _from_item(item)]
    raise Unreadable(f"{answer!r} is no list of modules: give names, such as: invoices, projects")


def parsed(answer: object) -> object:
    """Parse an answer that is YAML text; return other answers unchanged, and None for blank text. Raises Unreadable."""
    if not isinstance(answer, str) or (answer.strip() and not _IS_YAML.search(answer)):
        return answer
    try:
        return _DESCRIPTIONS.load(answer)
    except _DESCRIPTIONS.Unreadable as error:
        raise Unreadable(str(error)) from None


def decided(modules: Iterable[Described], stored: object) -> list[Described]:
    """Return the modules with a plural for each new name that is not an English noun: the plural equals the name.

    Names without a plural in the project's stored answer stay as they are, because the module's files use that form.
    """
    kept = _kept(stored)
    return [replace(module, plural=_new_plural(module, kept)) for module in modules]


def as_stored(answer: object, stored: object) -> object:
    """Return the answer for the answers file: parsed, with the decided plurals. Raises Unreadable."""
    kept = _kept(stored)
    answer = parsed(answer)
    if isinstance(answer, str):
        words = _words(answer)
        with_plurals = [_word_with_plural(word, kept) for word in words]
        return answer if with_plurals == words else ", ".join(with_plurals)
    if isinstance(answer, Mapping):
        return _entries_with_plurals(answer, kept)
    if isinstance(answer, list):
        return [_item_with_plural(item, kept) for item in answer]
    return answer


def snake(text: str) -> str:
    """Return `invoice_lines` for `InvoiceLines`, `invoice-lines` and `Invoice lines`; keeps invalid characters."""
    plain = unicodedata.normalize("NFC", text.strip())
    words = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3_\2\4", plain)
    return re.sub(r"[\s_-]+", "_", words).strip("_").lower()


def _words(answer: str) -> list[str]:
    return [word.strip() for word in answer.split(",") if word.strip()]


def _from_item(item: object) -> Iterator[Described]:
    if isinstance(item, Mapping):
        yield from (_from_entry(name, said) for name, said in item.items())
    elif isinstance(item, str):
        yield _from_word(item)
    else:
        raise Unreadable(f"{item!r} is no name of a module: start with a letter, such as: invoices")


def _from_word(word: str) -> Described:
    name, slash, plural = word.partition("/")
    return Described(word.strip(), snake(name), snake(plural) if slash else None)


def _from_entry(name: object, said: object) -> Described:
    typed = str(name)
    if said is None:
        return _from_word(typed)
    if not isinstance(said, Mapping):
        raise Unreadable(f"{typed!r} is followed by {said!r}: write {typed}: {{fields: {{…}}}}, or the name alone")
    described = _from_word(typed)
    plural = said.get("plural")
    unknown = tuple(str(key) for key in said if key not in ("plural", "fields"))
    fields = (said["fields"] or {}) if "fields" in said else None
    return replace(
        described,
        plural=described.plural if plural is None else snake(str(plural)),
        unknown=unknown,
        fields=fields,
    )


def _kept(stored: object) -> set[str]:
    try:
        return {module.name for module in read(stored) if module.plural is None}
    except Unreadable:
        return set()


def _new_plural(module: Described, kept: set[str]) -> str | None:
    if module.plural is None and module.name not in kept and not is_english(module.name):
        return module.name
    return module.plural


def _word_with_plural(word: str, kept: set[str]) -> str:
    module = _from_word(word)
    plural = _new_plural(module, kept)
    return word if plural == module.plural else f"{word}/{plural}"


def _item_with_plural(item: object, kept: set[str]) -> object:
    if isinstance(item, Mapping):
        return _entries_with_plurals(item, kept)
    return _word_with_plural(item, kept) if isinstance(item, str) else item


def _entries_with_plurals(entries: Mapping[object, Any], kept: set[str]) -> dict[object, object]:
    found: dict[object, object] = {}
    for name, said in entries.items():
        module = _from_entry(name, said)
        plural = _new_plural(module, kept)
        found[name] = said if plural == module.plural else {**(said or {}), "plural": plural}
    return found
