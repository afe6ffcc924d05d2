"""Violations between modules, and between the layers of the application."""

from tests.violations.violation import MODULE_RULES, MODULES, TAKE_USERS, Violation, denied, in_invoices

SIBLINGS = [
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
    Violation(
        "a module without rules",
        f"{MODULES}/invoices/tach.domain.toml",
        "",
        "Module 'app.modules' cannot depend on 'app.core'",
    ),
    Violation("a module without rules, to the tests", f"{MODULES}/boats/tach.domain.toml", "", "boats", MODULE_RULES),
    Violation(
        "a circle",
        f"{MODULES}/clients/tach.domain.toml",
        'path = "services"\ndepends_on = ["//app.modules.invoices", ',
        "Circular dependency detected",
        instead_of='path = "services"\ndepends_on = [',
    ),
    Violation(
        "another's inside, as one's own import rules say",
        f"{MODULES}/invoices/tach.domain.toml",
        'path = "services"\ndepends_on = ["//app.modules.users.repositories", ',
        "Module configuration error: 'app.modules.invoices.services' cannot depend on",
        instead_of='path = "services"\ndepends_on = [',
    ),
]


def _layer(file: str, code: str, here: str, there: str) -> Violation:
    return Violation(f"{file}: {code}", f"src/app/{file}", code, f"Module '{here}' cannot depend on '{there}'")


LAYERS = [
    _layer("core/http/health.py", "from app.modules.users import x", "app.core", "app.modules.users"),
    _layer("core/http/health.py", TAKE_USERS, "app.core", "app.modules.users.repositories"),
    _layer("core/http/health.py", "from app.main import create_app", "app.core", "app.main"),
    _layer("core/http/health.py", "from app.bootstrap import x", "app.core", "app.bootstrap"),
    _layer("database/engine.py", "from app.core.errors import x", "app.database", "app.core"),
    _layer("database/engine.py", "from app.config import Settings", "app.database", "app.config"),
    _layer("database/engine.py", "from app.modules.users import x", "app.database", "app.modules.users"),
    _layer("database/base.py", "from app.kit.ids import new_id", "app.database.base", "app.kit"),
    _layer("kit/clock.py", "from app.config import Settings", "app.kit", "app.config"),
    _layer("kit/clock.py", "from app.core.errors import x", "app.kit", "app.core"),
    _layer("kit/clock.py", "from app.database.base import Base", "app.kit", "app.database.base"),
    _layer("kit/clock.py", "from app.modules.users import x", "app.kit", "app.modules.users"),
    _layer("config/_settings.py", "from app.core.errors import x", "app.config", "app.core"),
    _layer("main.py", TAKE_USERS, "app.main", "app.modules.users.repositories"),
    _layer("worker.py", "from app.main import create_app", "app.worker", "app.main"),
    _layer("bootstrap.py", TAKE_USERS, "app.bootstrap", "app.modules.users.repositories"),
    _layer("seeds.py", TAKE_USERS, "app.seeds", "app.modules.users.repositories"),
    _layer("cli/__init__.py", TAKE_USERS, "app.cli", "app.modules.users.repositories"),
    in_invoices("services.py", "from app.main import create_app", denied("services", "app.main")),
    in_invoices("services.py", "from app.bootstrap import x", denied("services", "app.bootstrap")),
    in_invoices("services.py", "from app.worker import x", denied("services", "app.worker")),
    in_invoices("services.py", "from app.config import Settings", denied("services", "app.config")),
    Violation("a new package", "src/app/helpers.py", TAKE_USERS, "app.modules.users.repositories"),
]
