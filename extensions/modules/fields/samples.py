"""Sample values for seeds and tests, as Python expressions: filters of the module's Jinja files."""

from collections.abc import Iterable
from decimal import Decimal

from ..names import Names
from .field import Field
from .reading import INT_LIMIT
from .strings import quoted

_ORDINALS = ("first", "second", "third")
_IMPORTS = {
    "decimal": "from decimal import Decimal",
    "date": "import datetime as dt",
    "datetime": "import datetime as dt",
    "uuid": "from uuid import UUID",
}
_MOST_PLACES = 20


def value_imports(fields: Iterable[Field]) -> str:
    """Return the imports that values of these fields need, a line each."""
    return "\n".join(filter(None, [_IMPORTS.get(field.kind) for field in fields]))


def example(field: Field, number: int) -> str:
    """Return one of three valid values, numbered 0 to 2, each sorting after the one before. Not for a ref."""
    match field.kind:
        case "int":
            return str(number + 1)
        case "bool":
            return str(number % 2 == 0)
        case "decimal":
            return f'Decimal("{_decimal(field, number)}")'
        case "date":
            return f"dt.date(2030, 1, {number + 1})"
        case "datetime":
            return f"dt.datetime(2030, 1, {number + 1}, tzinfo=dt.UTC)"
        case "uuid":
            return f"UUID(int={number + 1})"
        case "json":
            return f'{{"key": "{_ORDINALS[number]}"}}'
        case _:
            return quoted(_text(field, number))


def other_example(field: Field) -> str:
    """Return a value that differs from the first example."""
    if field.kind == "enum" and len(field.values) == 1:
        return '"no such value"'
    return example(field, 1)


def json_example(field: Field, number: int) -> str:
    """Return the same value as it appears in JSON requests and responses."""
    match field.kind:
        case "decimal":
            return quoted(_decimal(field, number))
        case "date":
            return quoted(f"2030-01-0{number + 1}")
        case "datetime":
            return quoted(f"2030-01-0{number + 1}T00:00:00Z")
        case "uuid":
            return quoted(f"00000000-0000-0000-0000-00000000000{number + 1}")
        case _:
            return example(field, number)


def counted_example(field: Field) -> str:
    """Return an expression with a different value for each row, by `next(COUNT)`."""
    match field.kind:
        case "int":
            return "next(COUNT)"
        case "date":
            return "dt.date.fromordinal(next(COUNT))"
        case "datetime":
            return "dt.datetime.fromtimestamp(next(COUNT), dt.UTC)"
        case "uuid":
            return "UUID(int=next(COUNT))"
        case "email":
            return 'f"first{next(COUNT)}@example.com"'
        case "url":
            return 'f"https://example.com/{next(COUNT)}"'
        case _:
            return _counted_text(field)


def wrong_example(field: Field) -> str:
    """Return an invalid value for the field, as a request sends it."""
    match field.kind:
        case "str" | "text":
            return '"  "'
        case "int":
            return str(INT_LIMIT)
        case "decimal" if field.places <= _MOST_PLACES:
            return quoted(f"0.{'0' * field.places}1")
        case "json":
            return '"nothing with keys"'
        case "ref":
            return '"no id"'
        case _:
            return f'"no {field.kind}"'


def seed_value(field: Field, module: Names) -> str:
    """Return an expression for a seeded row; it may use `number`, 1 to 3."""
    match field.kind:
        case "int":
            return "number"
        case "decimal":
            return f"Decimal(number).scaleb(-{field.places})" if field.digits == field.places else "Decimal(number)"
        case "bool":
            return "True"
        case "date":
            return "dt.date(2030, 1, number)"
        case "datetime":
            return "dt.datetime(2030, 1, number, tzinfo=dt.UTC)"
        case "uuid":
            return "UUID(int=number)"
        case "json":
            return '{"number": number}'
        case "enum":
            return quoted(field.values[0])
        case "email":
            return 'f"person{number}@example.com"'
        case "url":
            return 'f"https://example.com/{number}"'
        case _:
            return _seed_text(field, module.label.capitalize())


def _decimal(field: Field, number: int) -> str:
    if field.digits == field.places:
        return str(Decimal(number + 1).scaleb(-field.places))
    return f"{number + 1}.{'0' * field.places}" if field.places else str(number + 1)


def _counted_text(field: Field) -> str:
    if field.length >= 12:
        return 'f"First {next(COUNT)}"'
    if field.length >= 4:
        return "str(next(COUNT))"
    return f"str(next(COUNT) % {10**field.length})"


def _seed_text(field: Field, label: str) -> str:
    fits = field.kind == "text" or len(label) + 2 <= field.length
    return f'f"{label} {{number}}"' if fits else "str(number)"


def _text(field: Field, number: int) -> str:
    """Return a value of a text field, or of an enum, which may have fewer than three values."""
    match field.kind:
        case "enum":
            return field.values[number % len(field.values)]
        case "email":
            return f"{_ORDINALS[number]}@example.com"
        case "url":
            return f"https://example.com/{_ORDINALS[number]}"
        case "text":
            return _ORDINALS[number].capitalize()
        case _:
            return _ORDINALS[number].capitalize() if field.length >= 6 else "ABC"[number]
