"""Violations that Tach lets through, and the project's own tests find."""

from tests.violations.violation import IMPORTS, MODULE_RULES, MODULES, RULES, STRINGS, Violation, in_invoices

_DOMAIN = f"{MODULES}/invoices/tach.domain.toml"
_SERVICES = 'path = "services"\ndepends_on = ['
_ROUTES = 'path = "routes"\ndepends_on = ['
_CORE = 'path = "app.core"\ndepends_on = ['
_KIT = 'path = "app.kit"\ndepends_on = ['
_ROOT = "[root]\ndepends_on = ["
_LOOK = "type_checking_imports = false"


def _module_rules(name: str, code: str, words: str, instead_of: str = "") -> Violation:
    return Violation(f"rules that {name}", _DOMAIN, code, words, MODULE_RULES, instead_of)


def _tach_toml(name: str, code: str, words: str, instead_of: str) -> Violation:
    return Violation(f"a tach.toml that {name}", "tach.toml", code, words, MODULE_RULES, instead_of)


_IMPORTS = [
    in_invoices(
        "services.py", "import app.modules\napp.modules.users.models", "imports app.modules as a whole", IMPORTS
    ),
    in_invoices("services.py", "import app.modules.clients\n", "imports app.modules.clients as a whole", IMPORTS),
    in_invoices("services.py", "from app.modules import clients", "imports app.modules.clients as a whole", IMPORTS),
    in_invoices("services.py", "from app import modules", "imports app.modules as a", IMPORTS),
    in_invoices("services.py", "from .. import clients", "imports app.modules.clients as a whole", IMPORTS),
    in_invoices("services.py", "from importlib import import_module", "uses importlib.import_module", IMPORTS),
    in_invoices("services.py", "import importlib as i", "uses importlib, which no check can follow", IMPORTS),
    in_invoices("services.py", "users = __import__('app.modules')", "uses __import__", IMPORTS),
    in_invoices("services.py", "import sys\nusers = sys.modules['users']", "uses sys.modules", IMPORTS),
    in_invoices("services.py", "from pkgutil import resolve_name", "uses pkgutil.resolve_name", IMPORTS),
    in_invoices("services.py", "exec('import app.modules')", "S102", ("ruff", "check")),
    in_invoices("services.py", "eval('1')", "S307", ("ruff", "check")),
    Violation("importlib in core", "src/app/core/http/health.py", "import importlib", "core/http/health.py", IMPORTS),
    Violation("importlib in kit", "src/app/kit/clock.py", "import importlib", "kit/clock.py", IMPORTS),
    in_invoices("routes.py", "from sqlalchemy import select", "only repositories and models and migrations", IMPORTS),
    in_invoices("services.py", "from sqlalchemy.orm import Session", "services.py:", IMPORTS),
    in_invoices("schemas.py", "import sqlalchemy", "imports sqlalchemy: in a module only", IMPORTS),
    in_invoices(
        "services.py", "from fastapi import Request", "imports fastapi: in a module only routes and pages may", IMPORTS
    ),
    in_invoices("models.py", "from starlette.requests import Request", "imports starlette", IMPORTS),
    in_invoices("repositories.py", "from fastapi import Request", "imports fastapi", IMPORTS),
    in_invoices("helpers.py", "from fastapi import Request", "helpers.py:1 imports fastapi", IMPORTS),
    in_invoices("services.py", "from .tests.factory import make_invoice", "stays among tests", IMPORTS),
    in_invoices("services.py", "from tests.support.people import Person", "stays among tests", IMPORTS),
]

_STRINGS = [
    in_invoices(
        "models.py",
        "from sqlalchemy.orm import relationship\n"
        'Invoice.client = relationship("Client", primaryjoin="Client.id == foreign(Invoice.client_id)", viewonly=True)',
        "Invoice.client reaches into clients",
        STRINGS,
        name="a relationship with another module's model",
    ),
    Violation(
        "a key to the table of a module that the import rules do not name",
        f"{MODULES}/boats/models.py",
        "from sqlalchemy import ForeignKey, Uuid\nfrom sqlalchemy.orm import mapped_column\n"
        'Boat.client_id = mapped_column(Uuid, ForeignKey("clients.id"))',
        "boats: a key of boats leads to clients",
        STRINGS,
    ),
    in_invoices("services.py", 'PLACE = "app.modules.users.models"', "names 'app.modules.users.models'", STRINGS),
    in_invoices("services.py", 'PLACE = f"app.modules.{1}"', "names 'app.modules.' in quotes", STRINGS),
    Violation(
        "a name in core", "src/app/core/http/health.py", 'USERS = "app.modules.users"', "core/http/health.py", STRINGS
    ),
]

_MODULE_RULES = [
    _module_rules("lets services know models", f'{_SERVICES}"models", ', "services: may not know models", _SERVICES),
    _module_rules("lets services know routes", f'{_SERVICES}"routes", ', "services: may not know routes", _SERVICES),
    _module_rules(
        "lets services know the database",
        f'{_SERVICES}"//app.database", ',
        "services: may not know //app.data",
        _SERVICES,
    ),
    _module_rules(
        "lets services know an inside",
        f'{_SERVICES}"//app.modules.users.events", ',
        "services: may not know //app.modules.users.events",
        _SERVICES,
    ),
    _module_rules("lets routes know rows", f'{_ROUTES}"repositories", ', "routes: may not know rep", _ROUTES),
    _module_rules("lets schemas know core", '["//app.core", "//app.kit"]', "schemas: may not know", '["//app.kit"]'),
    _module_rules(
        "lets models know core", '["//app.core", "//app.database.base"', "models: may not", '["//app.database.base"'
    ),
    _module_rules("adds models to the public API", '[root]\ndepends_on = ["models", ', "root: may not", _ROOT),
    _module_rules("gives the root core", '[root]\ndepends_on = ["//app.core", ', "root: may not", _ROOT),
    _module_rules(
        "shows an inside", '["//app.modules.boats", "//app.modules.inv', "may not be seen", '["//app.modules.inv'
    ),
    _module_rules("asks for nothing", "\n", "needs path, depends_on and visibility", 'depends_on = ["//app.kit"]\n'),
    _module_rules("is unchecked", "unchecked = true\npath", "needs path, depends_on and visibility", "path"),
    _module_rules("has interfaces", '[[interfaces]]\nexpose = [".*"]', "and nothing else"),
    _tach_toml("lets core know modules", 'path = "app.core"\ndepends_on = ["app.modules.users", ', "app.core", _CORE),
    _tach_toml("lets the kit know core", 'path = "app.kit"\ndepends_on = ["app.core"', "app.kit", _KIT),
    _tach_toml("looks away under TYPE_CHECKING", "type_checking_imports = true", "is False", _LOOK),
    _tach_toml("allows unknown layers", 'root_module = "ignore"', "ignore", 'root_module = "forbid"'),
    _tach_toml("leaves a module out", 'exclude = ["**/users", ', "**/users", "exclude = ["),
]

_OUTDATED = "src/app/modules/invoices/tach.domain.toml is outdated"
_MODULE, _USES = f"{MODULES}/invoices/module.py", 'uses=("clients",)'
_RULES = [
    Violation("rules that somebody edited", _DOMAIN, '[root]\ndepends_on = ["models", ', _OUTDATED, RULES, _ROOT),
    Violation("rules with a line more", _DOMAIN, "# Mine.", _OUTDATED, RULES),
    Violation("a module that uses another one more", _MODULE, 'uses=("boats", "clients")', _OUTDATED, RULES, _USES),
    Violation("a module that uses one less", _MODULE, "uses=()", _OUTDATED, RULES, _USES),
    Violation("a module that uses none that there is", _MODULE, 'uses=("ships",)', "no such module", RULES, _USES),
    in_invoices("jobs.py", "JOBS = ()", _OUTDATED, RULES, name="a part more"),
    in_invoices("storage.py", "ROOM = 1", _OUTDATED, RULES, name="a part of the module's own"),
    Violation(
        "a module without rules", f"{MODULES}/boats/tach.domain.toml", "", "boats/tach.domain.toml is outdated", RULES
    ),
]

BEYOND_TACH = [*_IMPORTS, *_STRINGS, *_MODULE_RULES, *_RULES]
