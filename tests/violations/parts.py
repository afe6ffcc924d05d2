"""Violations between the parts of one module."""

from tests.violations.violation import REPOSITORIES, RULES, USERS, denied, in_invoices

PARTS = [
    in_invoices("routes.py", f"from {REPOSITORIES} import InvoiceRepository", denied("routes", REPOSITORIES)),
    in_invoices("routes.py", "from .repositories import InvoiceRepository", denied("routes", REPOSITORIES)),
    in_invoices("routes.py", "from . import repositories", denied("routes", REPOSITORIES)),
    in_invoices("routes.py", "from app.modules.invoices import repositories", denied("routes", REPOSITORIES)),
    in_invoices("routes.py", f"import {REPOSITORIES}", denied("routes", REPOSITORIES)),
    in_invoices("routes.py", f"import {REPOSITORIES} as r", denied("routes", REPOSITORIES)),
    in_invoices("routes.py", "from .models import Invoice", denied("routes", "app.modules.invoices.models")),
    in_invoices("routes.py", "from app.database.session import x", denied("routes", "app.database")),
    in_invoices("routes.py", "from app.modules.clients import ClientService", denied("routes", "app.modules.clients")),
    in_invoices("routes.py", "def f():\n    from .repositories import x", denied("routes", REPOSITORIES)),
    in_invoices("routes.py", "class A:\n    def f(self):\n        from .models import x", denied("routes", "")[:-1]),
    in_invoices(
        "routes.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .models import Invoice",
        denied("routes", "app.modules.invoices.models"),
    ),
    in_invoices(
        "routes.py",
        "try:\n    from .models import Invoice\nexcept ImportError:\n    pass",
        denied("routes", "app.modules.invoices.models"),
    ),
    in_invoices("schemas.py", "from .models import Invoice", denied("schemas", "app.modules.invoices.models")),
    in_invoices("schemas.py", "from app.core.errors import Conflict", denied("schemas", "app.core")),
    in_invoices("schemas.py", "from app.modules.users import x", denied("schemas", USERS)),
    in_invoices("services.py", "from .routes import router", denied("services", "app.modules.invoices.routes")),
    in_invoices("services.py", "from .schemas import x", denied("services", "app.modules.invoices.schemas")),
    in_invoices("services.py", "from .models import Invoice", denied("services", "app.modules.invoices.models")),
    in_invoices("services.py", "from app.database.session import x", denied("services", "app.database")),
    in_invoices("repositories.py", "from .services import x", denied("repositories", "app.modules.invoices.services")),
    in_invoices("repositories.py", "from .schemas import x", denied("repositories", "app.modules.invoices.schemas")),
    in_invoices("repositories.py", "from app.core.errors import x", denied("repositories", "app.core")),
    in_invoices("models.py", "from .services import x", denied("models", "app.modules.invoices.services")),
    in_invoices("models.py", "from app.core.errors import x", denied("models", "app.core")),
    in_invoices("models.py", "from app.database.session import x", denied("models", "app.database")),
    in_invoices("events.py", "from .services import x", denied("events", "app.modules.invoices.services")),
    in_invoices("helpers.py", "from .repositories import x", "invoices/tach.domain.toml is outdated", RULES),
    in_invoices("routes.py", "from .models import x  # tach-ignore", "reason"),
]
