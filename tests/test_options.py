"""Options of a module: what is refused, what the answers keep, and how a module that exists gets or loses one."""

import re
from typing import Any

import pytest

from extensions.modules.answer import as_stored, read
from extensions.modules.changes import changes_between, step_of, words_between
from extensions.modules.changes.change import Change
from extensions.modules.fields import modules_of
from extensions.modules.options import NAMES, Options
from extensions.modules.scaffold import files_of
from extensions.modules.validation import modules_problems

FIELDS = {"fields": {"number": "str(20)"}}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"archive": "yes"}, ": 'archive' is 'yes': write true or false"),
    ({"audit": "maybe"}, ": 'audit' is 'maybe': write true or false"),
    ({"bulk": 0}, ": 'bulk' is 0: write true, false, or the most rows of one request, 1 to 1000"),
    ({"bulk": "many"}, ": 'bulk' is 'many': write true, false, or the most rows of one request, 1 to 1000"),
    ({"csv": "export"}, ": 'csv' is 'export': write true or false"),
    (
        {"csv": True, "only": ["read"]},
        ": 'csv' exports what 'list' has and imports by 'create': add one to 'only', or leave csv out",
    ),
    ({"only": []}, ": 'only' is []: write a list of routes, such as: [list, read]"),
    ({"only": "list, reed"}, ": 'only' names 'reed': use read, or another of list, create, read, change, delete"),
    ({"only": ["restore"]}, ": 'only' names 'restore': use create, or another of list, create, read, change, delete"),
    (
        {"only": ["remove"], "archive": True},
        ": 'only' names 'remove': use restore, or another of list, create, read, change, delete, restore",
    ),
    ({"roles": "admin"}, ": 'roles' is 'admin': write the lowest role that may do something, such as: {delete: admin}"),
    ({"roles": {"delete": "boss"}}, ": 'roles' gives delete to 'boss': use one of viewer, member, admin, owner"),
    ({"roles": {"list": "admin"}}, ": 'roles' names 'list': use some of read, create, change, delete"),
    ({"versions": 1}, ": 'versions' is 1: write true or false"),
    ({"shared": "yes"}, ": 'shared' is 'yes': write true or false"),
    (
        {"shared": True, "audit": True},
        ": 'audit' is a tenant's log, and shared rows have none; what superusers do is in audit_entries: leave it out",
    ),
    (
        {"shared": True, "roles": {"read": "member", "delete": "admin"}},
        ": 'roles' gives 'delete' to admins, but superusers write what all tenants share: leave delete out",
    ),
]


def change(before: dict[str, Any], after: dict[str, Any], services: str = "") -> list[Change]:
    stored = {"invoices": {**FIELDS, **before}}
    found = changes_between(stored, as_stored({"invoices": {**FIELDS, **after}}, stored), {})
    return [each.as_found(services) for each in found]


class TestOption:
    @pytest.mark.parametrize(("options", "sentence"), WRONG)
    def test_is_refused(self, options: dict[str, Any], sentence: str) -> None:
        described = {"invoices": {**FIELDS, **options}}

        assert modules_problems(described) == [f"invoices{sentence}"]
        assert modules_problems(described, stored={"invoices": FIELDS}) == [f"invoices{sentence}"]

    def test_is_suggested(self) -> None:
        assert modules_problems({"orders": {"audits": True}}) == [
            "'orders' says 'audits', which means nothing here: write 'audit'"
        ]

    def test_each_has_an_example_of_a_mistake(self) -> None:
        assert {name for options, _ in WRONG for name in options} == set(NAMES)

    def test_belongs_to_a_module_without_described_fields_too(self) -> None:
        described = {"boats": {"audit": False}, "people": None}

        assert modules_problems(described) == []
        assert [module.options for module in modules_of(read(described))] == [Options(audit=False), Options()]


class TestAnswer:
    @pytest.mark.parametrize("again", ["boats, people", ["boats", "people"], {"boat": None, "people": None}])
    def test_that_names_modules_only_keeps_their_options(self, again: object) -> None:
        stored = {"boats": {"audit": False}, "people": None}

        modules = modules_of(read(as_stored(again, stored)))

        assert {module.names.package: module.options.audit for module in modules} == {"boats": False, "people": True}

    def test_keeps_the_options_that_are_left_out(self) -> None:
        stored = {"invoices": {**FIELDS, "audit": False}}

        assert as_stored({"invoices": {"versions": False}}, stored) == {
            "invoices": {**FIELDS, "audit": False, "versions": False}
        }


class TestSteps:
    def test_are_routes_and_permissions_too(self) -> None:
        fields = {"fields": {"number": "int", "status": "enum(draft -> sent)"}}
        described = {"invoices": {**fields, "only": ["list", "mark_sent"], "roles": {"mark_sent": "admin"}}}

        assert modules_problems(described) == []
        files = dict(files_of(modules_of(read(described))[0]))
        assert re.findall(r"async def (\w+)", files["routes.py"]) == ["list_all", "mark_sent"]
        assert "InvoicePermission.MARK_SENT: Role.ADMIN," in files["module.py"]


class TestChange:
    """A description that does not mention an option means what the module's files show."""

    def test_takes_away_what_the_module_has(self) -> None:
        [found] = change({}, {"audit": False}, services="work.audit(")

        assert found.said == ["invoices: audit: true → audit: false"]
        assert step_of(found) is None

    def test_gives_what_a_module_of_an_older_release_has_not(self) -> None:
        [found] = change({}, {"audit": True})

        assert found.said == ["invoices: audit: false → audit: true"]

    def test_gives_nothing_twice(self) -> None:
        [found] = change({}, {"audit": True, "versions": True}, services="work.audit( work.set_etag(")

        assert found.before == found.after

    def test_of_a_field_leaves_an_older_module_as_it_is(self) -> None:
        [found] = change({}, {"fields": {"number": "str(40)"}})

        texts = [dict(files_of(module))["services.py"] for module in (found.before, found.after)]
        assert not any(call in text for call in ("audit", "etag", "if_match") for text in texts)

    def test_to_archive_makes_values_unique_among_living_rows(self) -> None:
        stored = {"invoices": {"fields": {"number": "str(20) unique"}}}
        [found] = changes_between(stored, {"invoices": {**stored["invoices"], "archive": True}}, {})

        step = step_of(found)

        assert step is not None
        assert step.name == "archive_rows"
        calls = re.findall(r"^    (\w+)\(", step.text, re.MULTILINE)
        up = ["add_column", "drop_unique", "add_unique_among_living", "add_index"]
        down = ["drop_index", "drop_unique_among_living", "add_unique", "drop_column"]
        assert calls == up + down

    def test_to_archive_keeps_what_values_are_unique_with(self) -> None:
        stored = {"invoices": {"fields": {"year": "int", "number": "str(20) unique with year"}}}
        [found] = changes_between(stored, {"invoices": {**stored["invoices"], "archive": True}}, {})

        step = step_of(found)

        assert step is not None
        calls = re.findall(r"^    (\w*unique\w*)\(([^)]*)\)", step.text, re.MULTILINE)
        up = ["drop_unique", "add_unique_among_living"]
        down = ["drop_unique_among_living", "add_unique"]
        assert [name for name, _ in calls] == up + down
        assert {" ".join(arguments.split()) for _, arguments in calls} == {'"invoices", "number", "year",'}

    @pytest.mark.parametrize("archive", [{}, {"archive": True}])
    @pytest.mark.parametrize(
        "fields",
        [{"code": "str(20) unique with year was number"}, {"age": "int was year", "number": "str(20) unique with age"}],
    )
    def test_of_names_renames_what_is_unique_with(self, archive: dict[str, Any], fields: dict[str, str]) -> None:
        stored = {"invoices": {"fields": {"year": "int", "number": "str(20) unique with year"}, **archive}}
        given = {"invoices": {"fields": fields}}
        [found] = changes_between(stored, as_stored(given, stored), words_between(stored, given))

        step = step_of(found)

        assert step is not None
        assert re.findall(r"^    (\w+)\(", step.text, re.MULTILINE) == ["rename_column", "rename_column"]

    def test_from_archive_is_refused(self) -> None:
        stored = {"invoices": {**FIELDS, "archive": True}}

        assert modules_problems({"invoices": {"archive": False}}, stored=stored) == [
            "invoices: 'archive' cannot be false any more: archived rows would live again; leave it as it is"
        ]

    def test_to_archive_needs_its_names(self) -> None:
        stored = {"invoices": {"fields": {"archived": "bool"}}}

        assert modules_problems({"invoices": {"archive": True}}, stored=stored) == [
            "invoices.archived: the option archive needs the name archived: use another name"
        ]

    def test_is_no_change_if_the_description_says_it_again(self) -> None:
        assert change({"audit": False}, {"audit": False}) == []
