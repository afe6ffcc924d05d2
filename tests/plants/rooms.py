"""Violations between modules, and between the layers of the application."""

from tests.plants.plant import LAWS, MODULES, TAKE_USERS, Plant, denied, in_invoices

NEIGHBOURS = [
    in_invoices("services.py", TAKE_USERS, denied("services", "app.modules.users.repositories")),
    in_invoices("services.py", "from ..clients.models import x", denied("services", "app.modules.clients.models")),
    in_invoices(
        "services.py", "from app.modules.clients import models", denied("services", "app.modules.clients.models")
    ),
    in_invoices("services.py", "from app.modules.boats import BoatService", denied("services", "app.modules.boats")),
    in_invoices("helpers.py", TAKE_USERS, "cannot depend on 'app.modules.users.repositories'"),
    in_invoices("services.py", "from app.modules.boats import *", denied("services", "app.modules.boats")),
    in_invoices("services.py", "from app.modules.clients import *", "F403", ("ruff", "check")),
    in_invoices("services.py", "from app.modules.clients import Client", 'has no attribute "Client"', ("mypy",)),
    Plant(
        "a module without a law",
        f"{MODULES}/invoices/tach.domain.toml",
        "",
        "Module 'app.modules' cannot depend on 'app.core'",
    ),
    Plant("a module without a law, to the tests", f"{MODULES}/boats/tach.domain.toml", "", "boats", LAWS),
    Plant(
        "a circle",
        f"{MODULES}/clients/tach.domain.toml",
        'path = "services"\ndepends_on = ["//app.modules.invoices", ',
        "Circular dependency detected",
        instead_of='path = "services"\ndepends_on = [',
    ),
    Plant(
        "another's inside, as the law of one's own says",
        f"{MODULES}/invoices/tach.domain.toml",
        'path = "services"\ndepends_on = ["//app.modules.users.repositories", ',
        "Module configuration error: 'app.modules.invoices.services' cannot depend on",
        instead_of='path = "services"\ndepends_on = [',
    ),
]


def _floor(file: str, code: str, here: str, there: str) -> Plant:
    return Plant(f"{file}: {code}", f"src/app/{file}", code, f"Module '{here}' cannot depend on '{there}'")


FLOORS = [
    _floor("core/http/health.py", "from app.modules.users import x", "app.core", "app.modules.users"),
    _floor("core/http/health.py", TAKE_USERS, "app.core", "app.modules.users.repositories"),
    _floor("core/http/health.py", "from app.main import create_app", "app.core", "app.main"),
    _floor("core/http/health.py", "from app.bootstrap import x", "app.core", "app.bootstrap"),
    _floor("database/engine.py", "from app.core.errors import x", "app.database", "app.core"),
    _floor("database/engine.py", "from app.config import Settings", "app.database", "app.config"),
    _floor("database/engine.py", "from app.modules.users import x", "app.database", "app.modules.users"),
    _floor("database/base.py", "from app.kit.ids import new_id", "app.database.base", "app.kit"),
    _floor("kit/clock.py", "from app.config import Settings", "app.kit", "app.config"),
    _floor("kit/clock.py", "from app.core.errors import x", "app.kit", "app.core"),
    _floor("kit/clock.py", "from app.database.base import Base", "app.kit", "app.database.base"),
    _floor("kit/clock.py", "from app.modules.users import x", "app.kit", "app.modules.users"),
    _floor("config/_settings.py", "from app.core.errors import x", "app.config", "app.core"),
    _floor("main.py", TAKE_USERS, "app.main", "app.modules.users.repositories"),
    _floor("worker.py", "from app.main import create_app", "app.worker", "app.main"),
    _floor("bootstrap.py", TAKE_USERS, "app.bootstrap", "app.modules.users.repositories"),
    _floor("seeds.py", TAKE_USERS, "app.seeds", "app.modules.users.repositories"),
    _floor("cli/__init__.py", TAKE_USERS, "app.cli", "app.modules.users.repositories"),
    in_invoices("services.py", "from app.main import create_app", denied("services", "app.main")),
    in_invoices("services.py", "from app.bootstrap import x", denied("services", "app.bootstrap")),
    in_invoices("services.py", "from app.worker import x", denied("services", "app.worker")),
    in_invoices("services.py", "from app.config import Settings", denied("services", "app.config")),
    Plant("a new room", "src/app/helpers.py", TAKE_USERS, "app.modules.users.repositories"),
]
