"""Writes docs/modules from the modules themselves, so that the pages are always correct."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

from fastapi.routing import iter_route_contexts

from app.core.events import AnyEvent, Event
from app.core.module import Module
from app.core.permissions import guard_of
from app.database.base import Base
from app.database.schema.migrations import MODULES

WRITTEN = "<!-- Written by `make docs-modules`; edit the module instead. -->"
PREFIX = "//app.modules."
API = "/api/v1"


def pages(modules: Iterable[Module]) -> dict[str, str]:
    """Return the text of each file of docs/modules, by name."""
    modules = list(modules)
    uses = {module.name: _used_by(module.name) for module in modules}
    written = {f"{module.name}.md": _page(module, uses) for module in modules}
    return {"README.md": _overview(uses), **written}


def _overview(uses: Mapping[str, set[str]]) -> str:
    arrows = [f"    {name} --> {used}" for name in uses for used in sorted(uses[name])]
    names = [f"    {name}" for name in uses]
    links = [f"- [{name}]({name}.md)" for name in uses]
    diagram = ["```mermaid", "graph TD", *names, *arrows, "```"]
    intro = "An arrow: may use the public API of, as its tach.domain.toml says."
    return "\n".join([WRITTEN, "", "# Modules", "", *diagram, "", intro, "", *links, ""])


def _page(module: Module, uses: Mapping[str, set[str]]) -> str:
    name = module.name
    users = {other for other, used in uses.items() if name in used}
    sections = {
        "Public API": _public_api(name),
        "Uses": sorted(uses[name]),
        "Is used by": sorted(users),
        "Routes": list(_routes(module)),
        "Permissions": [f"`{each}`: from {role} on" for each, role in module.permissions.items()],
        "Tables": list(_tables(name)),
        "Events out": sorted(f"`{event.name}`" for event in _events_of(name)),
        "Events in": [_subscription(each.event, each.name) for each in module.subscribers],
        "Jobs": [_job(each.name, each.queue, each.cron) for each in module.jobs],
    }
    lines = [WRITTEN, "", f"# {name}", ""]
    for title, items in sections.items():
        if items:
            lines += [f"## {title}", "", *(f"- {item}" for item in items), ""]
    return "\n".join(lines)


def _used_by(name: str) -> set[str]:
    """Return the modules that its import rules allow."""
    rules = MODULES / name / "tach.domain.toml"
    if not rules.exists():
        return set()
    tables = tomllib.loads(rules.read_text(encoding="utf-8"))
    needed = [tables.get("root", {}), *tables.get("modules", ())]
    places = [str(place) for table in needed for place in table.get("depends_on", ())]
    return {p.removeprefix(PREFIX).partition(".")[0] for p in places if p.startswith(PREFIX)}


def _public_api(name: str) -> list[str]:
    return [f"`{each}`" for each in getattr(import_module(f"app.modules.{name}"), "__all__", ())]


def _routes(module: Module) -> Iterator[str]:
    for router in module.routers:
        for route in iter_route_contexts(list(router.routes)):
            for method in sorted(route.methods or ()):
                yield f"`{method} {API}{route.path_format}`: {guard_of(route.endpoint)}"


def _tables(name: str) -> Iterator[str]:
    for mapper in sorted(Base.registry.mappers, key=lambda each: str(each.local_table)):
        if _is_in(mapper.class_, name):
            reason = mapper.class_.__global_reason__
            yield f"`{mapper.local_table}`" + (f", of no tenant: {reason}" if reason else "")


def _events_of(name: str, kind: type[Event] = Event) -> Iterator[type[Event]]:
    for event in kind.__subclasses__():
        if _is_in(event, name):
            yield event
        yield from _events_of(name, event)


def _is_in(thing: type, name: str) -> bool:
    return f"{thing.__module__}.".startswith(f"app.modules.{name}.")


def _subscription(event: type[Event], handler: str) -> str:
    what = "every event of a tenant" if event is AnyEvent else f"`{event.name}`"
    return f"{what}, by `{handler}`"


def _job(name: str, queue: str, cron: str | None) -> str:
    return f"`{name}`, queue {queue}" + (f", at `{cron}`" if cron else "")


def outdated(folder: Path, written: Mapping[str, str]) -> list[str]:
    """Return the files that are missing, different, or belong to a removed module."""
    found = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    return sorted(n for n in written.keys() | found.keys() if written.get(n) != found.get(n))


def write(folder: Path, written: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in outdated(folder, written):
        if name in written:
            (folder / name).write_text(written[name], encoding="utf-8")
        else:
            (folder / name).unlink()
