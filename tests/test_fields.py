"""Every message about a wrong field names the module and the field, and says what to write."""

from typing import Any

import pytest

from extensions.modules import validation
from extensions.modules.answer import read
from extensions.modules.fields import Module, in_order, modules_of
from extensions.modules.fields.field import Field
from extensions.modules.fields.reading import read_field
from extensions.modules.names import Names
from tests.answers import ANSWER_SETS
from tests.descriptions import MODULES, description

TYPES = "str(n), text, int, decimal(p, s), bool, date, datetime, uuid, email, url, json, enum(a, b), ref module"
AFTER = "after a type come ?, unique, index, on delete restrict|cascade|set null (of a ref), = default"

WRONG = {
    "total: money": f"'money' is no type: use one of {TYPES}",
    "total: decimals(3, 2)": f"'decimals' is no type: use decimal(12, 2), or another of {TYPES}",
    "total: [12]": f"[12] is no description: write a type, one of {TYPES}",
    "total: ''": f"'' is no description: write a type, one of {TYPES}",
    "total: decimal": "a decimal says how many digits it has and how many of them after the point: decimal(12, 2)",
    "total: decimal(2, 3)": ("decimal(2, 3) cannot be: use 1 to 38 digits, and no more of them after the point"),
    "total: decimal(a, 3)": "'a' in decimal(p, s) is no number: write for example decimal(12, 2)",
    "total: int(3)": "int takes nothing in brackets: write int alone",
    "total: int unqiue": f"'unqiue' means nothing here: {AFTER}",
    "total: int index ?": "'?' stands right after the type: write the type, then ?, then the rest",
    "total: int on delete cascade": "'on delete' belongs to a ref: leave it out",
    "total: int = many": "the default 'many' is no int: give one that is, or none",
    "total: int = 2147483648": "the default '2147483648' is no int: give one that is, or none",
    "total: int? = 1": "with '= 1' it is never left empty: leave out the ? or the default",
    "total: int unique = 1": "only one row could have the default: leave out unique or '= 1'",
    "total: decimal(3, 2) = 12.5": "the default '12.5' is no decimal(3, 2): give one that is, or none",
    "total: decimal(3, 2) = 1.234": "the default '1.234' is no decimal(3, 2): give one that is, or none",
    "paid: bool = perhaps": "the default 'perhaps' is no bool: give one that is, or none",
    "paid: bool unique": "bool cannot be unique: leave it out",
    "paid_on: date = today": "date takes no default: leave '= today' out",
    "status: enum": "an enum lists its values: enum(draft, sent)",
    "status: enum(a, a)": "an enum has one of its values twice: leave one out",
    "status: enum(Draft)": (
        "the value 'Draft' of an enum cannot be: use a-z, 0-9 and _, up to 40 characters, such as: draft"
    ),
    "rating: enum(G, PG-13)": (
        "the value 'G' of an enum cannot be: use a-z, 0-9 and _, up to 40 characters, such as: g"
    ),
    "rating: enum(g, PG-13)": (
        "the value 'PG-13' of an enum cannot be: use a-z, 0-9 and _, up to 40 characters, such as: pg_13"
    ),
    "status: enum(draft) = sent": "the default 'sent' is no value of enum(draft): give one that is, or none",
    "status: enum(a -> a)": "'a' cannot follow itself: leave this step out",
    "status: enum(a -> b)?": "with steps it always has a value: leave out the ?",
    "status: enum(a -> )": "the value '' of an enum cannot be: use a-z, 0-9 and _, up to 40 characters",
    "status: enum(a -> b | B)": (
        "the value 'B' of an enum cannot be: use a-z, 0-9 and _, up to 40 characters, such as: b"
    ),
    "status: enum(a -> b, c -> d)": "no steps lead from 'a' to 'c': write one, such as: a -> c",
    "status: enum(a -> b, c)": "no steps lead from 'a' to 'c': write one, such as: a -> c",
    "status: enum(a -> b) = b": "no steps lead from 'b' to 'a': write one, such as: b -> a",
    "status: enum(a -> b) = c": "the default 'c' is no value of enum(a -> b): give one that is, or none",
    "status: enum(a -> changed)": "every module has an event 'changed' already: use another word for this step",
    "status: enum(a -> read)": "the module's own files use 'read' already: use another word for this step",
    "status: enum(a -> abcdefghijklmnopqrstuvwxyz)": (
        "the step 'abcdefghijklmnopqrstuvwxyz' has 26 characters: use at most 25"
    ),
    "label: str(0)": "str(0) cannot be: use 1 to 10000 characters, or text",
    "label: str(600) unique": "str(600) is too long for an index: use at most str(500)",
    "label: str(3) = long": "the default 'long' is no str(3): give one that is, or none",
    "notes: text index": "text cannot have an index: leave it out",
    "data: json unique": "json cannot be unique: leave it out",
    "client: ref": "'ref' does not say to what: write the module's name, such as: ref users",
    "client: ref clients": "there is no module 'clients' to refer to: add it, or use one of invoices, users",
    "tenant: ref tenants": "every row belongs to a tenant already: leave it out",
    "parent: ref invoices": "the first row has none to refer to: write ? after the module's name",
    "owner: ref users on delete set null": (
        "'on delete set null' leaves it empty, which it may not be: write ? after the module's name"
    ),
    "owner_id: ref users": "a ref gets its _id by itself: use another name, such as owner",
    "id: uuid": "every row has id already: leave it out, or use another name, such as invoice_id",
    "tenant_id: uuid": "every row has tenant_id already: leave it out, or use another name, such as invoice_tenant_id",
    "updated_at: date": (
        "every row has updated_at already: leave it out, or use another name, such as invoice_updated_at"
    ),
    "class: str": "this is a word of Python itself: use another name, such as invoice_class",
    "order: int": "this is a word of SQL: use another name, such as invoice_order",
    "type: str": "this would hide Python's own type: use another name, such as invoice_type",
    "metadata: json": (
        "this would hide something that every model or schema has: use another name, such as invoice_metadata"
    ),
    "model_name: str": (
        "this would hide something that every model or schema has: use another name, such as invoice_model_name"
    ),
    "invoice: str": "the module's own files use this name already: use another name, such as invoice_invoice",
    "dt: date": "the module's own files use this name already: use another name, such as invoice_dt",
    "cursor: str": "the module's own files use this name already: use another name, such as invoice_cursor",
    "Total: int": "this cannot be a field's name: start with a letter a-z, then use a-z, 0-9 and single _",
    "to__tal: int": "this cannot be a field's name: start with a letter a-z, then use a-z, 0-9 and single _",
    "x" * 41 + ": int": "this name has 41 characters: use at most 40",
}


def refused(described: Any, **known: Any) -> list[str]:
    return validation.modules_problems(described, **known)


class TestField:
    @pytest.mark.parametrize(("line", "sentence"), WRONG.items())
    def test_is_refused(self, line: str, sentence: str) -> None:
        name, _, text = line.partition(": ")
        said: Any = {"[12]": [12], "''": ""}.get(text, text)

        assert refused({"invoices": {"fields": {name: said}}}) == [f"invoices.{name}: {sentence}"]

    def test_is_refused_when_yaml_read_its_name_as_something_else(self) -> None:
        assert refused({"invoices": {"fields": {True: "date"}}}) == [
            "invoices.True: YAML reads this name as True: put it in quotes, or use another"
        ]

    def test_is_refused_when_yaml_cut_it_at_a_comma(self) -> None:
        assert refused({"invoices": {"fields": {"total": "decimal(12"}}}) == [
            "invoices.total: 'decimal(12' has a bracket that is not closed: inside {…} put the description in quotes"
        ]

    @pytest.mark.parametrize("fields", [None, {}, [], "number: str", ["number"]])
    def test_is_missing(self, fields: object) -> None:
        assert refused({"invoices": {"fields": fields}}) == [
            "invoices: 'fields' names no field: write one a line, such as `title: str(120)`, or leave 'fields' out"
        ]

    def test_is_refused_when_its_constraint_has_too_long_a_name(self) -> None:
        name = "date_of_the_very_first_examination"

        assert refused({"veterinary_treatment_records": {"fields": {name: "date"}}}) == [
            f"veterinary_treatment_records.{name}: PostgreSQL allows 63 characters for a name,"
            " its constraint would have 79: use a name that is 16 shorter"
        ]

    @pytest.mark.parametrize(
        "fields",
        [{"client": "ref users", "client_id": "uuid"}, {"line_1": "int", "line1": "int"}],
    )
    def test_is_refused_when_another_is_the_same(self, fields: dict[str, str]) -> None:
        (sentence,) = refused({"invoices": {"fields": fields}})

        assert sentence.endswith("rename one of them")

    def test_is_refused_when_another_module_has_its_error(self) -> None:
        described = {
            "clients": {"fields": {"service_code": "str unique", "name": "str"}},
            "client_services": {"fields": {"code": "str unique"}},
        }
        sentence = "its error ClientServiceCodeTaken is that of clients.service_code too: use another name for one"

        assert validation.modules_problems(described) == [f"client_services.code: {sentence} of the two"]
        assert validation.modules_problems(described, stored=described) == []
        renamed = {**described, "client_services": {"fields": {"number": "str unique"}}}
        assert validation.modules_problems(renamed) == []

    def test_has_a_step_of_another_one(self) -> None:
        assert refused({"invoices": {"fields": {"number": "int", "a": "enum(x -> y)", "b": "enum(z -> y)"}}}) == [
            "invoices.b: a has a step 'y' too: use another word for one of the two"
        ]

    def test_is_set_by_the_module_as_all_others(self) -> None:
        assert refused({"invoices": {"fields": {"status": "enum(draft -> sent)"}}}) == [
            "invoices: each of its fields is set by the module itself: add one that clients give, such as"
            " `title: str(120)`"
        ]

    def test_names_every_problem(self) -> None:
        assert len(refused({"invoices": {"fields": {"total": "money", "type": "str", "notes": "text"}}})) == 2

    def test_is_one_of_too_many(self) -> None:
        fields = {f"field_{number}_of": "int" for number in range(61)}

        assert refused({"invoices": {"fields": fields}}) == [
            "invoices has 61 fields: use at most 60, and make two modules of it"
        ]


class TestReferences:
    def test_understand_both_forms_and_modules_of_the_project(self) -> None:
        described = {"invoices": {"fields": {"client": "ref client", "status": "ref statuses?"}}}

        assert refused({"clients": None, "status": {"plural": "statuses"}, **described}) == []

    def test_understand_files_if_they_are_chosen(self) -> None:
        described = {"invoices": {"fields": {"scan": "ref files"}}}

        assert refused(described, ready_made=["files"]) == []
        assert refused(described) == [
            "invoices.scan: files is a ready-made module that is not chosen: add it to `modules`"
        ]

    @pytest.mark.parametrize(
        ("module", "sentence"),
        [
            ("notifications", "a notification is its reader's, and goes after a while: refer to users"),
            ("webhooks", "its rows are settings, which come and go: leave it out"),
        ],
    )
    def test_do_not_understand_others_that_come_ready(self, module: str, sentence: str) -> None:
        described = {"invoices": {"fields": {"origin": f"ref {module}"}}}

        assert refused(described, ready_made=[module]) == [f"invoices.origin: {sentence}"]

    def test_go_in_no_circle(self) -> None:
        described = {
            "clients": {"fields": {"invoice": "ref invoices?"}},
            "invoices": {"fields": {"project": "ref projects"}},
            "projects": {"fields": {"client": "ref clients"}},
        }

        (sentence,) = refused(described)

        module, _, rest = sentence.partition(".")
        assert module in described
        assert rest.endswith(" refer to each other in a circle: leave one of the refs out, or make them one module")

    def test_decide_the_order(self) -> None:
        described = {
            "invoices": {"fields": {"client": "ref clients"}},
            "assets": {"fields": {"invoice": "ref invoices?", "parent": "ref assets?"}},
            "clients": None,
            "boats": None,
        }

        ordered = in_order(modules_of(read(described)))

        assert [module.names.package for module in ordered] == ["boats", "clients", "invoices", "assets"]


class TestStored:
    def test_is_never_refused(self) -> None:
        """A stored answer stays valid even if a later release would refuse it, because the module exists."""
        stored = {"invoices": {"fields": {"type": "money"}}, "people": {"fields": {"name": "str", "id": "nothing"}}}

        assert refused({**stored, "boats": None}, stored=stored) == []

    def test_may_be_referred_to(self) -> None:
        described = {"people": None, "boats": {"fields": {"skipper": "ref people"}}}

        assert refused(described, stored="people") == []

    def test_is_read_as_far_as_it_can_be(self) -> None:
        described = {"people": {"fields": {"name": "str", "id": "nothing"}}}

        (module,) = modules_of(read(described))

        assert module == Module(Names("person", "people"), (Field(name="name", kind="str", length=255),))


class TestAccepted:
    @pytest.mark.parametrize("name", ANSWER_SETS)
    def test_answer_sets(self, name: str) -> None:
        assert refused(ANSWER_SETS[name].get("custom_modules", "")) == []

    @pytest.mark.parametrize("name", MODULES)
    def test_names_of_random_modules(self, name: str) -> None:
        assert refused(name) == []

    @pytest.mark.parametrize("seed", range(50))
    def test_what_is_refused_has_a_sentence(self, seed: int) -> None:
        for sentence in refused(description(seed)):
            assert sentence.count(": ") >= 2, sentence

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("str", Field(name="f", kind="str", length=255)),
            (
                "  decimal( 12 ,2 )?  index ",
                Field(name="f", kind="decimal", digits=12, places=2, optional=True, index=True),
            ),
            ("enum('a', b) = 'a'", Field(name="f", kind="enum", values=("a", "b"), default="a")),
            ("str = a = b", Field(name="f", kind="str", length=255, default="a = b")),
            (
                "ref Invoice-Lines? on  delete set  null unique",
                Field(
                    name="f",
                    kind="ref",
                    target=Names("invoice_line", "invoice_lines"),
                    optional=True,
                    unique=True,
                    on_delete="set null",
                ),
            ),
        ],
    )
    def test_forms(self, text: str, expected: Field) -> None:
        assert read_field("f", text) == expected
