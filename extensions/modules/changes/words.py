"""Collect what a new description says about fields that exist: their former names, and values for rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ..answer import NAME_ALONE, Described
from ..words import DROP, MANY, Said, combined, is_many, plain, read_words


@dataclass(frozen=True)
class Words:
    """`renamed` maps new names to old ones, `filled` names to values for rows; `order` has the names as described.

    The answers file sorts fields by name. `many` has the Words of rows that belong to a row, by the list's name.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    filled: Mapping[str, str] = field(default_factory=dict)
    order: Sequence[str] = ()
    many: Mapping[str, Any] = field(default_factory=dict)


def words_of(given: Described, stored: Described) -> Words:
    """Return the words that mean something: a field that has its new name already was renamed before."""
    before = fields_of(stored)
    said = {name: read_words(text) for name, text in _given(given).items() if text != DROP}
    return Words(
        renamed={name: each.was for name, each in said.items() if each.was and _is_new_name(name, each.was, before)},
        filled={name: each.backfill for name, each in said.items() if each.backfill},
        order=[*combined(before, _given(given))],
        many={name: asdict(words_of(*lists)) for name, lists in lists_of(given, stored).items()},
    )


def lists_of(given: Described, stored: Described) -> dict[Any, tuple[Described, Described]]:
    """Return the lists of rows that are there and are described, as modules, by name: as given and as stored."""
    before = fields_of(stored)
    return {
        name: (replace(given, fields=said[MANY], options={}), replace(stored, fields=before[name][MANY], options={}))
        for name, said in _given(given).items()
        if is_many(said) and is_many(before.get(name))
    }


def _is_new_name(name: Any, was: str, before: Mapping[Any, Any]) -> bool:
    return was in before and name not in before


def said_of(given: Described) -> dict[Any, Said]:
    return {name: read_words(text) for name, text in _given(given).items()}


def fields_of(module: Described) -> Mapping[Any, Any]:
    """Return the fields of a stored module as texts without these words."""
    found = plain(module.fields) if module.fields else NAME_ALONE
    return found if isinstance(found, Mapping) else NAME_ALONE


def _given(module: Described) -> Mapping[Any, Any]:
    return module.fields if isinstance(module.fields, Mapping) else {}
