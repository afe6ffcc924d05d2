"""Every message about a wrong field names the module and the field, and says what to write."""

from typing import Any

import pytest

from extensions.modules import validation
from extensions.modules.answer import read
from extensions.modules.fields import Module, in_order, modules_of
from extensions.modules.fields.enums import written
from extensions.modules.fields.field import Field
from extensions.modules.fields.reading import read_field, read_fields
from extensions.modules.fields.steps import steps_of
from extensions.modules.names import Names
from tests.answers import ANSWER_SETS
from tests.descriptions import MODULES, description

TYPES = (
    "str(n), text, int, bigint, float, decimal(p, s), money, bool, date, time, datetime, duration, uuid, email, url,"
    " slug, phone, country, currency, timezone, json, list of str(n), enum(a, b), ref module, refs module, {many: {…}},"
    " image"
)
AFTER = (
    "after a type come ?, unique, unique with, index, search, private, limits such as 0..100,"
    " on delete restrict|cascade|set null (of a ref), = default"
)
VALUES = "use letters, digits, single spaces and . + / & # * ! ? @ $ % -, up to 40 characters"

WRONG = {
    "total: cash": f"'cash' is no type: use one of {TYPES}",
    "total: decimals(3, 2)": f"'decimals' is no type: use decimal(12, 2), or another of {TYPES}",
    "total: [12]": f"[12] is no description: write a type, one of {TYPES}",
    "total: ''": f"'' is no description: write a type, one of {TYPES}",
    "lines: many invoice_lines": (
        "'many' is followed by the fields of its rows: write {many: {title: str(80)}, rows: 0..50}"
    ),
    "total: decimal": "a decimal says how many digits it has and how many of them after the point: decimal(12, 2)",
    "total: decimal(2, 3)": ("decimal(2, 3) cannot be: use 1 to 38 digits, and no more of them after the point"),
    "total: decimal(a, 3)": "'a' in decimal(p, s) is no number: write for example decimal(12, 2)",
    "total: int(3)": "int takes nothing in brackets: write int alone",
    "total: int unqiue": f"'unqiue' means nothing here: {AFTER}",
    "total: int index ?": "'?' stands right after the type: write the type, then ?, then the rest",
    "total: int on delete cascade": "'on delete' belongs to a ref: leave it out",
    "total: int = many": "the default 'many' is no int: give one that is, or none",
    "total: int = 2147483648": "the default '2147483648' is no int: give one that is, or none",
    "total: int unique = 1": "only one row could have the default: leave out unique or '= 1'",
    "total: decimal(3, 2) = 12.5": "the default '12.5' is no decimal(3, 2): give one that is, or none",
    "total: decimal(3, 2) = 1.234": "the default '1.234' is no decimal(3, 2): give one that is, or none",
    "total: int 0..8 unique": ("too few numbers are within the limits for unique: use an enum, or leave unique out"),
    "total: bigint >= 9007199254740991 unique": (
        "too few numbers are within the limits for unique: use an enum, or leave unique out"
    ),
    "paid: bool = perhaps": "the default 'perhaps' is no bool: give one that is, or none",
    "paid: bool unique": "bool cannot be unique: leave it out",
    "paid_on: date = 2030-01-01": "the default '2030-01-01' cannot be: date takes '= today' only",
    "paid_on: date? = today": "with '= today' it is never left empty: leave out the ? or the default",
    "paid_at: datetime = today": "the default 'today' cannot be: datetime takes '= now' only",
    "owner: ref users = somebody": "the default 'somebody' cannot be: ref takes '= me' only",
    "opens_at: time = 09:30": "time takes no default: leave '= 09:30' out",
    "home: country = XX": "the default 'XX' is no country: give one that is, or none",
    "zone: timezone = berlin": "the default 'berlin' is no timezone: give one that is, or none",
    "tags: list": "'list' does not say of what: write list of str(40)",
    "tags: list of int": "'list of int' cannot be: write list of str(40)",
    "tags: list of str(256)": "list of str(256) cannot be: use 1 to 255 characters",
    "tags: list of str(40) index": "list cannot have an index: leave it out",
    "price: money(EURO)": "money(EURO) cannot be: write a currency of ISO 4217, such as money(EUR)",
    "price: money = 3": ("money has an amount and a currency: leave unique and the default out, or write money(EUR)"),
    "total: float unique": "float cannot be unique: leave it out",
    "total: int index filters(ranges)": "'filters(ranges)' cannot be: use some of filters(range, several, empty)",
    "total: ref users private": "a ref has an id, which tells nothing by itself: leave private out",
    "total: int search": "int is not searched by words: leave search out",
    "total: list of str search": "list is not searched by words: leave search out",
    "total: int filters(range)": "filters need an index: write index after the type",
    "total: uuid index filters(range)": "uuid has no range: leave it out of filters",
    "total: float index filters(several)": "float is not filtered by several values: leave it out of filters",
    "total: int index filters(empty)": "a field that is never empty has no filter for that: leave it out of filters",
    "total: email unique filters(several)": (
        "a unique email is compared in any case, with one value at a time: leave several out of filters"
    ),
    "total: enum(one) filters(several)": "an enum of one value is not filtered by several: leave it out of filters",
    "total: int 1..1": "1..1: the first number must be smaller than the second",
    "total: int ..": "'..' has no number: write for example 0..100, 0.. or ..100",
    "total: int 0..2147483648": "the limit 2147483648 is no int: give one that is",
    "total: int >= 0.5": "the limit 0.5 is no int: give one that is",
    "total: int > 0": "'>' takes a field, and for a number write >=",
    "total: int >= 0 >= 1": "two limits of one kind: leave one out",
    "total: int 0..9 = 10": "the default '10' is no int: give one that is, or none",
    "total: date >= 2030": "date is compared with fields only: leave '>= 2030' out",
    "total: str >= 3": "str takes no limits: leave '>= 3' out",
    "total: int > total": "there is no other field 'total' to compare with: use one of those that you add",
    "total: int check sum > total": "'check sum > total' compares another field: write it after sum",
    "label: str(9..3)": "str(9..3) cannot be: the first number is the smaller one",
    'label: str(9) matching "a|b"': (
        'the pattern "a|b" cannot be: use characters, classes such as [A-Z0-9] and counts such as {3},'
        " {1,4}, ?, + and *"
    ),
    'label: str(2) matching "[a-z]{3}"': "the pattern allows more characters than str(2): let both say the same",
    'label: str(2) matching "[ab]" index': (
        "too few texts match the pattern for unique or index: use an enum, or leave it out"
    ),
    'label: text matching "[ab]"': "text takes no pattern: leave 'matching' out",
    "label: str unique with color": (
        "there is no other field 'color' to be unique with: use one of those that you add"
    ),
    "mail: email unique with label": "an email is unique in any case, and not with another field: leave 'with' out",
    "number: number": 'a number says what it looks like: write for example number("INV-{year}-{n:05}")',
    'number: number("INV {n}")': (
        'number("INV {n}") is not allowed: use letters, digits and . _ / # -, {n} or {n:05} once, and {year} if each'
        ' year begins at 1, such as number("INV-{year}-{n:05}")'
    ),
    'number: number("a-long-name-before-numbers-{n}")': (
        'number("a-long-name-before-numbers-{n}") is too long: use at most 28 characters'
    ),
    'number: number("{n}")?': "each row has its number: leave out the ?",
    'number: number("{n}") = 3': "the module gives each row its number: leave '= 3' out",
    'number: number("{n}") unique with color': (
        "a number is unique by itself, and takes no limits and filters: leave them out"
    ),
    'numbered: number("{n}")': ("the module's own files use this name already: use another name, such as number"),
    "status: enum": "an enum lists its values: enum(draft, sent)",
    "status: enum(a, a)": "an enum has one of its values twice: leave one out",
    "status: enum(a:b)": f"the value 'a:b' of an enum cannot be: {VALUES}",
    'status: enum("a, b")': f"the value 'a, b' of an enum cannot be: {VALUES}",
    'status: enum(a, "b)': 'a quote in enum(a, "b) is not closed: close it',
    'status: enum(a = "")': "the label of 'a' cannot be: write one line of up to 80 characters",
    "status: enum(draft) = sent": "the default 'sent' is no value of enum(draft): give one that is, or none",
    "status: enum(a -> a)": "'a' cannot follow itself: leave this step out",
    "status: enum(a -> b)?": "with steps it always has a value: leave out the ?",
    "status: enum(a -> )": f"the value '' of an enum cannot be: {VALUES}",
    "status: enum(a -> b | B)": "'b' and 'B' give their routes one name: use another word for one of the two",
    'status: enum(a = "A" -> b, b -> a = "B")': "the value 'a' has two labels: leave one out",
    "status: enum(a -> +1)": "the step '+1' gives a route its name: begin it with one of a-z",
    "status: enum(a -> Read)": "the module's own files use 'read' already: use another word for this step",
    "status: enum(a | b)": f"the value 'a | b' of an enum cannot be: {VALUES}",
    'status: enum(a = "x -> b)': 'a quote in enum(a = "x -> b) is not closed: close it',
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
    "invoices: str": "the module's own files use this name already: use another name, such as invoice_invoices",
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
        ("fields", "sentence"),
        [
            (
                {"a": "date", "b": "datetime > a"},
                "b: a is a date, and is not compared with a datetime: use fields of one type",
            ),
            (
                {"a": "int unique with b", "b": "email? unique"},
                "a: b is unique by itself, so that no two rows have it in common: leave it out",
            ),
            (
                {"a": "int index filters(range)", "a_to": "int"},
                "a: its filter a_to has the name of another field: use another name for one of the two",
            ),
            (
                {"a": "int unique", "b": "int > a"},
                "b: a unique field is not compared with others: leave unique out, or the comparison with a",
            ),
            (
                {"a": "int 0..9", "b": "int >= 0 >= a"},
                "b: a has other limits: give both the same lower limit, or none, and no upper one",
            ),
            (
                {"a": "int 0..9 > b", "b": "int"},
                "a: a field that is compared with another has no upper limit: leave one of the two out",
            ),
            (
                {"a": "text", "b": "int unique with a"},
                "b: a text such as a cannot be part of what is unique: leave it out",
            ),
        ],
    )
    def test_is_refused_beside_another(self, fields: dict[str, str], sentence: str) -> None:
        assert refused({"invoices": {"fields": fields}}) == [f"invoices.{sentence}"]

    def test_is_refused_when_the_filter_has_its_name(self) -> None:
        assert refused({"invoices": {"fields": {"search": "str", "title": "str search"}}}) == [
            "invoices.search: the filter of searched fields has this name: use another name"
        ]
        assert refused({"invoices": {"fields": {"search": "str"}}}) == []

    def test_is_refused_when_a_module_has_the_table_of_its_words(self) -> None:
        described = {"invoices": {"fields": {"title": "str search"}}, "word": {"plural": "invoices_words"}}

        assert refused(described) == [
            "invoices.title: its table invoices_words is that of invoices_words too: rename one of the two"
        ]

    def test_is_refused_when_comparisons_are_a_circle(self) -> None:
        found = refused({"invoices": {"fields": {"a": "int > b", "b": "int > a"}}})

        assert found[0] == "invoices.a: it is compared with b in a circle: leave one comparison out"

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

    def test_has_steps_with_labels_and_values_as_they_are(self) -> None:
        text = 'enum(G = "All, -> all" -> PG-13 | "Not rated" = "Nobody | yet", PG-13 -> G)'
        [field] = read_fields("rating", text)

        assert field.values == ("G", "PG-13", "Not rated")
        assert field.labels == ("All, -> all", "", "Nobody | yet")
        assert field.steps == (("G", "PG-13"), ("G", "Not rated"), ("PG-13", "G"))
        assert [step.url for step in steps_of([field])] == ["mark-g", "mark-pg-13", "mark-not-rated"]
        assert read_fields("rating", written(field)) == [field]

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
        assert len(refused({"invoices": {"fields": {"total": "cash", "type": "str", "notes": "text"}}})) == 2

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

        before, _, rest = sentence.partition(" refer to each other in a circle: ")
        assert before.startswith("clients.invoice: ")
        assert rest == (
            "leave this one out, and describe a module of its own for it, such as"
            " client_invoices: {fields: {client: ref clients unique, invoice: ref invoices}}"
        )

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
        stored = {"invoices": {"fields": {"type": "cash"}}, "people": {"fields": {"name": "str", "id": "nothing"}}}

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
            (
                'enum(PG-13 = "Parents, beware", G)? = G',
                Field(
                    name="f",
                    kind="enum",
                    values=("PG-13", "G"),
                    labels=("Parents, beware", ""),
                    optional=True,
                    default="G",
                ),
            ),
            ("int index >= 0 = 3", Field(name="f", kind="int", index=True, limits=(">= 0",), default="3")),
            ("decimal(5, 2) -0.5..", Field(name="f", kind="decimal", digits=5, places=2, limits=(">= -0.5",))),
            ("date? check f > other", Field(name="f", kind="date", optional=True, limits=("> other",))),
            (
                'str(2..8) unique with a and b matching "[a-z]{2}"',
                Field(
                    name="f",
                    kind="str",
                    length=8,
                    shortest=2,
                    unique=True,
                    unique_with=("a", "b"),
                    pattern="^[a-z]{2}$",
                ),
            ),
            (
                "int? index filters(empty, range)",
                Field(name="f", kind="int", optional=True, index=True, filters=("range", "empty")),
            ),
            ("int private index", Field(name="f", kind="int", index=True, private=True)),
            ("text? search", Field(name="f", kind="text", optional=True, searched=True)),
            ("time zone = UTC", Field(name="f", kind="timezone", default="UTC")),
            ("list of str(40)?", Field(name="f", kind="list", length=40, optional=True)),
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
