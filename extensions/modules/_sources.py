"""Load Python files of the template that the extension shares with projects."""

import sys
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

TEMPLATE = Path(__file__).parents[2] / "template"


def load_source(path: str) -> ModuleType:
    """Load a file below template/ under a unique module name, because an update loads two releases in one process."""
    file = TEMPLATE / path
    name = f"agency_standard_source_{sha256(str(file).encode()).hexdigest()[:16]}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{file} is no module")
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
