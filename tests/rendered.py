"""Render a custom module's files without Copier and without a project, in milliseconds."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from extensions.modules import FILTERS
from extensions.modules.fields import Module
from tools.snapshot import ROOT

SCAFFOLD = ROOT / ("template/src/app/modules/{% yield module from module_specs %}{{ module.package }}{% endyield %}")

# A path's expression in Copier; empty, so Copier skips the file, for a module without errors.
ERRORS = "{{ module.errors }}"


def files_of(module: Module) -> Iterator[tuple[str, str]]:
    """Return the module's files: their texts by path in the module's folder."""
    environment, spec, errors = _environment(), module.to_json(), "errors.py" if module.uniques else ""
    for source in sources():
        if path := source.removesuffix(".jinja").replace(ERRORS, errors):
            yield path, environment.get_template(source).render(module=spec)


@cache
def sources() -> tuple[str, ...]:
    """Return the paths of the Jinja files in their folder."""
    return tuple(sorted(str(file.relative_to(SCAFFOLD)) for file in SCAFFOLD.rglob("*") if file.is_file()))


@cache
def _environment() -> Environment:
    """Return an environment with copier.yml's settings."""
    options: dict[str, Any] = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))["_envops"]
    options["undefined"] = StrictUndefined
    environment = Environment(loader=FileSystemLoader(SCAFFOLD), autoescape=False, **options)
    environment.filters.update(FILTERS)
    return environment


def write(module: Module, folder: Path) -> None:
    for path, text in files_of(module):
        target = folder / module.names.package / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
