"""Renders the templates of the console, and those of modules that replace them.

Everything is escaped but `Markup`, texts are written in the language of the page, and a name that
a page was not given is an error.
"""

from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from ._texts import finalize, gettext

CONSOLE = Path(__file__).parents[2]
MODULES = CONSOLE.parent
STATIC = CONSOLE / "static"

_FILTERS: dict[str, Callable[..., Any]] = {}


def add_filter(call: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a filter of all templates, by its name."""
    _FILTERS[call.__name__] = call
    return call


def render(name: str, **values: object) -> str:
    return environment().get_template(name).render(values)


def render_first(names: Iterable[str], **values: object) -> str:
    """Render the first template that exists: `orders/list.html` is of the module `orders`."""
    return environment().select_template(list(names)).render(values)


@cache
def environment() -> Environment:
    replacing = {
        folder.parent.name: FileSystemLoader(folder) for folder in MODULES.glob("*/templates")
    }
    environment = Environment(
        loader=ChoiceLoader([PrefixLoader(replacing), FileSystemLoader(CONSOLE / "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        finalize=finalize,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # by the extension
    environment.globals.update(gettext=gettext, _=gettext)
    environment.filters.update(_FILTERS)
    environment.globals["asset"] = _asset
    return environment


@cache
def _asset(name: str) -> str:
    """Return an asset's address, which changes with its content, so that browsers may keep it."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/console/static/{name}?v={digest}"
