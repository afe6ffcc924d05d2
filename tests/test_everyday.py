"""What `make test` of a project leaves out looks at nothing of the client's."""

import re
from collections.abc import Iterator

import pytest

from tools.snapshot import ROOT

TEMPLATE = ROOT / "template"
LIST = TEMPLATE / "tests/support/everyday.py"
LOOKS = re.compile(r"find_modules\(\)|iter_route_contexts\(|app\.routes|router\.routes|Base\.metadata|app\.openapi\(\)")
MODULES = ("api_keys", "audit", "console", "files", "notifications", "tenants", "users", "webhooks")
# Files that name all modules, routes or tables, and look at nothing of the client's: why.
STANDARDS_OWN = {
    "console/tests/test_costs.py": "measures a page, and an app without the console",
    "console/tests/test_log_in.py": "goes through the console's own pages",
    "console/tests/test_platform.py": "goes through the console's pages for superusers",
    "console/tests/test_translation.py": "goes through the console's own pages",
    "tenants/tests/test_lifecycle.py": "starts the app's commands",
    "users/tests/test_emails.py": "loads the models for one table",
    "users/tests/test_pages.py": "compares its pages with its own routes",
    "webhooks/tests/test_slow_endpoints.py": "starts a worker",
    "core/csv/test_routes.py": "adds a module of its own",
    "core/errors/test_openapi.py": "looks at named routes of the standard",
    "core/jobs/test_outage.py": "starts a worker",
    "cli/test_module_pages.py": "`make check` compares the pages of the project",
    "cli/test_openapi.py": "`make check` compares the document of the project",
    "database/test_autogenerate.py": "compares models of its own",
    "database/test_migrations.py": "adopts steps in a copy",
    "database/test_search.py": "makes models of its own",
    "migrations/test_standard_terms.py": "runs a step of the standard",
    "performance/test_conformance.py": "compares the standard's routing with FastAPI's",
    "performance/test_fast_paths.py": "looks for any fast route",
    "performance/test_guards.py": "looks at the routing of the standard's own app",
    "performance/test_unknown_versions.py": "looks at the standard's own routing",
    "test_product_name.py": "reads the document's title",
}


def left_out() -> Iterator[str]:
    """Yield the test files that `make test` leaves out and that look at everything of the project."""
    kept = LIST.read_text(encoding="utf-8")
    folders = [TEMPLATE / "tests/standard", *(TEMPLATE / f"src/app/modules/{name}/tests" for name in MODULES)]
    for file in sorted(each for folder in folders for each in folder.rglob("test_*.py")):
        path = file.relative_to(TEMPLATE).as_posix()
        if f'"{path}"' not in kept and LOOKS.search(file.read_text(encoding="utf-8")):
            yield path.removeprefix("tests/standard/").removeprefix("src/app/modules/")


def test_what_looks_at_everything_is_listed_or_has_a_reason() -> None:
    found = set(left_out())

    assert found - set(STANDARDS_OWN) == set(), f"add it to LOOK_AT_YOURS in {LIST.name}, or say here why not"
    assert set(STANDARDS_OWN) - found == set(), "it is not there any more"


@pytest.mark.parametrize("name", ["find_modules()", "Base.metadata", "app.routes"])
def test_what_looks_at_everything_is_recognised(name: str) -> None:
    assert LOOKS.search(f"for each in {name}:")
