"""Modules whose rows all tenants share: what is refused, what is generated, and how they change."""

import re
from typing import Any

import pytest

from extensions.modules.answer import as_stored, read
from extensions.modules.changes import changes_between, step_of, words_between
from extensions.modules.fields import modules_of
from extensions.modules.options import DEFAULT, read_options
from extensions.modules.validation import modules_problems
from tests.rendered import files_of

COUNTRIES = {"fields": {"code": "country unique", "email": "email? unique", "name": "str(80) index"}, "shared": True}
PEOPLE = {"fields": {"name": "str"}}

WRONG = {
    "person: ref people": "a row that all tenants share refers to shared rows only, and people are not: leave it out",
    "owner: ref users": "a row that all tenants share refers to shared rows only, and users are not: leave it out",
    "flag: ref files?": "a row that all tenants share refers to shared rows only, and files are not: leave it out",
    'number: number("{n}")': "a number is counted for each tenant: use int unique",
    "status: enum(old -> new)": "steps are for members of a tenant: separate the values by commas",
    "title: str search": "the words of a row belong to a tenant: leave search out",
    "title: str private": "all tenants read the row: leave private out",
    "people: refs people": "a list of refs is for rows of a tenant: describe a shared module of its own for it",
}


def problems(described: dict[str, Any], **stored: Any) -> list[str]:
    return modules_problems(described, ready_made=["files"], stored=stored or None)


class TestShared:
    @pytest.mark.parametrize(("line", "sentence"), WRONG.items())
    def test_refuses(self, line: str, sentence: str) -> None:
        name, _, said = line.partition(": ")
        countries = {**COUNTRIES, "fields": {**COUNTRIES["fields"], name: said}}  # type: ignore[dict-item]  # a dict

        assert problems({"people": PEOPLE, "countries": countries}) == [f"countries.{name}: {sentence}"]

    @pytest.mark.parametrize("option", ["archive", "audit", "bulk", "csv", "versions"])
    def test_refuses_options_of_tenants(self, option: str) -> None:
        [found] = problems({"countries": {**COUNTRIES, option: True}})

        assert found.startswith(f"countries: '{option}' ")
        assert found.endswith("leave it out")

    def test_has_nothing_that_is_a_tenants(self) -> None:
        files = _files("countries")

        assert not re.search("tenant_id|TenantMixin|protect\\(|audit\\(|etag", "".join(files.values()))
        assert 'grant_shared("countries")' in files["migrations/s0001_create.py"]
        assert files["permissions.py"].count(" = ") == 1
        assert files["routes.py"].count("@superuser") == 3

    def test_has_routes_for_reading_only_if_told_so(self) -> None:
        routes = _files("countries", only=["list", "read"])["routes.py"]

        assert "superuser" not in routes
        assert routes.count("@router.") == 2

    def test_has_constraints_that_are_called_as_in_its_migration(self) -> None:
        """`alembic check` compares them in tests/test_projects.py."""
        files = _files("countries")

        assert 'unique_ignoring_case("countries", "email"),' in files["models.py"]
        assert '"uq_countries_lower_email",' in files["migrations/s0001_create.py"]
        assert 'sa.Index(None, "name", "id"),' in files["models.py"]
        assert '"ix_countries_name_id",' in files["migrations/s0001_create.py"]

    def test_of_other_modules_are_as_they_were(self) -> None:
        assert read_options({}) == read_options({"shared": False}) == DEFAULT


class TestReference:
    def test_is_a_plain_foreign_key(self) -> None:
        files = _files("cities")

        assert 'shared_foreign_key("countries"),' in files["models.py"]
        assert '["countries.id"],' in files["migrations/s0001_create.py"]
        assert '"ix_cities_tenant_id_country_id_id",' in files["migrations/s0001_create.py"]

    @pytest.mark.parametrize("rule", ["cascade", "set null"])
    def test_keeps_the_shared_row(self, rule: str) -> None:
        cities = {"fields": {"country": f"ref countries? on delete {rule}"}}

        assert problems({"countries": COUNTRIES, "cities": cities}) == [
            "cities.country: the rows of countries are kept while any tenant refers to them: leave 'on delete' out"
        ]

    def test_is_refused_as_a_list(self) -> None:
        cities = {"fields": {"name": "str", "countries": "refs countries"}}

        assert problems({"countries": COUNTRIES, "cities": cities}) == [
            "cities.countries: all tenants share the rows of countries, so that a list cannot hold them: describe a"
            " module of its own, such as cities_countries: {fields: {city: ref cities, country: ref countries unique"
            " with city}}"
        ]


class TestChange:
    def test_of_whose_rows_they_are_is_refused(self) -> None:
        for before, after, whose in ((True, False, "all tenants"), (False, True, "tenants")):
            stored = {"fields": COUNTRIES["fields"], "shared": before}

            assert problems({"countries": {"shared": after}}, countries=stored) == [
                f"countries: 'shared' cannot change, for its rows belong to {whose}: leave it as it is, or describe"
                " another module"
            ]

    def test_has_steps_without_a_tenant(self) -> None:
        text = _step({"countries": {"fields": {"name": "str(80) unique", "capital": "str(80) index backfill (name)"}}})

        assert re.findall(r"^    (\w+)\(", text, re.MULTILINE)[:5] == [
            "drop_shared_index",
            "add_column",
            "fill_shared",
            "require",
            "add_shared_unique",
        ]

    def test_adds_a_reference(self) -> None:
        text = _step({"people": {"fields": {"country": "ref countries?"}}})

        assert 'add_shared_reference(\n        "people",\n        "country_id",\n        "countries",\n' in text
        assert "add_index(" in text


def _files(package: str, **options: Any) -> dict[str, str]:
    described = {
        "countries": {**COUNTRIES, **options},
        "cities": {"fields": {"name": "str", "country": "ref countries"}},
    }
    assert problems(described) == []
    (module,) = (each for each in modules_of(read(described)) if each.names.package == package)
    return dict(files_of(module))


def _step(given: dict[str, Any]) -> str:
    stored = {"countries": COUNTRIES, "people": PEOPLE}
    after = as_stored({**dict.fromkeys(stored), **given}, stored)
    [change] = changes_between(stored, after, words_between(stored, {**dict.fromkeys(stored), **given}))
    step = step_of(change)
    return step.text if step else ""
