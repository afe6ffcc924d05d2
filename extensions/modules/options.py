"""Read a module's options: what it does besides listing, reading, creating, changing and deleting rows.

    audit: false        no entries in the audit log
    versions: false     no ETag, and no If-Match
    archive: true       a row is archived instead of deleted, and can be restored
    only: [list, read]  no other routes
    roles: {delete: admin}  the lowest role that may do something
    bulk: 100           create and delete up to 100 rows in one request
    csv: true           export the list as CSV, and import rows from it
    shared: true        lookup rows of all tenants, which superusers and migrations write

The first two are on by default, but for rows of all tenants, which have neither.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, Literal

ACTIONS = ("list", "create", "read", "change", "delete")
"""The routes of every module."""
PERMISSIONS: Mapping[str, str] = {"read": "viewer", "create": "member", "change": "member", "delete": "member"}
"""The permissions of every module, with the lowest role that has each."""
BULK, MOST_IN_BULK = 100, 1000
ROLES = ("viewer", "member", "admin", "owner")


class Wrong(Exception):
    """An option cannot be read; the message says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Options:
    audit: bool = True
    versions: bool = True
    archive: bool = False
    bulk: int = 0
    csv: bool = False
    only: tuple[str, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    shared: bool = False

    @property
    def ending(self) -> Literal["delete", "archive", ""]:
        """Return what DELETE does; empty if there is no such route, or only one for superusers."""
        if self.shared or (self.only and "delete" not in self.only):
            return ""
        return "archive" if self.archive else "delete"


_NONE: Mapping[str, Any] = {"archive": False, "audit": False, "bulk": 0, "csv": False, "versions": False}
_WITHOUT_TENANT: Mapping[str, str] = {
    "archive": "hides rows until they are restored, and rows of tenants refer to shared ones: leave it out",
    "audit": "is a tenant's log, and shared rows have none; what superusers do is in audit_entries: leave it out",
    "bulk": "is for rows of one tenant: write shared rows in a migration, or leave it out",
    "csv": "is for rows of one tenant: write shared rows in a migration, or leave it out",
    "versions": "compares what members of a tenant change, and superusers write shared rows: leave it out",
}
"""Why rows of all tenants do not have an option."""

DEFAULT = Options()
NAMES = tuple(sorted(field.name for field in fields(Options)))
LISTED = ", ".join(NAMES)
FOUND_IN_SERVICES: Mapping[str, tuple[str, ...]] = {
    "audit": (".audit(",),
    "versions": (".set_etag(", ".check_if_match(", ".tag(", ".match("),
}
"""Options that are on by default, with the calls that show whether a module has them that was made without a word."""


def read_options(said: Mapping[str, object]) -> Options:
    """Return the options, with the default of each that cannot be read."""
    return _options(said, [])


def _options(said: Mapping[str, object], problems: list[str]) -> Options:
    found = Options(**dict(_read(said, problems)))
    return replace(found, **_NONE) if found.shared else found


def options_problems(said: Mapping[str, object], steps: Collection[str] = ()) -> list[str]:
    """Return what is wrong; `steps` are the actions of the module's steps."""
    problems: list[str] = []
    options = _options(said, problems)
    routes = [*ACTIONS, *(["restore"] if options.archive else []), *steps]
    problems += [f": 'only' names {_unknown(name, routes)}" for name in options.only if name not in routes]
    actions = [*PERMISSIONS, *steps]
    problems += [f": 'roles' names {_unknown(name, actions)}" for name, _ in options.roles if name not in actions]
    if options.shared:
        problems += [f": {name!r} {_WITHOUT_TENANT[name]}" for name in _WITHOUT_TENANT if said.get(name)]
        problems += [
            f": 'roles' gives {name!r} to {role}s, but superusers write what all tenants share: leave {name} out"
            for name, role in options.roles
            if name in ("create", "change", "delete")
        ]
    if options.csv and options.only and not {"list", "create"} & set(options.only):
        problems.append(": 'csv' exports what 'list' has and imports by 'create': add one to 'only', or leave csv out")
    return problems


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"{name!r}: use {f'{near[0]}, or another' if near else 'some'} of {', '.join(known)}"


def written(options: Options, name: str) -> str:
    """Return an option as a description has it."""
    value = getattr(options, name)
    if name == "only":
        return f"only: [{', '.join(value)}]" if value else "all routes"
    if name == "roles":
        return f"roles: {{{', '.join(f'{action}: {role}' for action, role in value)}}}"
    return f"{name}: {str(value or False).lower()}"


def _read(said: Mapping[str, object], problems: list[str]) -> Iterator[tuple[str, Any]]:
    for name, value in said.items():
        if name in NAMES:
            try:
                yield name, _READ[name](value)
            except Wrong as wrong:
                problems.append(f": {name!r} {wrong}")


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"is {value!r}: write true or false")
    return value


def _routes(value: object) -> tuple[str, ...]:
    found = [word.strip() for word in value.split(",")] if isinstance(value, str) else value
    if not isinstance(found, list) or not found or not all(isinstance(name, str) for name in found):
        raise Wrong(f"is {value!r}: write a list of routes, such as: [list, read]")
    return tuple(sorted(set(found), key=lambda name: (ACTIONS.index(name) if name in ACTIONS else len(ACTIONS), name)))


def _roles(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping) or not value:
        raise Wrong(f"is {value!r}: write the lowest role that may do something, such as: {{delete: admin}}")
    for action, role in value.items():
        if role not in ROLES:
            raise Wrong(f"gives {action!s} to {role!r}: use one of {', '.join(ROLES)}")
    return tuple(sorted((str(action), role) for action, role in value.items()))


def _limit(value: object) -> int:
    if isinstance(value, bool):
        return BULK if value else 0
    if not isinstance(value, int) or not 1 <= value <= MOST_IN_BULK:
        raise Wrong(f"is {value!r}: write true, false, or the most rows of one request, 1 to {MOST_IN_BULK}")
    return value


_READ: Mapping[str, Callable[[object], Any]] = {
    "archive": _switch,
    "audit": _switch,
    "bulk": _limit,
    "csv": _switch,
    "only": _routes,
    "roles": _roles,
    "shared": _switch,
    "versions": _switch,
}
