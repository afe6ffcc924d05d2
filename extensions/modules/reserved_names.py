"""Names that custom modules cannot have, with their owners.

The names of the standard and its ready-made modules are read from their sources, so no list needs maintenance.
"""

import builtins
import keyword
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from .names import Names, names_of
from .ready_made import NAMES as READY_MADE

KEYWORDS = frozenset(word.lower() for word in [*keyword.kwlist, *keyword.softkwlist])
BUILTINS = frozenset(dir(builtins))
STANDARD_LIBRARY = frozenset(sys.stdlib_module_names)

# Names that every project uses but that are no folder, table or path, and the names in the module template.
PROJECT = frozenset(
    """
    alembic app docs error event invitation job kit main membership migration model module permission procrastinate
    repository role route schema seed service session setting standard superuser tenant test user widget worker
    """.split()
)

# Names that a later release may use: refused for new modules, allowed where a project has them.
AHEAD = frozenset(
    """
    admin api api_token backup billing console credential deploy deployment docs export feature_flag graphql health
    identity_provider import internal invitation live login logout mcp membership metric metrics monitoring oauth
    observability oidc openapi operator outbox passkey password permission ping plugin portal preference privacy profile
    quota ready realtime redoc register report role saml scim search session setting signup sso static status_page
    support_access swagger system telemetry tenant_setting two_factor usage websocket well_known
    """.split()
)

_TEMPLATE = Path(__file__).parents[2] / "template"
_RAW_MATERIAL = "src/app/modules/widgets/"
_NAMED_IN = (
    re.compile(r'^\s+__tablename__ = "(\w+)"', re.M),
    re.compile(r'\bcreate_table\(\s*"(\w+)"'),
    re.compile(r"\bCREATE TABLE (?:IF NOT EXISTS )?(?:\w+\.)?(\w+)", re.I),
    re.compile(r'^    name(?:: ClassVar\[str\])? = "(\w+)\.\w+"', re.M),  # an event's name
    re.compile(r'@job\(\s*name="(\w+)\.'),
    re.compile(r'^    [A-Z_]+ = "(\w+):\w+"', re.M),  # a permission
    re.compile(r'\bprefix="/([\w-]+)'),
)
_PATH = re.compile(r'\.(?:get|post|add_route|add_api_route|mount)\(\s*"/([\w-]+)')
_TABLES_CLASS = re.compile(r"^class (\w+)\([^:]*\bBase\):", re.M)


def owner_of(names: Names, typed: str) -> str:
    """Return the owner of one of these names: "standard", a ready-made module, or "" if the names are free."""
    owners = owners_by_name()
    forms = (typed, names.singular, names.plural, names.class_name)
    found = (owners[form] for form in forms if form in owners)
    return next(found, "standard" if names.table.startswith(("procrastinate_", "alembic_")) else "")


@cache
def owners_by_name() -> Mapping[str, str]:
    """Map folders, tables and their classes, events, jobs, permissions and paths to their owners."""
    found: dict[str, str] = {}
    for file, text in _sources():
        owner = _owner(file)
        for name in [*_folders(file), *_named(file, text)]:
            found.setdefault(name.replace("-", "_"), owner)
    return found


@cache
def plurals(words: frozenset[str]) -> frozenset[str]:
    return frozenset(names_of(word).plural for word in words)


def _sources() -> Iterator[tuple[str, str]]:
    for folder in ("src/app", "migrations"):
        for file in sorted((_TEMPLATE / folder).rglob("*")):
            path = file.relative_to(_TEMPLATE).as_posix()
            is_source = file.suffix in (".py", ".sql") and not path.startswith("migrations/versions/")
            if is_source and "/tests/" not in path and "{" not in path and not path.startswith(_RAW_MATERIAL):
                yield path, file.read_text(encoding="utf-8")


def _owner(path: str) -> str:
    parts = path.split("/")
    ready_made = [part for part in parts[1:4] if part in READY_MADE]
    return ready_made[0] if ready_made else "standard"


def _folders(path: str) -> list[str]:
    """Return the folder's names inside the application, core and the modules."""
    parts = path.split("/")[:-1]
    return [name for depth, name in enumerate(parts) if parts[:depth] in _PARENTS]


_PARENTS = (["src", "app"], ["src", "app", "core"], ["src", "app", "modules"])


def _named(path: str, text: str) -> Iterator[str]:
    """Yield the names that a file defines: routes only in core, where a path has no prefix, and classes of tables.

    SQLAlchemy finds classes by name in one registry for all modules.
    """
    for pattern in [*_NAMED_IN, _TABLES_CLASS, *([] if "/modules/" in path else [_PATH])]:
        yield from pattern.findall(text)
