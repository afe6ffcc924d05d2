"""Generate descriptions of modules from any mix of names, types, modifiers and refs."""

import re
from random import Random
from typing import Any

from extensions.modules.answer import decided, read
from extensions.modules.fields.filtering import filters_problem
from extensions.modules.fields.problem import Wrong
from extensions.modules.fields.reading import read_fields
from extensions.modules.names import names_of
from extensions.modules.validation import modules_problems

MODULES = """
    ox boats people invoices invoice_lines categories statuses analyses clients projects tasks contracts payments
    shipments warehouses news equipment work_order_items quarterly_forecast_sheets veterinary_treatment_records
    electronic_health_record_notes guests owners rivals ledgers addresses companies staff sheep equipment series pages
    client_services texts rows answers
""".split()
FIELDS = """
    number title status kind client owner amount issued_on due_at notes label code email website details active body
    name value page address weight parent reference_number first_day_of_the_month a b2 answer target page_count
    electronic_record_total last_known_position_of_it number_of_remaining_units uuid_of_it path quantity row values
    response client_name schema_version model fixture url created_on colour of_whom some_clients data flag date datetime
    decimal work session text field query rows other select but by test first before page line_2 line_10
""".split()


# Names that generated files import, call or use as variables, and other risky ones.
PRECARIOUS = """
    after alembic annotated annotated_value any_type attribute base before but by changes check client clock code column
    connection conflict count current date datetime decimal depends description enum event exception field fields_of
    first found golden index integer label left_out limit_of mapped mapped_column module name names next_cursor number
    numbers op other page pages permission pydantic pytest query read repository role router row row_id rows sa schema
    schemas second seed select self_of service services session sort_by sorts status string target test text third
    timedelta title url value values warning widget widgets work zip
""".split()


def description(seed: int) -> dict[str, Any]:
    """Return one to four modules, which may refer to those before them."""
    random = Random(seed)
    names = random.sample(MODULES, random.randint(1, 4))
    fields = {name: _fields(random, name, names[:number]) for number, name in enumerate(names)}
    return {
        name: {
            "fields": {
                **found,
                **_links(seed, name, names[: number + 1]),
                **_many(seed, name, names[: number + 1]),
            },
            **options(seed, name),
        }
        for number, (name, found) in enumerate(fields.items())
    }


def whole_project(seed: int) -> dict[str, Any]:
    """Return four modules with many fields, which refer to each other, to users and to files."""
    random = Random(seed)
    names = random.sample(MODULES, 4)
    described = {
        name: {
            "fields": _fields(random, name, [*names[:number], "files"], fewest=12, most=16)
            | _links(seed, name, [*names[: number + 1], "files"])
            | _many(seed, name, names[: number + 1]),
            **options(seed, name),
        }
        for number, name in enumerate(names)
    }
    return accepted(described)


def options(seed: int, module: str) -> dict[str, Any]:
    """Return random options, each of which is left out more often than not."""
    random = Random(f"options of {module} {seed}")
    chosen = {name: random.choice(values) for name, values in _OPTIONS.items() if random.random() < 0.4}
    if not {"list", "create"} & {*chosen.get("only", ["list"])}:
        chosen.pop("csv", None)
    return chosen


def _links(seed: int, module: str, targets: list[str]) -> dict[str, str]:
    """Return up to two lists of refs, many to many."""
    random = Random(f"links of {module} {seed}")
    names = random.sample(["tags", "people_in_charge", "rows", "fields", "staff", "a_b"], random.choice([0, 0, 1, 2]))
    return {name: f"refs {random.choice(targets)}{random.choice(_LINK_RULES)}" for name in names}


def _many(seed: int, module: str, targets: list[str]) -> dict[str, Any]:
    """Return up to two lists of rows that belong to a row."""
    random = Random(f"rows of {module} {seed}")
    names = random.sample(["lines", "stops", "parts_of_it", "values", "news", "first"], random.choice([0, 0, 1, 2]))
    return {name: _rows(random, targets) for name in names}


def _rows(random: Random, targets: list[str]) -> dict[str, Any]:
    fields = {name: _row_field(random, targets) for name in random.sample(FIELDS, random.randint(1, 6))}
    rows = random.choice([None, "1..3", "..1", "2..4", "0..200"])
    return {"many": fields} | ({"rows": rows} if rows else {})


def _row_field(random: Random, targets: list[str]) -> str:
    kind = random.choice([*_KINDS, "ref"])
    if kind == "ref":
        return f"ref {random.choice(targets)}{random.choice(['? on delete set null', '?', ''])}"
    limit = random.choice(["", *(each for each in _LIMITS.get(kind, []) if "unique" not in each)])
    default = f"= {_default(random, kind)}" if kind in _DEFAULTS and not limit and random.random() < 0.3 else ""
    return " ".join(filter(None, [f"{kind}{random.choice(['', '?'])}", limit, default]))


def precarious_project() -> dict[str, Any]:
    """Return modules whose names, fields and defaults collide with names in their own files."""
    every = "str(40) unique", "text?", "date", "datetime? index", "decimal(9, 2) = 1.5", "enum(a, b)", "bool = true"
    fields = {name: every[number % len(every)] for number, name in enumerate(PRECARIOUS)}
    texts = {f"text_{number}": f"str(500) = {text}" for number, text in enumerate(_DEFAULTS["str(120)"])}
    return accepted(
        {
            "clients": {"fields": {"name": "str(120)", "work": "ref users? unique"}},
            "client_services": {"fields": {"title": "str(80)", "client": "ref clients", "clients": "ref clients?"}},
            "staff": {"fields": {"first_name": "str(45)", "active": "bool = true", "notes": "text?"}},
            "news": {"fields": {"staff": "ref staff", "client": "ref clients unique", "news": "ref news?"}},
            "texts": {"fields": {"body": "text", **texts}},
            "pages": {"fields": {"number": "int unique", "page": "ref pages? on delete set null"}},
            "holders": {"fields": dict(list(fields.items())[:50])},
            "holdings": {"fields": dict(list(fields.items())[50:])},
        }
    )


def accepted(described: dict[str, Any]) -> dict[str, Any]:
    """Return the description without the fields that validation refuses."""
    modules = decided(read(described), None)
    packages = {names_of(module.name, module.plural).package: module.typed for module in modules}
    for sentence in modules_problems(described, ready_made=["files"]):
        package, _, field = sentence.partition(":")[0].partition(".")
        del described[packages[package]]["fields"][field]
    assert modules_problems(described, ready_made=["files"]) == []
    return described


def _fields(random: Random, module: str, before: list[str], *, fewest: int = 1, most: int = 9) -> dict[str, str]:
    names = random.sample(FIELDS, random.randint(fewest, most))
    fields = {name: _field(random, module, before) for name in names}
    if len(fields) > 3:  # two that are compared, and one that is unique with another
        first, second, third = random.sample(sorted(fields), 3)
        kind = random.choice(["int", "decimal(9, 2)", "date", "time", "datetime", "duration", "float?"])
        fields |= {first: kind, second: f"{kind} {random.choice(['>', '>=', '<', '<='])} {first}"}
        fields[third] = f"str(30) unique with {first}"
    if _gives(fields) and random.random() < 0.3:
        fields["serial_of_it"] = f'number("{random.choice(["{n}", "INV-{year}-{n:05}", "{year}/{n:03}"])}")'
    return _with_steps(fields, _ENUM_STEPS[len(fields) % 2])


def _gives(fields: dict[str, str]) -> bool:
    """True if clients give at least one of the fields, whatever becomes of the others."""
    return any(" " not in text and not text.startswith(("enum", "number")) for text in fields.values())


def _with_steps(fields: dict[str, str], steps: str) -> dict[str, str]:
    """Return the fields with steps instead of the values of an enum, if clients give another field."""
    for name, text in fields.items():
        if _gives(fields) and (values := re.match(r"enum\((\w+), (\w+), (\w+)[^)]*\)(?!\?)", text)):
            one, two, three = values.groups()
            return {**fields, name: f"enum({steps.format(one, two, three)}){text[values.end() :]}"}
    return fields


def _field(random: Random, module: str, before: list[str]) -> str:
    """Return a random field. Some are invalid by chance; the caller removes them."""
    kind = random.choice([*_KINDS, "ref", "ref"])
    optional = random.choice(["", "", "?"])
    if kind == "ref":
        target = random.choice([*before, module, "users"])
        optional = "?" if target == module else optional
        rule = random.choice(["", "", "on delete restrict", "on delete cascade", "on delete set null"])
        rule = "" if "null" in rule and not optional else rule
        default = " = me" if target == "users" and not optional and random.random() < 0.3 else ""
        unique = "" if default else random.choice(["", "", "", "unique"])
        return f"ref {target}{optional} {rule} {unique}{default}".strip()
    modifiers = random.choice(["", "", "", "unique", "index", "unique index"])
    default = random.choice(["", "", f"= {_default(random, kind)}"]) if kind in _DEFAULTS else ""
    limit = random.choice(["", "", *_LIMITS.get(kind, [])])
    filters = random.choice(["", "", "filters(range)", "filters(empty)", "filters(several, empty)", "filters(several)"])
    filters = filters if _can_have(f"{kind}{optional} {modifiers} {filters}") else ""
    search = "search" if kind.startswith(_TEXTS) and random.random() < 0.3 else ""
    private = "private" if random.random() < 0.15 else ""
    return " ".join(filter(None, [f"{kind}{optional}", modifiers, search, private, limit, filters, default]))


def _can_have(filters: str) -> bool:
    """True if the field that is described can have its filters."""
    try:
        return not filters_problem(read_fields("field", filters)[0], ())
    except Wrong:
        return False


def _default(random: Random, kind: str) -> str:
    given = _DEFAULTS[kind]
    return given if isinstance(given, str) else random.choice(given)


_OPTIONS: dict[str, list[Any]] = {
    "archive": [True],
    "bulk": [True, 7],
    "csv": [True],
    "audit": [True, False],
    "only": [["list"], ["create", "delete"], ["read", "create", "change"], ["delete"], ["change", "list"], ["read"]],
    "roles": [{"delete": "owner"}, {"read": "member", "create": "admin"}],
    "versions": [True, False],
}
_LINK_RULES = ["", " on delete cascade", " on delete restrict"]
_ENUM_STEPS = [
    "{0} -> {1} -> {2}, {1} -> {0}",
    '{0} = "Not yet" -> PG-13 -> {1} | "Not rated" = "Nobody, yet", {1} -> {2}',
]
_KINDS = [
    "str",
    "str(1)",
    "str(2)",
    "str(8)",
    "str(120)",
    "text",
    "int",
    "decimal(12, 2)",
    "decimal(1, 0)",
    "decimal(8, 8)",
    "decimal(38, 10)",
    "bool",
    "date",
    "datetime",
    "uuid",
    "email",
    "url",
    "json",
    "enum(one)",
    "enum(draft, sent, paid)",
    "enum(not_started_yet, waiting_for_material, in_the_workshop, ready_for_collection, handed_over)",
    "bigint",
    "float",
    "time",
    "duration",
    "slug",
    "phone",
    "country",
    "currency",
    "timezone",
    "money",
    "money(JPY)",
    "list of str(2)",
    "list of str(255)",
    'enum(PG-13 = "Parents, beware", "Not rated", +1, 50%s, 9 %)',
    "str(2..3)",
    "str(40..200)",
]
_TEXTS = ("str", "text", "email", "url", "slug", "phone")
# Limits by the beginning of the kind; they stand after the modifiers.
_LIMITS = {
    "int": ["0..100", ">= -5", "..9", "0..1", "7..8"],
    "bigint": ["0..9000000000", "..-1"],
    "float": ["0..1", ">= -2.5"],
    "decimal(12, 2)": ["0..1", ">= 0", "0.01..0.02", "..-3"],
    "decimal(8, 8)": ["0..0.5"],
    "money": [">= 0"],
    "str(8)": ['matching "[A-Z]{2}-?[0-9]+"'],
    "str(120)": ['matching "[a-z0-9_.-]{30}"', "unique with label_of_it"],
}
_DEFAULTS: dict[str, str | list[str]] = {
    "str(120)": ['say "yes"', 'say "yes" and it\'s done', "C:\\new", "{y} %s \\", "Größe – 😀", "漢字 " * 20 + "end"],
    "text": ["it's", "\"a\" 'b' 'c'", "long words " * 30 + "end", "\\" * 99],
    "int": "-3",
    "decimal(12, 2)": "0.50",
    "decimal(8, 8)": "0.25",
    "bool": "true",
    "bigint": "9",
    "float": ["0.5", "-1"],
    "date": "today",
    "datetime": "now",
    "country": "DE",
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "money(JPY)": "100",
    "enum(one)": "one",
    "enum(draft, sent, paid)": "draft",
}
