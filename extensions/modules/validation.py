"""Validate answers; each message says what to do, and no message means the answer is valid."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from . import reserved_names
from .answer import Described, Unreadable, decided, read
from .fields import fields_problems
from .fields.names import SQL_WORDS
from .filters import in_ascii
from .name_clashes import clashes
from .names import Names, names_of

LONGEST = 30
_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_OF_OWNER = {"standard": "is a name that every project has already"}


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
    """Validate the answer. Modules of the project's stored answer are always valid, because their files exist."""
    try:
        described = decided(read(answer), stored)
    except Unreadable as error:
        return [str(error)]
    kept, chosen = _packages(stored), frozenset(ready_made)
    new = [module for module in described if _names(module).package not in kept]
    wrong = list(_each(new, chosen, taken_here=[_names(module) for module in described]))
    return [*wrong, *_twice(described)] or [*_same_class(described, new)] or fields_problems(described, new, chosen)


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


def _each(modules: Iterable[Described], ready_made: frozenset[str], taken_here: Sequence[Names]) -> Iterator[str]:
    for module in modules:
        problem = _spelling(module) or _taken(module, ready_made, taken_here) or _said(module)
        if problem:
            yield problem


def _spelling(module: Described) -> str:
    typed = module.typed
    if len(words := typed.partition("/")[0].split()) > 1:
        return _several_words(typed, words)
    for form in (module.name, module.plural):
        if form is not None and not _SNAKE.fullmatch(form):
            near = in_ascii(form)
            fits = _SNAKE.fullmatch(near) and not _taken(Described(near, near), frozenset(), ())
            such_as = f", such as: {near}" if fits else ""
            return f"{typed!r} cannot become snake_case: start with a letter, then use a-z, 0-9 and _{such_as}"
    return _length(module)


def _several_words(typed: str, words: Sequence[str]) -> str:
    """Ask whether several words are several names without commas or one name, which only the client knows."""
    names = [word for word in words if word.lower() not in ("and", "&", "und", "et", "y")]
    if len(names) < 2:
        return f"{typed!r} is no name: write one word, such as: invoices"
    return f"{typed!r} are {len(words)} words: write {', '.join(names)} for modules, or {'_'.join(names)} for one"


def _length(module: Described) -> str:
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


def _taken(module: Described, ready_made: frozenset[str], taken_here: Sequence[Names]) -> str:
    reason, way_out = _reason(module, ready_made)
    if not reason:
        return ""
    another = _another_name(_names(module), ready_made, taken_here)
    longer = f"use a longer name, such as: {another}" if another else "use another name"
    return f"{module.typed!r} {reason}: {longer}{way_out}"


def _reason(module: Described, ready_made: frozenset[str]) -> tuple[str, str]:
    """Return why the module's name is not allowed, and a way out besides another name."""
    names = _names(module)
    forms = {module.name, names.singular, names.plural}
    if forms & reserved_names.KEYWORDS:
        return "is a word of Python itself", ""
    if {module.name, names.package} & reserved_names.STANDARD_LIBRARY:
        return "is a module of Python's standard library", ""
    if forms & ready_made:
        return "is also a ready-made module that you chose", ", or leave the ready-made one out"
    if owner := reserved_names.owner_of(names, module.name):
        return _OF_OWNER.get(owner, "is kept for a ready-made module of the standard"), ""
    if forms & (reserved_names.PROJECT | reserved_names.plurals(reserved_names.PROJECT)):
        return _OF_OWNER["standard"], ""
    if forms & (reserved_names.AHEAD | reserved_names.plurals(reserved_names.AHEAD)):
        return "is kept for what the standard may have one day", ""
    if names.table in SQL_WORDS:
        return "is a word of SQL", ""
    if hidden := (forms | {names.class_name}) & reserved_names.BUILTINS or clashes(names):
        return f"would hide {min(hidden)!r} in its own files", ""
    return "", ""


def _another_name(names: Names, ready_made: frozenset[str], taken_here: Sequence[Names]) -> str:
    """Suggest a valid name whose first word is not another module's name."""
    used = {form for other in taken_here for form in (other.singular, other.plural)}
    for before in ("client", "our", "own"):
        name = f"{before}_{names.plural}"
        module = Described(name, name)
        if not (used & {before, f"{before}s", name}) and not _length(module) and not _reason(module, ready_made)[0]:
            return name
    return ""


def _said(module: Described) -> str:
    if not module.unknown:
        return ""
    key = module.unknown[0]
    near = get_close_matches(key, ("fields", "plural"), 1)
    do = f"write {near[0]!r}" if near else "give `fields` and `plural` only"
    return f"{module.typed!r} says {key!r}, which means nothing here: {do}"


def _same_class(modules: Iterable[Described], new: Sequence[Described]) -> Iterator[str]:
    """Yield new modules whose classes, and so schemas and errors of the API, are called as those of another one."""
    seen: dict[str, str] = {}
    for module in sorted(modules, key=lambda module: module in new):
        name = _names(module).class_name
        if module in new and name in seen:
            yield f"{module.typed!r} and {seen[name]!r} both give the class {name}: use another name for one of the two"
        seen.setdefault(name, module.typed)


def _twice(modules: Iterable[Described]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for module in modules:
        names = _names(module)
        for form in {names.package, names.singular}:
            if form in seen:
                yield f"{module.typed!r} and {seen[form]!r} are the same module: leave one out"
                break
        seen |= {names.package: module.typed, names.singular: module.typed}
