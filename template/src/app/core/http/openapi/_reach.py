"""Find which errors an endpoint can raise, from the code that it can reach.

A static approximation by name: every class of ours that reachable code mentions may be an instance,
and a method is reachable if its name is mentioned and its class is. It errs on the side of too
much: a problem that is documented and never occurs costs nobody anything, the opposite breaks
clients. What no code mentions (`getattr`, an error of a library) a route declares itself:
`responses={409: {"description": "…"}}`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from inspect import isclass, isfunction, unwrap
from types import CodeType, FunctionType
from typing import Any

from app.database.repository import Repository

OURS = "app."
BENEATH = "app.database."
"""Packages that are not followed: of what stores rows, only repositories raise errors."""
WRITES = {"create", "change"}
"""Methods of repositories that raise what their constraints stand for."""
REPOSITORIES = ("app.database.repository", "app.database.sorting", "app.database.pagination")


@dataclass(frozen=True, slots=True)
class Mentions:
    """The names in a function: attributes, classes, functions, and names after `work`."""

    names: frozenset[str]
    classes: tuple[type, ...]
    functions: tuple[FunctionType, ...]
    verbs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reached:
    """The exception classes that can be raised, and the verbs of the unit of work that are used."""

    errors: frozenset[type[Exception]]
    verbs: frozenset[str]


def reach(roots: Iterable[Callable[..., Any]]) -> Reached:
    """Return what can be reached from these functions and classes."""
    search = _Search()
    for root in roots:
        search.meet(root)
    search.run()
    return Reached(frozenset(search.errors), frozenset(search.verbs))


class _Search:
    def __init__(self) -> None:
        self.errors: set[type[Exception]] = set()
        self.verbs: set[str] = set()
        self.names: set[str] = {"__init__", "__call__"}
        self.owners: set[type] = set()
        self.functions: set[FunctionType] = set()
        self.waiting: list[FunctionType] = []

    def run(self) -> None:
        while self.waiting:
            found = _mentions(self.waiting.pop())
            self.verbs |= found.verbs
            for each in (*found.classes, *found.functions):
                self.meet(each)
            for name in found.names - self.names:
                self.names.add(name)
                for owner in self.owners:
                    self._add(_members(owner).get(name))
        if self.names & WRITES:
            for owner in self.owners:
                if issubclass(owner, Repository):
                    self.errors |= owner.refusals()

    def meet(self, thing: Any) -> None:
        is_class = isclass(thing)
        if is_class and issubclass(thing, Exception):
            self.errors.add(thing)
        elif is_class and thing not in self.owners and _is_ours(thing):
            self.owners.add(thing)
            members = _members(thing)
            for name in self.names & members.keys():
                self._add(members[name])
        elif isfunction(thing):
            self._add(unwrap(thing))

    def _add(self, function: FunctionType | None) -> None:
        if function is not None and function not in self.functions and _is_ours(function):
            self.functions.add(function)
            self.waiting.append(function)


@cache
def _mentions(function: FunctionType) -> Mentions:
    names: set[str] = set()
    verbs: set[str] = set()
    for code in _codes(function.__code__):
        names.update(code.co_names)
        if "work" in (*code.co_names, *code.co_varnames, *code.co_freevars):
            verbs.update(code.co_names)
    if function.__module__ in REPOSITORIES:
        names.discard("get")  # of dictionaries; it would reach `Repository.get`
    seen = [function.__globals__[name] for name in names if name in function.__globals__]
    seen += [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    return Mentions(
        frozenset(names),
        tuple(each for each in seen if isclass(each)),
        tuple(each for each in seen if isfunction(each)),
        frozenset(verbs),
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


@cache
def _members(owner: type[Any]) -> dict[str, FunctionType]:
    """Return the class's functions by name, inherited ones too."""
    found: dict[str, FunctionType] = {}
    kinds: Iterable[Any] = reversed(owner.__mro__)
    for kind in kinds:
        for name, value in vars(kind).items():
            function = _function_of(value)
            if function is not None:
                found[name] = function
    return found


def _function_of(value: Any) -> FunctionType | None:
    for attribute in ("__func__", "fget", "func"):
        value = getattr(value, attribute, None) or value
    return unwrap(value) if isfunction(value) else None


def _is_ours(thing: Any) -> bool:
    module = f"{thing.__module__}."
    return module.startswith(OURS) and (
        not module.startswith(BENEATH) or thing.__module__ in REPOSITORIES
    )


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
