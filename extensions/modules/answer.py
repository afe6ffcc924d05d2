"""The shapes that the answer to `custom_modules` may have, read into one.

invoices, people                                a comma list
status/statuses                                 with the plural given
[invoices, people]                              a YAML list, also of the two forms below
{status: {plural: statuses}, invoices: }        a YAML mapping: the name, and what is said about it
{boats: {fields: {name: str, length: int?}}}    with its fields, which `fields/` reads
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


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
    if answer is None:
        return []
    if isinstance(answer, str):
        return [_from_word(word) for word in answer.split(",") if word.strip()]
    if isinstance(answer, Mapping):
        return [_from_entry(name, said) for name, said in answer.items()]
    if isinstance(answer, list):
        return [described for item in answer for described in _from_item(item)]
    raise Unreadable(f"{answer!r} is no list of modules: give names, such as: invoices, projects")


def snake(text: str) -> str:
    """`InvoiceLines`, `invoice-lines` and `Invoice lines` all give `invoice_lines`; what cannot be one stays odd."""
    plain = unicodedata.normalize("NFC", text.strip())
    words = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3_\2\4", plain)
    return re.sub(r"[\s_-]+", "_", words).strip("_").lower()


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
    plural = said.get("plural")
    unknown = tuple(str(key) for key in said if key not in ("plural", "fields"))
    fields = (said["fields"] or {}) if "fields" in said else None
    return Described(typed, snake(typed), None if plural is None else snake(str(plural)), unknown, fields)
