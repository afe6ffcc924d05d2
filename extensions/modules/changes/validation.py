"""Validate how a module that exists is described now; each message says what to write instead."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import partial
from typing import Any

from ..answer import Described
from ..fields import Module
from ..fields.field import Field
from ..fields.problem import Wrong
from ..words import DROP
from .change import Change, Pair
from .words import fields_of, said_of, words_of
from .written import written


def words_problems(given: Described, stored: Described | None) -> Iterator[str]:
    """Yield what is wrong with `was` and `backfill`, before the fields are read; of a new module they mean nothing."""
    before, said, named = fields_of(stored) if stored else {}, said_of(given), set[Any]()
    for name, each in said.items():
        if (
            each.was is not None
            and (stored or not each.was)
            and (problem := _was_problem(name, each.was, before, said, named))
        ):
            yield f".{name}: {problem}"
        if each.backfill == "":
            yield (
                f".{name}: nothing follows 'backfill': write a value, or SQL in brackets, such as:"
                " backfill 0, or backfill (id::text)"
            )
        named.add(each.was)


def _was_problem(name: Any, was: str, before: Any, said: Any, named: set[Any]) -> str:
    if not was:
        return "nothing follows 'was': write the former name of the field"
    if name in before:
        taken = f"there are {name} and {was}, so it is not renamed: leave 'was {was}' out, or use another name"
        return taken if was in before else ""
    if was not in before:
        near = get_close_matches(was, map(str, before), 1)
        return (
            f"there is no field {was!r} to rename: use {near[0] + ', or another' if near else 'one'} of {_list(before)}"
        )
    if was in said:
        do = "leave one of the two out" if said[was].text == DROP else f"leave {was} out"
        return f"{was} is described too, and cannot be renamed then: {do}"
    return f"{was} is renamed twice: leave one out" if was in named else ""


def changes_problems(before: Module, after: Module, given: Described, stored: Described) -> Iterator[str]:
    """Yield what rows that are there do not allow."""
    change = Change(before, after, words_of(given, stored))
    if before.options.archive and not after.options.archive:
        yield ": 'archive' cannot be false any more: archived rows would live again; leave it as it is"
    if before.options.shared != after.options.shared:
        whose = "all tenants" if before.options.shared else "tenants"
        yield f": 'shared' cannot change, for its rows belong to {whose}: leave it as it is, or describe another module"
        return
    yield from _links_problems(change, given)
    checks = [
        *((field, partial(_new_problem, change, field)) for field in change.added),
        *((pair.after, partial(_kept_problem, pair)) for pair in change.kept if pair.before != pair.after),
    ]
    for field, check in checks:
        try:
            problem = check()
        except Wrong as wrong:
            problem = str(wrong)
        if problem:
            yield f".{field.name}: {problem}"


def _links_problems(change: Change, given: Described) -> Iterator[str]:
    """Yield what is wrong with lists of refs: another table cannot take their rows."""
    said = said_of(given)
    for link in change.after.links:
        words = said.get(link.name)
        if words and words.backfill is not None:
            yield f".{link.name}: rows that are there have no links: leave backfill out"
        if link in change.added_links and link.name in (former := _former_fields(change)):
            yield f".{link.name}: {former[link.name]} cannot become refs in place: use another name"
        if words and words.was in {each.name for each in change.before.links}:
            yield f".{link.name}: refs cannot be renamed: keep the name, or drop {words.was} and add the new ones"
    for field in change.added:
        if field.name in {link.name for link in change.before.links}:
            yield f".{field.name}: refs cannot become {written(field)} in place: use another name"
    for before, after in change.kept_links:
        if before.target != after.target:
            yield f".{after.name}: {before.written} cannot become {after.written} in place: use another name"


def _former_fields(change: Change) -> dict[str, str]:
    """Return the fields that were there, as a description has them."""
    return {field.name: written(field) for field in change.before.fields}


def _new_problem(change: Change, field: Field) -> str:
    if field.column in change.gone:
        return f"the column {field.column} goes with another field: do the two in two releases, or use another name"
    value = change.value_of(field)
    if field.numbering and not value:
        return "rows that are there need a number: write backfill (SQL) after it, such as backfill ('OLD-' || id::text)"
    if not field.optional and not value:
        return (
            "rows that are there need a value: write backfill VALUE or backfill (SQL) after the type,"
            f" a default, or ? after {written(field).split()[0]!r}"
        )
    return _unique_problem(field, value)


def _kept_problem(pair: Pair) -> str:
    before, after = written(pair.before), written(pair.after)
    if not pair.can_be_converted:
        return (
            f"{before} cannot become {after} in place: give the new field another name, with a backfill (SQL) from"
            " the old one, and drop the old one later"
        )
    value = pair.value
    if pair.lost_values and not value:
        return (
            f"rows may have a value that {after} does not know: write backfill VALUE after the type, for what"
            " these rows get"
        )
    if pair.becomes_required and not value:
        return "rows may have no value: write backfill VALUE or backfill (SQL) after the type, for what they get"
    return _unique_problem(pair.after, value) if pair.unfit else ""


def _unique_problem(field: Field, value: str) -> str:
    if field.unique and value and not value.startswith("("):
        return f"only one row could have {value}: leave unique out, or write SQL, such as: backfill (id::text)"
    return ""


def _list(names: Any) -> str:
    return ", ".join(map(str, names))
