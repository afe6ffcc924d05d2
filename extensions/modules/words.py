"""Read the words by which a description changes a module that exists; answers are stored without them.

    notes: drop                                 drop the field, its column and its values
    customer: ref clients was client            rename the field
    due_on: date backfill 2030-01-01            what rows get that are there already and need a value
    due_on: date backfill (issued_on + 14)      the same by SQL: an expression over the row's columns

`was` and `backfill` stand before `= default`. They mean nothing for a new module, and nothing once they are done.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DROP, MANY = "drop", "many"
_WAS = re.compile(r"\s+was\b(?:\s+(\w+))?")
_BACKFILL = re.compile(r"\s+backfill\b(?:\s+(\(_*\)|(?:\"_*\")+|(?:'_*')+|[^\s=()\"']+))?")


@dataclass(frozen=True)
class Said:
    """A field's description without these words, its former name, and the value for rows that are there.

    `was` and `backfill` are None if the word is missing, and empty if nothing follows it.
    """

    text: Any
    was: str | None = None
    backfill: str | None = None


def is_many(said: object) -> bool:
    """True if this describes rows that belong to a row."""
    return isinstance(said, Mapping) and MANY in said


def read_words(said: object) -> Said:
    if isinstance(said, Mapping) and is_many(said):
        return Said({**said, MANY: plain(said[MANY])})
    if not isinstance(said, str):
        return Said(said)
    head, rest = before_default(said)
    head, was = _without(_WAS, head)
    head, backfill = _without(_BACKFILL, head)
    return Said(head + rest if was is not None or backfill is not None else said, was, backfill)


def plain(fields: object) -> object:
    """Return the fields without these words, and without fields that are dropped."""
    if not isinstance(fields, Mapping):
        return fields
    return {name: read_words(said).text for name, said in fields.items() if said != DROP}


def combined(stored: Mapping[Any, Any], given: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the stored fields as the given ones change them. Fields that are not given stay as they are.

    A new field follows the one that it follows in the description.
    """
    found = dict(stored)
    names = [name for name, said in given.items() if said != DROP]
    for name, said in given.items():
        read = read_words(said)
        if said == DROP:
            found.pop(name, None)
        elif name in found:
            found[name] = _many_combined(found[name], said) if is_many(said) else read.text
        elif read.was in found:
            found = {name if each == read.was else each: text for each, text in found.items()}
            found[name] = read.text
        else:
            found = _placed(found, name, read.text, names)
    return found


def _many_combined(stored: Any, given: Any) -> Any:
    """Return rows of a row as the given description changes them."""
    before, after = (each.get(MANY) if is_many(each) else None for each in (stored, given))
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return read_words(given).text
    return {**stored, **given, MANY: combined(before, after)}


def _placed(found: Mapping[Any, Any], name: object, text: object, names: list[Any]) -> dict[Any, Any]:
    place = names.index(name)
    before = next((each for each in reversed(names[:place]) if each in found), None)
    after = next((each for each in names[place + 1 :] if each in found), None)
    items = list(found.items())
    at = (
        [*found].index(before) + 1 if before is not None else [*found].index(after) if after is not None else len(items)
    )
    return dict([*items[:at], (name, text), *items[at:]])


def _without(word: re.Pattern[str], text: str) -> tuple[str, str | None]:
    match = word.search(_masked(text))
    if match is None:
        return text, None
    value = text[match.start(1) : match.end(1)] if match[1] else ""
    return text[: match.start()] + text[match.end() :], value


def before_default(text: str) -> tuple[str, str]:
    """Return what stands before `= default`, and that. The signs `>=` and `<=` begin no default."""
    found = re.search(r"(?<![<>])=", _masked(text))
    return (text[: found.start()], text[found.start() :]) if found else (text, "")


def _masked(text: str) -> str:
    """Replace what is in brackets or quotes by underscores, so that words and signs in it do not count."""
    masked, depth, quote = "", 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
            masked += character if not quote and not depth else "_"
        elif character in "\"'":
            quote = character
            masked += "_" if depth else character
        else:
            depth -= character == ")"
            masked += "_" if depth > 0 else character
            depth += character == "("
    return masked
