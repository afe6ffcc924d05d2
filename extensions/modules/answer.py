"""The shapes that the answer to `custom_modules` may have, read into one.

invoices, people                                a comma list
status/statuses                                 with the plural given
[invoices, people]                              a YAML list, also of the two forms below
{status: {plural: statuses}, invoices: }        a YAML mapping: the name, and what is said about it
{boats: {fields: {name: str, length: int?}}}    with its fields, which `fields/` reads

The last three may be text: template/standard/descriptions.py reads it.
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
    """A module as the client described it: `typed` is her word, `name` and `plural` are its snake_case.

    `fields` is what she wrote below that word, whatever it is; None if the word is not there.
    """

    typed: str
    name: str
    plural: str | None = None
    unknown: tuple[str, ...] = ()
    fields: object = None


class Unreadable(Exception):
    """The answer has a shape that means nothing here; the message says what to give instead."""


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
    """Text that is YAML as what it means, any other answer as it is; nothing but spaces is None. Raises Unreadable."""
    if not isinstance(answer, str) or (answer.strip() and not _IS_YAML.search(answer)):
        return answer
    try:
        return _DESCRIPTIONS.load(answer)
    except _DESCRIPTIONS.Unreadable as error:
        raise Unreadable(str(error)) from None


def decided(modules: Iterable[Described], stored: object) -> list[Described]:
    """With a plural for each new module whose name is no English noun: the name, as it was given.

    A name that the project's stored answer has as it stands keeps the form that it had when the module was made.
    """
    kept = _kept(stored)
    return [replace(module, plural=_new_plural(module, kept)) for module in modules]


def as_stored(answer: object, stored: object) -> object:
    """The answer for the answers file: parsed, and with the plurals that were decided. Raises Unreadable."""
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
    """`InvoiceLines`, `invoice-lines` and `Invoice lines` all give `invoice_lines`; what cannot be one stays odd."""
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
