"""Map each kind of field to its types in Python, SQLAlchemy and schemas: filters of the module's Jinja files."""

from collections.abc import Iterable

from .field import Field
from .kinds import PLAIN_KINDS
from .limits import INTEGERS
from .reading import TEXT_LONGEST
from .strings import WIDTH, literals, quoted, width

INTEGER_RANGE = "ge={:_}, le={:_}".format(*INTEGERS["int"])
EMAIL_COLUMN, URL_COLUMN, ENUM_COLUMN = 320, 2083, 40
_PYTHON = {
    "int": "int",
    "decimal": "Decimal",
    "bool": "bool",
    "date": "dt.date",
    "datetime": "dt.datetime",
    "uuid": "UUID",
    "json": "dict[str, Any]",
    "list": "Texts",
    "ref": "UUID",
    **{kind: plain.python for kind, plain in PLAIN_KINDS.items()},
}
_IMPORTS = {
    "decimal": "from decimal import Decimal",
    "date": "import datetime as dt",
    "datetime": "import datetime as dt",
    "uuid": "from uuid import UUID",
    "json": "from typing import Any",
    "list": "from app.kit.texts import Texts",
    "ref": "from uuid import UUID",
    **{kind: plain.imports for kind, plain in PLAIN_KINDS.items()},
}
_STEPS = {
    "int": "sa.Integer()",
    "text": "sa.Text()",
    "bool": "sa.Boolean()",
    "date": "sa.Date()",
    "datetime": "sa.DateTime(timezone=True)",
    "uuid": "sa.Uuid()",
    "json": "JSONB()",
    "ref": "sa.Uuid()",
    **{kind: plain.step for kind, plain in PLAIN_KINDS.items()},
}
LIST_MOST = 100


def python_type(field: Field) -> str:
    """Return the Python type of a value that is not None."""
    return _PYTHON.get(field.kind, "str")


def type_imports(fields: Iterable[Field]) -> str:
    """Return the imports that the Python types of these fields need, a line each."""
    return "\n".join(filter(None, [_IMPORTS.get(field.kind) for field in fields]))


def column_type(field: Field) -> str:
    """Return the SQLAlchemy type, or an empty string if the Python type implies it."""
    match field.kind:
        case "str":
            return f"sa.String({field.length})"
        case "text":
            return "sa.Text"
        case "decimal":
            return f"sa.Numeric({field.digits}, {field.places})"
        case "email":
            return f"sa.String({EMAIL_COLUMN})"
        case "url":
            return f"sa.String({URL_COLUMN})"
        case "enum":
            return f"sa.String({ENUM_COLUMN})"
        case "list":
            return f"ARRAY(sa.String({field.length}))"
        case _:
            return PLAIN_KINDS[field.kind].column if field.kind in PLAIN_KINDS else ""


def step_type(field: Field) -> str:
    """Return the type of the column in a migration."""
    return _STEPS.get(field.kind) or column_type(field)


def delete_rule(field: Field) -> str:
    """Return the foreign key's delete rule. SET NULL names its column, because tenant_id cannot be null."""
    if field.on_delete == "set null" and not field.to_users:
        return f"SET NULL ({field.column})"
    return field.on_delete.upper()


def known_values(field: Field) -> list[str]:
    """Return the condition of an enum's CHECK constraint, as one literal or several."""
    values = ", ".join(f"'{value}'" for value in field.values)
    return literals(f"{field.column} IN ({values})", WIDTH - len("            ,"))


def condition(field: Field) -> str:
    """Return the condition of the CHECK constraint for the field's limits."""
    column = field.column
    found = [f"{column} {limit}" for limit in field.limits]
    if field.shortest > 1:
        found.append(f"length({column}) >= {field.shortest}")
    if field.pattern:
        found.append(f"{column} ~ '{field.pattern}'")
    if field.partner:
        found.append(f"({column} IS NULL) = ({field.partner} IS NULL)")
    return " AND ".join(found)


def condition_lines(field: Field) -> list[str]:
    """Return the condition as one literal or several."""
    return literals(condition(field), WIDTH - len("            ,"))


def own_type(field: Field) -> list[str]:
    """Return the parts of the schema type that a field has for itself, `Annotated[…]`; none if it shares one."""
    parts = _limited(field)
    compared = [f'compared("{sign}", "{column}")' for sign, column in field.comparisons]
    if not parts and compared:
        parts = [PLAIN_KINDS[field.kind].incoming if field.kind in PLAIN_KINDS else _SHARED[field.kind]]
    if field.labels:
        parts = [*parts, *_labelled(field)]
    return [*parts, *compared]


_SHARED = {"int": "Integer", "date": "Day", "datetime": "Moment"}


def _limited(field: Field) -> list[str]:
    low, high = field.bounds
    bounds = [f"ge={_number(field, low)}" if low else "", f"le={_number(field, high)}" if high else ""]
    match field.kind:
        case "str" if field.shortest > 1 or field.pattern:
            pattern = f'pattern=r"{field.pattern}"' if field.pattern else ""
            length = f"min_length={field.shortest or 1}", f"max_length={limit(field)}"
            return ["str", _call("StringConstraints", "strip_whitespace=True", *length, pattern)]
        case "int" | "bigint" if low or high:
            lowest, highest = INTEGERS[field.kind]
            whole = [bounds[0] or f"ge={lowest:_}", bounds[1] or f"le={highest:_}"]
            return ["int", _call("Field", *whole), "JsonNumber"]
        case "float" if low or high:
            return ["float", _call("Field", *bounds, "allow_inf_nan=False"), "JsonFloat"]
        case "decimal" if low or high or field.currency or field.partner or field.comparisons:
            about = f'description="In {field.currency}."' if field.currency else ""
            about = f'description="With {field.partner}: both or neither."' if field.partner else about
            digits = f"max_digits={field.digits}", f"decimal_places={field.places}"
            return ["Decimal", _call("Field", *digits, *bounds, about)]
        case "list":
            text = f"StringConstraints(strip_whitespace=True, min_length=1, max_length={field.length})"
            return [f"list[Annotated[str, {text}]]", f"Field(max_length={LIST_MOST})"]
        case "enum" if field.labels:
            values = "".join(f"        {quoted(value)},\n" for value in field.values)
            return [f"Literal[\n{values}    ]"] if len(field.values) > 1 else [f"Literal[{quoted(field.values[0])}]"]
        case _:
            return []


def _labelled(field: Field) -> list[str]:
    pairs = zip(field.values, field.labels, strict=True)
    lines = "".join(f"                {quoted(value)}: {quoted(label or value)},\n" for value, label in pairs)
    return [
        'Field(\n        json_schema_extra={\n            "x-enum-labels": {\n'
        + f"{lines}            }},\n        }},\n    )"
    ]


def _call(name: str, *arguments: str) -> str:
    lines = "".join(f"        {argument},\n" for argument in filter(None, arguments))
    return f"{name}(\n{lines}    )"


def _number(field: Field, number: str) -> str:
    match field.kind:
        case "decimal":
            return f'Decimal("{number}")'
        case "float":
            return number if "." in number else f"{number}.0"
        case _:
            return f"{int(number):_}"


def schema_imports(fields: Iterable[Field], *, writes: bool) -> str:
    """Return the imports that schemas need for limits and kinds, a line each; those of answers only if none writes."""
    found = set()
    for field in fields:
        parts = own_type(field) if writes or field.kind == "enum" else []
        text = " ".join(parts)
        if parts:
            found.add("from typing import Annotated")
        if "Field(" in text:
            found.add("from pydantic import Field")
        if "StringConstraints(" in text:
            found.add("from pydantic import StringConstraints")
        if "compared(" in text:
            found.add("from app.kit.comparisons import compared")
        if "Json" in text:
            found |= {f"from app.kit.numbers import {name}" for name in ("JsonNumber", "JsonFloat") if name in text}
        plain = PLAIN_KINDS.get(field.kind)
        if plain and (plain.answer or (writes and (not parts or plain.incoming in parts))):
            found.add(f"from {plain.package} import {plain.incoming}")
    return "\n".join(sorted(found))


def query_imports(fields: Iterable[Field]) -> str:
    """Return the imports that the filters of a route need, a line each."""
    plain = [PLAIN_KINDS[field.kind] for field in fields if field.kind in PLAIN_KINDS]
    return "\n".join(f"from {kind.package} import {kind.query}" for kind in plain if kind.query)


def query_type(field: Field) -> str:
    """Return the type of a filter in a route."""
    plain = PLAIN_KINDS.get(field.kind)
    return (plain.query if plain else "") or python_type(field)


def computed_default(field: Field) -> str:
    """Return the expression of a default that each request computes."""
    match field.kind:
        case "datetime":
            return "default_moment()"
        case "date":
            return "default_day()"
        case _:
            return f'default_user(self.work, "{field.column}")'


def default_imports(fields: Iterable[Field]) -> str:
    """Return the imports of these expressions, a line each."""
    names = sorted({computed_default(field).partition("(")[0] for field in fields if field.computed})
    return "\n".join(f"from app.core.defaults import {name}" for name in names)


def limit(field: Field) -> str:
    """Return a text's maximum length."""
    longest = field.length or TEXT_LONGEST
    return f"{longest:_}" if longest >= 10_000 else str(longest)


def declared(field: Field, kind: str, indent: int, after: str = "") -> str:
    """Return `name: kind`, with the default if there is one."""
    if field.optional:
        kind = f"{kind} | None"
    if field.computed or (field.optional and field.default is None):
        kind = kind if field.optional else f"{kind} | None"
        return f"{field.column}: {kind} = None{after}"
    if field.default is None:
        return f"{field.column}: {kind}{after}"
    plain = f"{field.column}: {kind} = {_default(field)}{after}"
    if indent + width(plain) <= WIDTH:
        return plain
    space = " " * indent
    lines = literals(field.default, WIDTH - indent - 4)
    return "\n".join([f"{field.column}: {kind} = (", *(f"{space}    {line}" for line in lines), f"{space}){after}"])


def default_argument(field: Field) -> str:
    """Return `default=…`, as an argument of a column."""
    plain = f"default={_default(field)}"
    if width(plain) + len("        ,") <= WIDTH:
        return plain
    lines = "".join(f"            {line}\n" for line in literals(field.default or "", WIDTH - 12))
    return f"default=(\n{lines}        )"


def first_value(field: Field) -> str:
    """Return what a service gives the repository for the column of a new row."""
    return field.column if field.is_given or field.numbering else _default(field)


def _default(field: Field) -> str:
    text = field.default or ""
    match field.kind:
        case "int" | "bigint":
            return text
        case "float":
            return text if "." in text else f"{text}.0"
        case "bool":
            return text.capitalize()
        case "decimal":
            return f'Decimal("{text}")'
        case _:
            return quoted(text)
