"""Validate the fields of modules; each message names the module, the field and the fix."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from graphlib import CycleError
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from ..answer import Described, snake
from ..names import Names, is_english, names_of
from ..options import DEFAULT, Options, read_options
from ..remembering import remembered_by_text
from ..words import is_many
from .field import FILES, NAME, USERS, Field
from .filtering import filters_problem
from .links import link_problem, linked, ranked
from .many import Many, many_name_problem, read_many
from .module import Module, in_order
from .names import name_problem, spelling_problem, twice_problem
from .numbering import numbers_problem
from .problem import NoType, Wrong
from .reading import read_fields, target_word
from .refs import Link, is_refs, link_beside_problem, link_name_problem, read_link, target_of_refs
from .shared import shared_link_problem, shared_problem
from .steps import steps_problem
from .tables import same_tables

MOST_FIELDS = 60
MOST_OFFERED = 8
OF_ARCHIVE, SEARCH = ("archived_at", "archived"), "search"
_NO_TARGETS = {
    "tenant": "every row belongs to a tenant already: leave it out",
    "notification": "a notification is its reader's, and goes after a while: refer to users",
    "webhook": "its rows are settings, which come and go: leave it out",
}


def fields_problems(
    modules: Collection[Described],
    new: Collection[Described],
    ready_made: Collection[str] = (),
    before: Mapping[str, Mapping[Any, Any]] = MappingProxyType({}),
) -> list[str]:
    """Validate the fields of new and of changed modules; all other modules only serve as targets of refs.

    `before` has the fields of the project's modules: a field that stays as it is was accepted once.
    """
    packages = _packages(modules, [FILES] if FILES.package in ready_made else [])
    options = _options(modules)
    named = ((_names(module).package, module) for module in new)
    found = [
        f"{name}{text}"
        for name, module in named
        for text in _of_module(module, packages, before.get(name, {}), options)
    ]
    fresh = {_names(module).package for module in new}
    return found or [*same_tables(modules_of(modules), fresh), *_same_error(modules, fresh)] or _cycle(modules, fresh)


def modules_of(described: Iterable[Described]) -> list[Module]:
    """Return the modules to generate, without unreadable fields, which an older release may have accepted."""
    return _modules_of(list(described))


@remembered_by_text
def _modules_of(modules: list[Described]) -> list[Module]:
    packages, options = _packages(modules, [FILES]), _options(modules)
    return [_module(module, packages, options) for module in modules]


def _options(modules: Iterable[Described]) -> dict[str, Options]:
    return {_names(module).package: read_options(module.options) for module in modules}


def _packages(modules: Iterable[Described], ready_made: Iterable[Names]) -> dict[str, Names]:
    """Return the modules that a ref may point to, besides users."""
    return {names.package: names for names in [*ready_made, *map(_names, modules)]}


def _names(module: Described) -> Names:
    return names_of(module.name, module.plural)


def _of_module(
    module: Described, packages: dict[str, Names], before: Mapping[Any, Any], options: Mapping[str, Options]
) -> Iterator[str]:
    if module.fields is None:
        return
    if not isinstance(module.fields, dict) or not module.fields:
        yield ": 'fields' names no field: write one a line, such as `title: str(120)`, or leave 'fields' out"
        return
    if len(module.fields) > MOST_FIELDS:
        yield f" has {len(module.fields)} fields: use at most {MOST_FIELDS}, and make two modules of it"
    seen: list[Field] = []
    links: list[Link] = []
    lists: list[Many] = []
    for name, said in module.fields.items():
        try:
            if is_refs(said):
                links.append(_read_link(name, said, _names(module), packages, options))
                continue
            if is_many(said):
                lists.append(_read_many(name, said, _names(module), packages, options))
                continue
            for field in _read(name, said, _names(module), packages, options):
                if problem := twice_problem(field, seen) or steps_problem(field, seen) or numbers_problem(field, seen):
                    raise Wrong(problem)
                seen.append(field)
        except Wrong as wrong:
            if before.get(name) != said:
                yield f".{name}: {wrong}"
    yield from _of_links(seen, _names(module))
    for link in links:
        if problem := link_beside_problem(link, seen, links):
            yield f".{link.name}: {problem}"
    for many in lists:
        if problem := many_name_problem(many, seen, links):
            yield f".{many.name}: {problem}"
    if len(links) + len(lists) == len(module.fields):
        only = "lists only" if lists else "lists of refs only"
        yield f": it has {only}: add a field of its own, such as `title: str(120)`"
    for field in seen:
        if options[_names(module).package].archive and field.column in OF_ARCHIVE:
            yield f".{field.name}: the option archive needs the name {field.column}: use another name"
    yield from _of_search(seen)
    if seen and not any(field.is_given for field in seen):
        yield ": each of its fields is set by the module itself: add one that clients give, such as `title: str(120)`"


def _of_search(fields: list[Field]) -> Iterator[str]:
    searched = next((field for field in fields if field.searched), None)
    if searched is None:
        return
    if any(field.column == SEARCH for field in fields):
        yield f".{SEARCH}: the filter of searched fields has this name: use another name"


def _of_links(fields: list[Field], module: Names) -> Iterator[str]:
    """Yield what is wrong between fields, and names of constraints that only these make too long."""
    names = {field.column for field in fields}
    for field, resolved in zip(ranked(fields), linked(fields), strict=True):
        problem = link_problem(field, fields) or filters_problem(field, names)
        if not problem and resolved.unique_with:
            problem = name_problem(resolved, module)
        if problem:
            yield f".{field.name}: {problem}"


def _read(
    name: object, said: object, module: Names, packages: dict[str, Names], options: Mapping[str, Options]
) -> list[Field]:
    """Raises Wrong."""
    if problem := spelling_problem(name):
        raise Wrong(problem)
    word = target_word(said)
    try:
        found = [_resolved(field, packages, word) for field in read_fields(str(name), said)]
    except NoType as wrong:
        raise Wrong(_module_problem(wrong.word, packages) or str(wrong)) from None
    return [_checked(_with_options(field, options[module.package], options), module) for field in found]


def _read_link(
    name: object, said: str, module: Names, packages: dict[str, Names], options: Mapping[str, Options]
) -> Link:
    """Raises Wrong."""
    if problem := spelling_problem(name):
        raise Wrong(problem)
    link = read_link(str(name), said, module)
    target = _target(link.target, packages, target_of_refs(said))
    link = replace(link, target=target, ending=options.get(target.package, DEFAULT).ending)
    if problem := shared_link_problem(link, options):
        raise Wrong(problem)
    if problem := link_name_problem(link):
        raise Wrong(problem)
    return link


def _read_many(
    name: object, said: Mapping[Any, Any], module: Names, packages: dict[str, Names], options: Mapping[str, Options]
) -> Many:
    """Raises Wrong."""
    if problem := spelling_problem(name):
        raise Wrong(problem)
    if options.get(module.package, DEFAULT).shared:
        raise Wrong("rows in a list belong to a tenant: describe a shared module of its own, with a ref to this one")

    def read(inner: object, text: object) -> list[Field]:
        if problem := spelling_problem(inner):
            raise Wrong(problem)
        found = (_resolved(field, packages, target_word(text)) for field in read_fields(str(inner), text))
        return [_with_target(field, options) for field in found]

    return read_many(str(name), said, module, read)


def _with_options(field: Field, own: Options, options: Mapping[str, Options]) -> Field:
    living = field.unique and own.archive and not field.numbering
    return replace(_with_target(field, options), among_living=living, is_shared=own.shared)


def _with_target(field: Field, options: Mapping[str, Options]) -> Field:
    target = options.get(field.target.package, DEFAULT) if field.target else DEFAULT
    return replace(field, ending=target.ending, to_shared=target.shared)


def _checked(field: Field, module: Names) -> Field:
    """Raises Wrong."""
    if problem := shared_problem(field):
        raise Wrong(problem)
    if field.target == module and field.required:
        raise Wrong("the first row has none to refer to: write ? after the module's name")
    if problem := name_problem(field, module):
        raise Wrong(problem)
    return field


def _resolved(field: Field, packages: dict[str, Names], word: str) -> Field:
    """Return the field with its target's real names; `word` is the client's word for the target. Raises Wrong."""
    if field.target is None or field.target == USERS:
        return field
    return replace(field, target=_target(field.target, packages, word))


def _target(target: Names, packages: dict[str, Names], word: str) -> Names:
    """Return the target's real names. Raises Wrong."""
    if problem := _NO_TARGETS.get(target.singular):
        raise Wrong(problem)
    if found := _found(target, packages):
        return found
    if target == FILES:
        raise Wrong("files is a ready-made module that is not chosen: add it to `modules`")
    missing = target.plural if is_english(word) else word
    raise Wrong(f"there is no module {missing!r} to refer to: add it, or use {_offered(missing, packages)}")


def _found(target: Names, packages: dict[str, Names]) -> Names | None:
    forms = {target.singular, target.plural}
    return next((names for names in packages.values() if forms & {names.singular, names.plural}), None)


def _module_problem(word: str, packages: dict[str, Names]) -> str:
    """Return what to write instead of a module's name in the place of a type."""
    names = _found(names_of(snake(word)), {**packages, USERS.package: USERS})
    if names is None:
        return ""
    several = "" if names == USERS else f", or refs {names.package} for several"
    return f"{word!r} is a module, and no type: write ref {names.package}{several}"


def _offered(missing: str, packages: dict[str, Names]) -> str:
    known = sorted({*packages, USERS.package})
    near = get_close_matches(missing, known, 1)
    more = ", …" if len(known) > MOST_OFFERED else ""
    return f"{near[0] + ', or another' if near else 'one'} of {', '.join(known[:MOST_OFFERED])}{more}"


def _module(module: Described, packages: dict[str, Names], options: Mapping[str, Options]) -> Module:
    fields: list[Field] = []
    links: list[Link] = []
    lists: list[Many] = []
    for name, said in (module.fields or {}).items() if isinstance(module.fields, dict) else ():
        try:
            if is_refs(said):
                links.append(_read_link(name, said, _names(module), packages, options))
                continue
            if is_many(said):
                lists.append(_read_many(name, said, _names(module), packages, options))
                continue
            fields += _read(name, said, _names(module), packages, options)
        except Wrong:
            continue
    columns = {field.column for field in fields}
    possible = (replace(each, filters=()) if filters_problem(each, columns) else each for each in linked(fields))
    own = read_options(module.options)
    return Module(_names(module), tuple(possible) or (NAME,), own, tuple(links), tuple(lists))


def _same_error(modules: Iterable[Described], new: Collection[str]) -> Iterator[str]:
    """Yield new unique fields whose error, and so its type in the API, is that of another module's field."""
    seen: dict[str, str] = {}
    for module in sorted(modules_of(modules), key=lambda module: module.names.package in new):
        package = module.names.package
        for field in module.uniques:
            error, here = module.error(field), f"{package}.{field.name}"
            if package in new and error in seen:
                yield f"{here}: its error {error} is that of {seen[error]} too: use another name for one of the two"
            seen.setdefault(error, here)


def _cycle(modules: Iterable[Described], new: Collection[str]) -> list[str]:
    try:
        in_order(modules_of(modules))
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        if not set(circle) & set(new):
            return []
        by_package = {module.names.package: module for module in modules_of(modules)}
        ways = [_way(by_package[here], by_package[there]) for here, there in pairwise(circle)]
        module, ref = min(ways, key=lambda way: isinstance(way[1], Field) and way[1].required)
        return [
            f"{module.package}.{ref.name}: {' → '.join(circle)} refer to each other in a circle: leave this one out,"
            f" and describe a module of its own for it, such as {_between(module, ref)}"
        ]
    return []


def _way(here: Module, there: Module) -> tuple[Names, Field | Link]:
    """Return a ref from one module to another, if possible one that may be empty."""
    refs: list[Field | Link] = [*sorted(here.refs, key=lambda ref: ref.required), *here.links, *here.owned_refs]
    return here.names, next(ref for ref in refs if ref.target == there.names)


def _between(module: Names, ref: Field | Link) -> str:
    """Return the description of a module that refers to both, in place of a ref."""
    one = names_of(ref.name)
    target = ref.target.package if ref.target else ""
    rules = ("", f" unique with {module.singular}") if isinstance(ref, Link) else (" unique", "")
    fields = f"{module.singular}: ref {module.package}{rules[0]}, {one.singular}: ref {target}{rules[1]}"
    return f"{module.singular}_{one.plural}: {{fields: {{{fields}}}}}"
