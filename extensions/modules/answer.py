"""Read the answer to `custom_modules`, which may have any of these shapes.

invoices, people                                a comma-separated list
status/statuses                                 with an explicit plural
[invoices, people]                              a YAML list, whose items may also have the two forms below
{status: {plural: statuses}, invoices: }        a YAML mapping from names to descriptions
{boats: {fields: {name: str, length: int?}}}    with fields, which `fields/` reads
{boats: {audit: false}}                         with options, which `options.py` reads

The last three may be text: template/standard/descriptions.py parses it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ._sources import load_source
from .names import Names, is_english, names_of
from .options import NAMES as OPTIONS
from .words import combined, plain

_DESCRIPTIONS = load_source("standard/descriptions.py")
_IS_YAML = re.compile(r"""[{}\[\]:"']|^\s*-\s|^\s*(null|~)\s*$""", re.MULTILINE)


NAME_ALONE = {"name": "str(120)"}
"""The fields of a module that is given by name alone."""


@dataclass(frozen=True)
class Described:
    """A module as the client described it: `typed` is the original word, `name` and `plural` are in snake_case.

    `fields` is the unvalidated value of the `fields` key, or None if there is no such key; `options` has the
    unvalidated values of the keys that are options.
    """

    typed: str
    name: str
    plural: str | None = None
    unknown: tuple[str, ...] = ()
    fields: object = None
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_described(self) -> bool:
        """True if more than the name is said."""
        return self.fields is not None or bool(self.options)


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
    """Return the modules with the plurals, the fields and the options that they have after this answer.

    A new name that is not an English noun gets a plural equal to the name. A module of the project's stored answer
    keeps its plural, because its files use that form, and the fields and options that the new answer does not give.
    """
    known = _known(stored)
    return [_decided(module, known.get(module.name)) for module in modules]


def as_stored(answer: object, stored: object) -> object:
    """Return the answer for the answers file: parsed, with what `decided` has decided. Raises Unreadable."""
    known = _known(stored)
    answer = parsed(answer)
    if isinstance(answer, str):
        return _words_as_stored(answer, known)
    if isinstance(answer, Mapping):
        return _entries_as_stored(answer, known)
    if isinstance(answer, list):
        return [_item_as_stored(item, known) for item in answer]
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
    unknown = tuple(str(key) for key in said if key not in ("plural", "fields", *OPTIONS))
    fields = (said["fields"] or {}) if "fields" in said else None
    return replace(
        described,
        plural=described.plural if plural is None else snake(str(plural)),
        unknown=unknown,
        fields=fields,
        options={str(key): value for key, value in said.items() if key in OPTIONS},
    )


def _known(stored: object) -> dict[str, Described]:
    """Return the stored modules by name, and by both forms of an English name."""
    try:
        modules = read(stored)
    except Unreadable:
        return {}
    names = {module.name: names_of(module.name) for module in modules if module.plural is None}
    forms = {form: each for each in modules if each.name in names for form in _forms(names[each.name])}
    return {**forms, **{module.name: module for module in modules}}


def _forms(names: Names) -> tuple[str, str]:
    return names.singular, names.plural


def _decided(module: Described, known: Described | None) -> Described:
    options = {**known.options, **module.options} if known else module.options
    return replace(module, plural=_plural(module, known), fields=_fields(module, known), options=options)


def _plural(module: Described, known: Described | None) -> str | None:
    if module.plural is None and known is not None:
        return known.plural
    return module.name if module.plural is None and not is_english(module.name) else module.plural


def _fields(module: Described, known: Described | None) -> object:
    before = known.fields if known else None
    given = module.fields
    if given is None:
        return plain(before)
    if known is None or not isinstance(given, Mapping):
        return plain(given)
    stored = plain(before) if isinstance(before, Mapping) else NAME_ALONE
    return combined(stored, given) if isinstance(stored, Mapping) else given


def _words_as_stored(answer: str, known: Mapping[str, Described]) -> object:
    words = _words(answer)
    if any(module.is_described for module in known.values() if module.name in map(_name_of, words)):
        return _entries_as_stored(dict.fromkeys(words), known)
    decided_words = [_word_with_plural(word, known) for word in words]
    return answer if decided_words == words else ", ".join(decided_words)


def _name_of(word: str) -> str:
    return _from_word(word).name


def _word_with_plural(word: str, known: Mapping[str, Described]) -> str:
    module = _from_word(word)
    plural = _plural(module, known.get(module.name))
    return word if plural == module.plural else f"{word}/{plural}"


def _item_as_stored(item: object, known: Mapping[str, Described]) -> object:
    if isinstance(item, Mapping):
        return _entries_as_stored(item, known)
    if not isinstance(item, str):
        return item
    said = _entry_as_stored(item, None, known)
    return {item: said} if said and said.keys() - {"plural"} else _word_with_plural(item, known)


def _entries_as_stored(entries: Mapping[Any, Any], known: Mapping[str, Described]) -> dict[object, object]:
    return {name: _entry_as_stored(name, said, known) for name, said in entries.items()}


def _entry_as_stored(name: object, said: Any, known: Mapping[str, Described]) -> Any:
    module = _from_entry(name, said)
    after = _decided(module, known.get(module.name))
    found = dict(said or {})
    if after.plural != module.plural:
        found["plural"] = after.plural
    if _in_order(after.fields) != _in_order(module.fields):
        found["fields"] = after.fields
    return {**found, **after.options} or said


def _in_order(fields: object) -> object:
    return list(fields.items()) if isinstance(fields, Mapping) else fields
