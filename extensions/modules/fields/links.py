"""Resolve what a field says of other fields of its module: `unique with client`, `> starts_at`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from .field import INDEXED, Field
from .problem import Wrong


def linked(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Return the fields with columns for names, and their ranks. What cannot be resolved is left out."""
    known, ranks = {field.name: field for field in fields}, _ranks(fields)
    return tuple(_resolved(field, known, ranks) for field in fields)


def link_problem(field: Field, fields: Iterable[Field]) -> str:
    """Return why the field cannot be linked to others, or an empty string."""
    known = {each.name: each for each in fields}
    try:
        for name in field.unique_with:
            _check_beside(field, name, known)
        for _, name in field.comparisons:
            _check_compared(field, name, known)
    except Wrong as wrong:
        return str(wrong)
    return ""


def _check_beside(field: Field, name: str, known: Mapping[str, Field]) -> None:
    if name == field.name or name not in known:
        raise Wrong(f"there is no other field {name!r} to be unique with: use one of {_names(field, known)}")
    if known[name].kind not in INDEXED:
        raise Wrong(f"a {known[name].kind} such as {name} cannot be part of what is unique: leave it out")
    if known[name].is_key:
        raise Wrong(f"{name} is unique by itself, so that no two rows have it in common: leave it out")


def _check_compared(field: Field, name: str, known: Mapping[str, Field]) -> None:
    if name == field.name or name not in known:
        raise Wrong(f"there is no other field {name!r} to compare with: use one of {_names(field, known)}")
    other = known[name]
    if other.kind != field.kind:
        raise Wrong(f"{name} is a {other.kind}, and is not compared with a {field.kind}: use fields of one type")
    if field.unique or other.unique:
        raise Wrong(f"a unique field is not compared with others: leave unique out, or the comparison with {name}")
    if other.bounds != (field.bounds[0], None):
        raise Wrong(f"{name} has other limits: give both the same lower limit, or none, and no upper one")
    if field.rank == _CIRCLE:
        raise Wrong(f"it is compared with {name} in a circle: leave one comparison out")


_CIRCLE = -1


def ranked(fields: Sequence[Field]) -> list[Field]:
    """Return the fields with their ranks, -1 for those that are compared in a circle."""
    ranks = _ranks(fields)
    return [replace(field, rank=ranks.get(field.name)) for field in fields]


def _ranks(fields: Sequence[Field]) -> dict[str, int]:
    """Return how many fields must be less than each that is compared."""
    less: dict[str, set[str]] = {}
    for field in fields:
        for sign, other in field.comparisons:
            low, high = (other, field.name) if sign[0] == ">" else (field.name, other)
            less.setdefault(low, set())
            less.setdefault(high, set()).add(low)
    ranks: dict[str, int] = {}
    try:
        for name in TopologicalSorter({name: sorted(lower) for name, lower in sorted(less.items())}).static_order():
            ranks[name] = max((ranks[lower] + 1 for lower in less[name]), default=0)
    except CycleError:
        return dict.fromkeys(less, _CIRCLE)
    return ranks


def _resolved(field: Field, known: Mapping[str, Field], ranks: Mapping[str, int]) -> Field:
    beside = tuple(known[name].column for name in field.unique_with if name in known)
    limits = tuple(each for each in field.limits if each in _numbers(field) or each.split()[1] in known)
    return replace(field, unique_with=beside, limits=limits, rank=ranks.get(field.name))


def _numbers(field: Field) -> list[str]:
    return [limit for limit in field.limits if not limit.split()[1][0].isalpha()]


def _names(field: Field, known: Mapping[str, Field]) -> str:
    return ", ".join(sorted(set(known) - {field.name})) or "those that you add"
