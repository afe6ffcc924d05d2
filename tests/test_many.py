"""Lists of rows that belong to a row: what they mean, what is refused, and how they change."""

from collections.abc import Mapping
from typing import Any

import pytest

from extensions.modules.answer import as_stored, decided, read
from extensions.modules.changes import changes_between, step_of, words_between
from extensions.modules.fields import Module, modules_of
from extensions.modules.validation import modules_problems
from tests.descriptions import accepted
from tests.rendered import files_of

PRODUCTS = {"products": {"fields": {"name": "str"}}}
LINES = {"many": {"title": "str(80)", "quantity": "int >= 1"}, "rows": "1..50"}
OF_ITS_OWN = "describe a module of its own"
WRONG: dict[str, tuple[Any, str]] = {
    "says many of what": (
        "many invoice_lines",
        "'many' is followed by the fields of its rows: write {many: {title: str(80)}, rows: 0..50}",
    ),
    "has no fields": ({"many": None}, "'many' names no field: write {many: {title: str(80)}}"),
    "has other words": (
        {**LINES, "limit": 3},
        "'limit' means nothing here: beside 'many' there is 'rows' only, such as rows: 1..50",
    ),
    "has a number of rows": (
        {**LINES, "rows": 50},
        "rows: 50 cannot be read: write rows: 1..50, rows: ..50 or rows: 1..",
    ),
    "has rows the wrong way": (
        {**LINES, "rows": "9..3"},
        "rows: 9..3 cannot be: use up to 1000 rows, the smaller number first",
    ),
    "has a list of its own": (
        {"many": {"notes": {"many": {"text": "text"}}}},
        f"notes: rows in a list have no list of their own: {OF_ITS_OWN}, with a ref to this one 'on delete cascade'",
    ),
    "has refs": (
        {"many": {"products": "refs products"}},
        f"products: rows in a list have no list of their own: {OF_ITS_OWN}, with a ref to this one 'on delete cascade'",
    ),
    "is unique": (
        {"many": {"code": "str unique"}},
        "code: rows in a list are not compared with others: leave unique out",
    ),
    "is searched": (
        {"many": {"code": "str search"}},
        "code: rows in a list are read with their row, not looked for: leave search out",
    ),
    "has an index": (
        {"many": {"code": "str index"}},
        "code: rows in a list are read with their row, not looked for: leave index out",
    ),
    "has steps": (
        {"many": {"state": "enum(a -> b)"}},
        f"state: rows in a list have no steps and no numbers: {OF_ITS_OWN}",
    ),
    "has a member": (
        {"many": {"owner": "ref users"}},
        f"owner: members are looked up for a row, not for each in its list: {OF_ITS_OWN}",
    ),
    "is computed": (
        {"many": {"day": "date = today"}},
        "day: what clients leave out in a list is no '= today': leave the default out",
    ),
    "has the column of its order": (
        {"many": {"position": "int"}},
        "position: the table has position already: use another name",
    ),
    "has the column of its row": (
        {"many": {"invoice": "ref products"}},
        "invoice: the table has invoice_id already: use another name",
    ),
    "has a wrong field": ({"many": {"code": "strr"}}, "code: 'strr' is no type: use str, or another of "),
    "has a wrong name": ({"many": {"type": "str"}}, "type: this would hide Python's own type: use another name"),
    "has a wrong comparison": (
        {"many": {"a": "int > b"}},
        "a: there is no other field 'b' to compare with: use one of those that you add",
    ),
}


def refused(lists: Mapping[str, Any], **more: Any) -> list[str]:
    return modules_problems({**PRODUCTS, **more, "invoices": {"fields": {"number": "str", **lists}}})


class TestMany:
    @pytest.mark.parametrize("case", WRONG)
    def test_is_refused(self, case: str) -> None:
        said, sentence = WRONG[case]

        [found] = refused({"lines": said})

        assert found.startswith(f"invoices.lines: {sentence}")

    def test_is_refused_alone(self) -> None:
        assert modules_problems({"invoices": {"fields": {"lines": LINES}}}) == [
            "invoices: it has lists only: add a field of its own, such as `title: str(120)`"
        ]

    @pytest.mark.parametrize(
        ("lists", "more", "sentence"),
        [
            (
                {"lines": LINES},
                {"invoice_lines": {"fields": {"title": "str"}}},
                "invoices.lines: its table invoice_lines is that of invoice_lines too: rename one of the two",
            ),
            (
                {"lines": LINES},
                {"invoice_line": {"plural": "of_invoices", "fields": {"title": "str"}}},
                "invoices.lines: its class InvoiceLine is that of of_invoices too: rename one of the two",
            ),
            (
                {"line": LINES, "lines": LINES},
                {},
                "invoices.line: its class InvoiceLine is that of invoices.lines too: rename one of the two",
            ),
            (
                {"product_ids": LINES, "products": "refs products"},
                {},
                "invoices.product_ids: a list of refs gives this name too: rename one of them",
            ),
            (
                {"client_id": LINES, "client": "ref products"},
                {},
                "invoices.client_id: there is a column client_id too: rename one of them",
            ),
            (
                {"positions_of_this_very_long_list": LINES},
                {},
                "invoices.positions_of_this_very_long_list: the names of its table"
                " invoice_positions_of_this_very_long_list would be too long: use a name that is 4 shorter",
            ),
        ],
    )
    def test_is_refused_beside_others(self, lists: Any, more: Any, sentence: str) -> None:
        assert refused(lists, **more) == [sentence]

    def test_is_refused_where_a_new_module_takes_its_name(self) -> None:
        stored = {"invoices": {"fields": {"number": "str", "lines": LINES}}}
        described = {**stored, "invoice_lines": {"fields": {"title": "str"}}}

        assert modules_problems(described, stored=stored) == [
            "invoice_lines: its table invoice_lines is that of invoices.lines too: rename one of the two"
        ]

    def test_has_names_by_its_singular(self) -> None:
        [_, invoices] = _modules({"lines": LINES})
        [many] = invoices.many

        assert (many.table, many.names.class_name, many.own_column) == ("invoice_lines", "InvoiceLine", "invoice_id")
        assert (many.fewest, many.most) == (1, 50)
        assert Module.from_json(invoices.to_json()) == invoices

    def test_refers_to_other_modules(self) -> None:
        lines = {"many": {"product": "ref products"}}
        [_, invoices] = _modules({"lines": lines})

        assert invoices.uses == ["products"]
        circle = {"products": {"fields": {"name": "str", "invoice": "ref invoices"}}}
        [sentence] = refused({"lines": lines}, **circle)
        assert "refer to each other in a circle" in sentence

    def test_has_a_class_for_each_moment(self) -> None:
        schemas = _files({"lines": LINES})["schemas.py"]

        for name in (
            "InvoiceLineCreate(OwnedSchema)",
            "InvoiceLineChange(InvoiceLineCreate)",
            "InvoiceLineRead(Schema)",
        ):
            assert f"class {name}:" in schemas

    def test_types_of_its_fields_hide_no_others(self) -> None:
        fields = {"line_title": "str(9)", "title": "str(9)", "lines": LINES, "line_titles": {"many": {"a": "str(9)"}}}
        schemas = _files(fields)["schemas.py"]

        defined = [line.split(" ")[0] for line in schemas.splitlines() if " = Annotated[" in line]
        assert len(defined) == len({*defined})


STORED = {**PRODUCTS, "invoices": {"fields": {"number": "str", "old": "str?", "lines": LINES}}}


def described(**fields: Any) -> dict[str, Any]:
    return {**PRODUCTS, "invoices": {"fields": fields}}


def step_for(**fields: Any) -> str:
    given = described(**fields)
    assert modules_problems(given, stored=STORED) == []
    [change] = changes_between(STORED, as_stored(given, STORED), words_between(STORED, given))
    step = step_of(change)
    return step.text if step else ""


def many(**fields: str) -> dict[str, Any]:
    return {"many": fields}


class TestChange:
    def test_adds_a_table(self) -> None:
        text = step_for(parts=many(name="str(9)", product="ref products?", state="enum(a, b)"))

        assert '"""Invoices: add parts."""' in text
        assert '    add_owned_rows(\n        "invoice_parts",\n        "invoice_id",\n        "invoices",\n' in text
        assert '    add_known_values(\n        "invoice_parts",\n        "state",' in text
        assert '    add_reference(\n        "invoice_parts",\n        "product_id",' in text
        assert '    drop_owned_rows(\n        "invoice_parts",\n    )' in text

    def test_drops_one(self) -> None:
        text = step_for(lines="drop")

        assert '"""Invoices: drop lines."""' in text
        assert "# allow ban-drop-table: " in text
        assert text.index("    drop_owned_rows(") < text.index("    add_owned_rows(")

    def test_changes_its_fields_as_those_of_a_module(self) -> None:
        text = step_for(
            lines=many(
                name="str(90) was title", quantity="int >= 0", vat="int = 19", note="text?", product="ref products?"
            )
        )

        assert '"""Invoices: change lines."""' in text
        assert '    rename_column(\n        "invoice_lines",\n        "title",\n        "name",' in text
        assert '    change_type(\n        "invoice_lines",\n        "name",' in text
        assert 'server_default="19"' in text
        assert '    add_allowed(\n        "invoice_lines",\n        "quantity",\n        "quantity >= 0",' in text

    def test_of_the_limits_needs_no_step(self) -> None:
        assert step_for(lines={"many": {}, "rows": "0..80"}) == ""

    def test_keeps_fields_that_are_left_out(self) -> None:
        given = described(lines=many(note="text?", quantity="drop"))
        stored: Any = as_stored(given, STORED)

        assert stored["invoices"]["fields"]["lines"] == {"many": {"title": "str(80)", "note": "text?"}, "rows": "1..50"}

    def test_keeps_the_order_of_the_modules_own_tables(self) -> None:
        """The answers file sorts fields by name, and so do both sides that are compared."""
        stored = {**PRODUCTS, "invoices": {"fields": {"a": "int", "b": LINES, "c": LINES}}}
        given = described(b=many(note="text?"))
        [change] = changes_between(stored, as_stored(given, stored), words_between(stored, given))
        columns = ["quantity", "title"]

        ordered = change.in_order({"invoice_c": columns, "invoice_b": columns, "invoices": ["a"]})

        assert [each.name for each in ordered.before.many] == [each.name for each in ordered.after.many] == ["c", "b"]
        assert [field.name for field in ordered.before.many[1].fields] == ["quantity", "title"]
        assert [field.name for field in ordered.after.many[1].fields] == ["quantity", "note", "title"]

    def test_says_what_will_be_done(self) -> None:
        given = described(lines={**many(note="text?", quantity="drop"), "rows": "..9"}, parts=many(a="int"))
        [change] = changes_between(STORED, as_stored(given, STORED), words_between(STORED, given))

        assert change.said == [
            "invoices.parts: new, many, rows: 0..100",
            "invoices.lines.note: new, text?",
            "invoices.lines.quantity: dropped, with its column and its values",
            "invoices.lines: rows: 1..50 → 0..9",
        ]

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"old": LINES}, "old: str(255)? cannot become a list of rows in place: use another name"),
            ({"lines": "str?"}, "lines: a list of rows cannot become something else in place: use another name"),
            (
                {"lines": "refs products"},
                "lines: a list of rows cannot become something else in place: use another name",
            ),
            (
                {"lines_of_it": "str? was lines"},
                "lines_of_it: a list of rows cannot be renamed: keep the name, or drop lines and add another",
            ),
            (
                {"lines": many(vat="int")},
                "lines.vat: rows that are there need a value: write backfill VALUE or backfill (SQL) after the type,"
                " a default, or ? after 'int'",
            ),
            (
                {"lines": many(name="str was titel")},
                "lines.name: there is no field 'titel' to rename: use title, or another of title, quantity",
            ),
        ],
    )
    def test_that_the_table_does_not_allow_is_refused(self, fields: dict[str, Any], sentence: str) -> None:
        assert modules_problems(described(**fields), stored=STORED) == [f"invoices.{sentence}"]


def _modules(lists: Mapping[str, Any]) -> list[Module]:
    answer = accepted({**PRODUCTS, "invoices": {"fields": {"number": "str", **lists}}})
    return sorted(modules_of(decided(read(answer), None)), key=lambda module: module.names.package, reverse=True)


def _files(lists: Mapping[str, Any]) -> dict[str, str]:
    [_, invoices] = _modules(lists)
    return dict(files_of(invoices))
