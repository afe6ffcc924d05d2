"""Test the text of a tach.domain.toml for the parts of a module."""

import tomllib
from typing import Any

from app.kit.import_rules import MAY, domain

PARTS = ("module", "routes", "services", "repositories", "models")


def rules(*parts: str, uses: tuple[str, ...] = (), **imported: set[str]) -> dict[str, Any]:
    """Return what each part may import."""
    found = tomllib.loads(domain("boats", parts, uses, imported))
    return {"root": found["root"]["depends_on"]} | {
        part["path"]: part["depends_on"] for part in found["modules"]
    }


class TestDomain:
    def test_allows_what_the_table_does_of_the_parts_that_there_are(self) -> None:
        found = rules(*PARTS)

        assert found["services"] == ["repositories", "//app.core", "//app.kit"]
        assert found["routes"] == ["services", "//app.core", "//app.kit"]
        assert found["root"] == ["services", "repositories"]

    def test_knows_a_new_part_by_itself(self) -> None:
        assert "errors" in rules(*PARTS, "errors")["services"]

    def test_gives_other_modules_to_services_only(self) -> None:
        found = rules(*PARTS, uses=("clients",))

        users = [part for part, known in found.items() if "//app.modules.clients" in known]
        assert users == ["services"]

    def test_lets_an_own_part_be_imported_in_one_direction(self) -> None:
        above = rules(*PARTS, "storage", storage={"services"})
        below = rules(*PARTS, "storage", services={"storage"})

        assert "services" in above["storage"]
        assert "storage" not in above["services"]
        assert "services" not in below["storage"]
        assert "storage" in below["services"]

    def test_never_lets_an_own_part_import_rows(self) -> None:
        imported = set(MAY)

        found = rules(*PARTS, "storage", storage=imported)["storage"]

        assert found == ["services", "//app.config", "//app.core", "//app.kit"]

    def test_gives_another_version_the_rules_of_its_layer(self) -> None:
        found = rules(*PARTS, "schemas", "routes_v2", "schemas_v2", "schemas_v3")

        assert found["routes_v2"] == [
            "routes",
            "schemas",
            "schemas_v2",
            "schemas_v3",
            "services",
            "//app.core",
            "//app.kit",
        ]
        assert "routes_v2" in found["module"]
        assert found["schemas_v2"] == found["schemas_v3"] == ["schemas", "//app.kit"]
        assert found["schemas"] == ["//app.kit"]
        assert "routes_v2" not in found["routes"]
