"""The template's Jinja extension: registers the filters and globals of `modules/` for copier.yml."""

import sys
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from jinja2 import Environment
from jinja2.ext import Extension


class Standard(Extension):
    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        offered = _load(Path(__file__).resolve().parent / "modules")
        environment.filters.update(offered.FILTERS)
        environment.globals.update(offered.GLOBALS)


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
