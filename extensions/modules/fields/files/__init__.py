"""Each file of a module, by its path in the module's folder."""

from collections.abc import Callable, Mapping

from ...skeleton import render
from ..module import Module
from .domain import domain
from .errors import errors
from .factory import factory
from .init import init
from .migration import migration
from .models import models
from .readme import readme
from .repositories import repositories
from .routes import routes
from .schemas import schemas
from .seeds import seeds
from .services import services
from .test_routes import test_routes
from .test_services import test_services

FIRST_STEP = "s0001_create.py"

_WRITERS: Mapping[str, Callable[[Module], str]] = {
    "README.md": readme,
    "__init__.py": init,
    "errors.py": errors,
    f"migrations/{FIRST_STEP}": lambda module: migration(module, FIRST_STEP),
    "models.py": models,
    "repositories.py": repositories,
    "routes.py": routes,
    "schemas.py": schemas,
    "seeds.py": seeds,
    "services.py": services,
    "tach.domain.toml": domain,
    "tests/factory.py": factory,
    "tests/test_routes.py": test_routes,
    "tests/test_services.py": test_services,
}


def file_of(module: Module, path: str) -> str:
    """The text of a file. Those that no field changes are the skeleton's."""
    return _WRITERS[path](module) if path in _WRITERS else render(module.names, path)
