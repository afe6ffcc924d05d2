"""Modules register themselves in module.py, and are found there. There is no list to edit."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from inspect import cleandoc
from pkgutil import iter_modules

from fastapi import APIRouter

from app.config import ModuleSettings
from app.core.auth import FoundKey
from app.core.errors import ErrorPage
from app.core.events import Subscriber
from app.core.jobs import Job
from app.core.mail import Mail
from app.core.permissions import Role
from app.core.personal_data import PersonalData
from app.core.unit_of_work import UnitOfWork

PACKAGE = "app.modules"
FOR_PROGRAMMERS = " Other modules import only from here."
FindApiKey = Callable[[UnitOfWork, str], Awaitable[FoundKey | None]]
"""Finds an API key by the hash of its secret, in a unit of the tenant that the key names."""

FindTexts = Callable[[tuple["Module", ...]], Iterable[tuple[str, str]]]
"""Finds English texts in all modules: each with the file that it is from."""


@dataclass(frozen=True, kw_only=True)
class Module:
    """Declares what a module provides; `permissions` maps each to the lowest role that has it.

    `uses` names the modules whose public API it imports; `make import-rules` writes it for Tach.
    `pages` are served without the prefix of the API, and are not in its document.
    `error_pages` show errors of all paths below a prefix, in place of problem+json.
    `versions` are routers of later versions of the API: `{"v2": (router,)}`. docs/api-versions.md
    `tags` describes its routes' tags in the OpenAPI document, in place of the package's docstring.
    `mails` declares its e-mails, whose templates are in `templates/mails`.
    `personal_data` says what it stores about a person, for their export.
    `find_texts` finds what is shown to people and is no message, for catalogues.
    `slots` gives a queue its own number of concurrent runs in each worker: `{"imports": 2}`.
    """

    name: str
    uses: tuple[str, ...] = ()
    routers: tuple[APIRouter, ...] = ()
    pages: tuple[APIRouter, ...] = ()
    error_pages: Mapping[str, ErrorPage] = field(default_factory=dict)
    versions: Mapping[str, tuple[APIRouter, ...]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, Role] = field(default_factory=dict)
    subscribers: tuple[Subscriber, ...] = ()
    jobs: tuple[Job, ...] = ()
    mails: tuple[Mail, ...] = ()
    slots: Mapping[str, int] = field(default_factory=dict)
    find_api_key: FindApiKey | None = None
    personal_data: PersonalData | None = None
    find_texts: FindTexts | None = None
    settings: type[ModuleSettings] | None = None
    seed: Callable[[UnitOfWork], Awaitable[None]] | None = None


def find_modules(package: str = PACKAGE) -> tuple[Module, ...]:
    """Return the modules of all folders with a module.py, by name; loads all models too.

    Raises TypeError for a module.py without a `Module`.
    """
    import_module("app.core.tables")
    folders = sorted(found.name for found in iter_modules(import_module(package).__path__))
    return tuple(_introduce(f"{package}.{folder}") for folder in folders)


def description_of(module: Module) -> str:
    """Return the docstring of the module's package, without what only programmers need."""
    package = import_module(f"{PACKAGE}.{module.name}")
    paragraph = cleandoc(package.__doc__ or module.name).partition("\n\n")[0]
    return paragraph.removesuffix(FOR_PROGRAMMERS)


def find_part(package: str, name: str) -> object:
    """Return a file that only some modules have, such as console.py, or None."""
    is_there = package.startswith(f"{PACKAGE}.") and find_spec(f"{package}.{name}")
    return import_module(f"{package}.{name}") if is_there else None


def _introduce(package: str) -> Module:
    module = getattr(import_module(f"{package}.module"), "module", None)
    if not isinstance(module, Module):
        raise TypeError(f"{package}/module.py must say `module = Module(name=…)`")
    return module
