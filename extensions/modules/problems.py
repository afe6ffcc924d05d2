"""What is wrong with an answer, as sentences that say what to do. No sentence means: fine."""

import re
from collections.abc import Iterable, Iterator

from . import taken
from .answer import Described, Unreadable, read
from .fields import fields_problems
from .names import Names, names_of
from .used import clashes

LONGEST = 30


def name_problem(project_name: str) -> str:
    if not project_name.strip():
        return "Give the project a name, such as: Acme Portal"
    return _line_problem("name", project_name, longest=60)


def slug_problem(project_slug: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", project_slug):
        return f"{project_slug!r} cannot be a package's name: use a-z, 0-9 and single dashes, start with a letter"
    if len(project_slug) > 40:
        return f"{project_slug!r} has {len(project_slug)} characters: use at most 40"
    return ""


def description_problem(description: str) -> str:
    return _line_problem("description", description, longest=200)


def author_problem(author_name: str) -> str:
    if not author_name.strip():
        return "Give a name: it goes into the license and the package's metadata"
    return _line_problem("author's name", author_name, longest=80)


def email_problem(author_email: str) -> str:
    if author_email and not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+", author_email):
        return f"{author_email!r} is no e-mail address: give one such as ada@example.com, or leave it empty"
    return ""


def modules_problems(answer: object, ready_made: Iterable[str] = (), stored: object = None) -> list[str]:
    """The answer's problems. What a project's stored answer has already is never one: its modules are there."""
    try:
        described = read(answer)
    except Unreadable as error:
        return [str(error)]
    kept, chosen = _packages(stored), frozenset(ready_made)
    new = [module for module in described if _names(module).package not in kept]
    return [*_each(new, chosen), *_twice(described)] or fields_problems(described, new, chosen)


def _line_problem(what: str, text: str, *, longest: int) -> str:
    if len(text) > longest:
        return f"The {what} has {len(text)} characters: use at most {longest}"
    if not text.isprintable():
        return f"The {what} has a line break or a control character: write it on one line"
    return ""


def _packages(stored: object) -> set[str]:
    try:
        return {_names(module).package for module in read(stored)}
    except Unreadable:
        return set()


def _names(module: Described) -> Names:
    return names_of(module.name, module.plural)


def _each(modules: Iterable[Described], ready_made: frozenset[str]) -> Iterator[str]:
    for module in modules:
        problem = _spelling(module) or _taken(module, ready_made) or _said(module)
        if problem:
            yield problem


def _spelling(module: Described) -> str:
    for form in (module.name, module.plural):
        if form is not None and not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", form):
            return f"{module.typed!r} cannot become snake_case: start with a letter, then use a-z, 0-9 and _"
    names = _names(module)
    if len(module.name) > LONGEST:
        return f"{module.typed!r} has {len(module.name)} characters: use at most {LONGEST}"
    if len(names.plural) > LONGEST:
        return (
            f"{module.typed!r} has the plural {names.plural!r}, {len(names.plural)} characters: use at most {LONGEST}"
        )
    if len(names.singular) < 2:
        return f"{module.typed!r} is too short to be a word: use two letters or more"
    return ""


def _taken(module: Described, ready_made: frozenset[str]) -> str:
    names, typed = _names(module), module.typed
    forms = {module.name, names.singular, names.plural}
    longer = f"use a longer name, such as: client_{names.plural}"
    if forms & taken.KEYWORDS:
        return f"{typed!r} is a word of Python itself: {longer}"
    if {module.name, names.package} & taken.STANDARD_LIBRARY:
        return f"{typed!r} is a module of Python's standard library: {longer}"
    if forms & (taken.PROJECT | _plurals(taken.PROJECT)):
        return f"{typed!r} is a name that every project has already: {longer}"
    if forms & ready_made:
        return f"{typed!r} is also a ready-made module that you chose: {longer}, or leave the ready-made one out"
    if names.package in taken.ANNOUNCED:
        return f"{typed!r} is kept for a ready-made module of the standard: {longer}"
    if hidden := (forms | {names.class_name}) & taken.BUILTINS or clashes(names):
        return f"{typed!r} would hide {min(hidden)!r} in its own files: {longer}"
    return ""


def _plurals(words: Iterable[str]) -> set[str]:
    return {names_of(word).plural for word in words}


def _said(module: Described) -> str:
    if not module.unknown:
        return ""
    return f"{module.typed!r} says {module.unknown[0]!r}, which means nothing here: give `fields` and `plural` only"


def _twice(modules: Iterable[Described]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for module in modules:
        names = _names(module)
        for form in {names.package, names.singular}:
            if form in seen:
                yield f"{module.typed!r} and {seen[form]!r} are the same module: leave one out"
                break
        seen |= {names.package: module.typed, names.singular: module.typed}
