"""The template's Jinja extension: registers the filters and globals of `modules/` for copier.yml."""

import re
import sys
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from jinja2 import Environment, Template
from jinja2.ext import Extension


class Standard(Extension):
    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        offered = _load(Path(__file__).resolve().parent / "modules")
        environment.filters.update(offered.FILTERS)
        environment.globals.update(offered.GLOBALS)
        offered.ask_git_once()
        _remember_compiled(environment)


class _Constant:
    """A template that is its own rendering: a part of a path without an expression."""

    def __init__(self, source: str) -> None:
        self.source = source

    def render(self, *_: Any, **__: Any) -> str:
        return self.source


_IS_CONSTANT = re.compile(r"[^{\n\r]*").fullmatch


def _remember_compiled(environment: Environment) -> None:
    """Compile each text once, and constants never: Copier compiles and renders every part of every path anew.

    A project of thirty modules has 15,000 such parts.
    """
    compile_anew = environment.from_string
    compiled: dict[str, Template | _Constant] = {}

    def from_string(source: Any, *options: Any, **named: Any) -> Template | _Constant:
        if options or named or not isinstance(source, str):
            return compile_anew(source, *options, **named)
        if source in compiled:
            environment.preprocess(source)  # with this Copier's `yield` forgets the path before
        elif _IS_CONSTANT(source):
            environment.preprocess(source)
            compiled[source] = _Constant(source)
        else:
            compiled[source] = compile_anew(source)
        return compiled[source]

    environment.from_string = from_string  # type: ignore[assignment,method-assign]  # of this environment only


def _load(folder: Path) -> ModuleType:
    """Import a package under a name that is unique to this release.

    An update renders the old and the new release in one process. With a plain name, the second release would get the
    first one's modules from sys.modules.
    """
    name = f"agency_standard_{sha256(str(folder).encode()).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, folder / "__init__.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is no package")
    package = module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return package
