"""The packages of app/core import each other in one direction, as the table says.

Tach takes core for one module: with a module for each package, the `//app.core` of every
tach.domain.toml would no longer be enough.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping

from .source import ROOT, File, files, imported, refuse

# Each package, and those that it may import; only packages above it, so there is no circle.
CORE: Mapping[str, frozenset[str]] = {
    package: frozenset(may.split())
    for package, may in {
        "errors": "",
        "observability": "",
        "origin": "",
        "languages": "",
        "templates": "languages",
        "references": "errors",
        "steps": "errors",
        "permissions": "",
        "tenancy": "",
        "log_context": "observability",
        "observation": "observability",
        "security_events": "observability",
        "auth": "languages origin permissions",
        "work": "auth origin",
        "personal_data": "work",
        "counters": "work",
        "etags": "errors work",
        "audit": "auth observability work",
        "cache": "work",
        "acting": "auth errors languages permissions work",
        "limits": "errors origin permissions work",
        "jobs": "auth observability permissions work",
        "events": "auth jobs work",
        "mail": "errors jobs languages limits templates",
        "redis": "limits",
        "runtime": "auth cache errors events jobs limits mail observability permissions"
        " personal_data",
        "suspension": "jobs work",
        "unit_of_work": "acting audit auth cache errors etags events jobs limits mail observability"
        " origin permissions runtime security_events suspension work",
        "module": "auth errors events jobs mail permissions personal_data unit_of_work",
        "export": "runtime",
        "worker": "auth events jobs observability runtime suspension unit_of_work work",
        "operations": "audit events jobs observability unit_of_work worker",
        "http": "auth errors etags jobs languages limits mail module observability origin"
        " permissions references runtime unit_of_work",
        "csv": "counters errors http jobs languages permissions references unit_of_work",
        "tables": "audit auth counters csv events http jobs",
    }.items()
}


def breaches(of: Iterable[File]) -> Iterator[str]:
    """Find imports that the table does not have; packages that it does not name are yours."""
    for file in of:
        if file.parts[0] == "core" and (package := file.parts[1]) in CORE:
            for node, name in imported(file):
                other = _package(name)
                if other not in {None, package, *CORE[package]}:
                    yield (
                        f"{file.at(node)} imports app.core.{other}: core/{package} may import only"
                        f" {', '.join(sorted(CORE[package])) or 'no other package of core'}"
                    )


def _package(name: str) -> str | None:
    """Return the package of core that contains the name, if any."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["app", "core"] and len(parts) > 2 else None


class TestTable:
    def test_leads_in_one_direction(self) -> None:
        above: set[str] = set()
        for package, may in CORE.items():
            assert may <= above, package
            above.add(package)


class TestPackages:
    def test_import_what_the_table_says(self) -> None:
        refuse(breaches(files()))

    def test_are_named_when_they_import_more(self) -> None:
        upwards = "if TYPE_CHECKING:\n    from app.core.unit_of_work import UnitOfWork"
        breach = File(ROOT / "core" / "audit" / "_log.py", ast.parse(upwards))

        (sentence,) = breaches([breach])

        assert "audit/_log.py:2 imports app.core.unit_of_work" in sentence
