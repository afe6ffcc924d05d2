"""Render a custom module's files without Copier and without a project, in milliseconds."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .fields import FILTERS, Module
from .import_rules import import_rules

ROOT = Path(__file__).parents[2]
SCAFFOLD = ROOT / ("template/src/app/modules/{% yield module from module_specs %}{{ module.package }}{% endyield %}")

# A path's expression in Copier; empty, so Copier skips the file, for a module without errors.
ERRORS = "{{ module.errors }}"

Forms = tuple[Module, str, str, str]
_READ: dict[str, tuple[Any, Forms]] = {}


def files_of(module: Module) -> Iterator[tuple[str, str]]:
    """Return the module's files: their texts by path in the module's folder."""
    found, errors, spec = environment(), "errors.py" if module.uniques else "", module.to_json()
    for source in sources():
        if path := source.removesuffix(".jinja").replace(ERRORS, errors):
            yield path, found.get_template(source).render(module=spec)


@cache
def sources() -> tuple[str, ...]:
    """Return the paths of the Jinja files in their folder."""
    return tuple(sorted(file.relative_to(SCAFFOLD).as_posix() for file in SCAFFOLD.rglob("*") if file.is_file()))


@cache
def environment() -> Environment:
    """Return an environment with copier.yml's settings."""
    options: dict[str, Any] = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))["_envops"]
    options["undefined"] = StrictUndefined
    found = Environment(loader=FileSystemLoader(SCAFFOLD), autoescape=False, **options)  # noqa: S701  # it writes Python
    found.filters.update({**FILTERS, "described": described, "import_rules": import_rules})
    return found


def described(spec: Any) -> Forms:
    """Return a module of `module_specs` and its names: the class, one row, all rows.

    Each of its files asks for the same object, which is read once.
    """
    known = _READ.get(spec["plural"])
    if known is None or known[0] is not spec:
        known = _READ[spec["plural"]] = spec, Module.from_json(spec).forms
    return known[1]
