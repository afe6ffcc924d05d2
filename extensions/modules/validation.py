"""Validate answers; each message says what to do, and no message means the answer is valid."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from . import reserved_names
from .answer import Described, Unreadable, decided, read
from .changes import changes_problems, words_problems
from .changes.words import fields_of
from .fields import Module, fields_problems, modules_of
from .fields.names import SQL_WORDS
from .filters import in_ascii
from .name_clashes import clashes
from .names import Names, names_of
from .options import LISTED, NAMES, options_problems
from .remembering import remembered_by_text

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


@remembered_by_text
def modules_problems(answer: object, ready_made: Collection[str] = (), stored: object = None) -> list[str]:
    """Validate the answer. What a module of the project's stored answer has already is always valid."""
    try:
        given = read(answer)
    except Unreadable as error:
        return [str(error)]
    described, kept, chosen = decided(given, stored), _by_package(stored), frozenset(ready_made)
    new = [module for module in described if _names(module).package not in kept]
    wrong = list(_each(new, chosen, taken_here=[_names(module) for module in described]))
    wrong = [*wrong, *_changed_plurals(new, kept), *_twice(described), *_words(given, described, kept)]
    return wrong or [*_same_class(described, new)] or _fields_problems(given, described, kept, chosen)


def _fields_problems(
    given: Sequence[Described], described: Sequence[Described], kept: Mapping[str, Described], chosen: frozenset[str]
) -> list[str]:
    before = {package: fields_of(module) for package, module in kept.items()}
    now = [module for module in described if not _is_as_before(module, kept)]
    found = fields_problems(described, now, chosen, before) or list(_options_problems(described, now))
    return found or list(_changes(given, now, kept, modules_of(described)))


def _is_as_before(module: Described, kept: Mapping[str, Described]) -> bool:
    before = kept.get(_names(module).package)
    return before is not None and fields_of(module) == fields_of(before) and module.options == before.options


def _options_problems(modules: Iterable[Described], now: Iterable[Described]) -> Iterator[str]:
    steps = {module.names.package: [step.method for step in module.steps] for module in modules_of(modules)}
    for module in now:
        package = _names(module).package
        yield from (f"{package}{text}" for text in options_problems(module.options, steps[package]))


def _changed_plurals(new: Iterable[Described], kept: Mapping[str, Described]) -> Iterator[str]:
    """Refuse another plural for a module that exists: its folder and its table have the former one."""
    plurals = {_names(module).singular: package for package, module in kept.items()}
    for module in new:
        if plural := plurals.get(_names(module).singular):
            yield f"{module.typed!r} is a module already, with the plural {plural!r}: leave the plural as it is"


def _words(given: Iterable[Described], described: Iterable[Described], kept: Mapping[str, Described]) -> Iterator[str]:
    for said, module in zip(given, described, strict=True):
        package = _names(module).package
        yield from (f"{package}{text}" for text in words_problems(said, kept.get(package)))
        if package in kept and (text := _said(module)):
            yield text


def _changes(
    given: Iterable[Described], now: Iterable[Described], kept: Mapping[str, Described], modules: Iterable[Module]
) -> Iterator[str]:
    said = {module.typed: module for module in given}
    after = {module.names.package: module for module in modules}
    before = {module.names.package: module for module in modules_of(kept.values())}
    for module in now:
        if (package := _names(module).package) in kept:
            found = changes_problems(before[package], after[package], said[module.typed], kept[package])
            yield from (f"{package}{text}" for text in found)


def _line_problem(what: str, text: str, *, longest: int) -> str:
    if len(text) > longest:
        return f"The {what} has {len(text)} characters: use at most {longest}"
    if not text.isprintable():
        return f"The {what} has a line break or a control character: write it on one line"
    return ""


def _by_package(stored: object) -> dict[str, Described]:
    try:
        return {_names(module).package: module for module in read(stored)}
    except Unreadable:
        return {}


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
    near = get_close_matches(key, ("fields", "plural", *NAMES), 1)
    do = f"write {near[0]!r}" if near else f"give `fields`, `plural` and options only, which are {LISTED}"
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
