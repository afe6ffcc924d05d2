"""Map each kind of field to its types in Python, SQLAlchemy and schemas: filters of the module's Jinja files."""

from collections.abc import Iterable

from .field import Field
from .reading import INT_LIMIT, TEXT_LONGEST
from .strings import WIDTH, literals, quoted, width

INTEGER_RANGE = f"ge=-{INT_LIMIT:_}, le={INT_LIMIT - 1:_}"
EMAIL_COLUMN, URL_COLUMN, ENUM_COLUMN = 320, 2083, 40
_PYTHON = {
    "int": "int",
    "decimal": "Decimal",
    "bool": "bool",
    "date": "dt.date",
    "datetime": "dt.datetime",
    "uuid": "UUID",
    "json": "dict[str, Any]",
    "ref": "UUID",
}
_IMPORTS = {
    "decimal": "from decimal import Decimal",
    "date": "import datetime as dt",
    "datetime": "import datetime as dt",
    "uuid": "from uuid import UUID",
    "json": "from typing import Any",
    "ref": "from uuid import UUID",
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
}


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
        case _:
            return ""


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


def limit(field: Field) -> str:
    """Return a text's maximum length."""
    longest = field.length or TEXT_LONGEST
    return f"{longest:_}" if longest >= 10_000 else str(longest)


def declared(field: Field, kind: str, indent: int, after: str = "") -> str:
    """Return `name: kind`, with the default if there is one."""
    if field.optional:
        return f"{field.column}: {kind} | None = None{after}"
    if field.default is None:
        return f"{field.column}: {kind}{after}"
    plain = f"{field.column}: {kind} = {_default(field)}{after}"
    if indent + width(plain) <= WIDTH:
        return plain
    space = " " * indent
    lines = literals(field.default, WIDTH - indent - 4)
    return "\n".join([f"{field.column}: {kind} = (", *(f"{space}    {line}" for line in lines), f"{space}){after}"])


def first_value(field: Field) -> str:
    """Return what a service gives the repository for the column of a new row."""
    return field.column if field.is_given else _default(field)


def _default(field: Field) -> str:
    text = field.default or ""
    match field.kind:
        case "int":
            return text
        case "bool":
            return text.capitalize()
        case "decimal":
            return f'Decimal("{text}")'
        case _:
            return quoted(text)
