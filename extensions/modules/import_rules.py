"""tach.domain.toml of a custom module, by the table that its project has: `template/src/app/kit/import_rules.py`."""

from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from .fields import Module

_TABLE = Path(__file__).parents[2] / "template/src/app/kit/import_rules.py"
_PARTS = frozenset("events migrations models module permissions repositories routes schemas seeds services".split())


def import_rules(module: Module) -> str:
    parts = _PARTS | {"errors"} if module.uniques else _PARTS
    return str(_TABLE_OF_THIS_RELEASE.domain(module.names.package, parts, module.uses))


def _load(file: Path) -> ModuleType:
    """Import a file that stands alone, under a name that no other release's has."""
    spec = spec_from_file_location(f"import_rules_{sha256(str(file).encode()).hexdigest()[:16]}", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no module")
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


_TABLE_OF_THIS_RELEASE = _load(_TABLE)
