"""What each kind of field is in Python, in SQLAlchemy, in a schema and in a test."""

from decimal import Decimal

from .code import Imports, quoted
from .field import Field
from .reading import INT_LIMIT, TEXT_LONGEST

_PYTHON = {
    "str": "str",
    "text": "str",
    "int": "int",
    "decimal": "Decimal",
    "bool": "bool",
    "date": "date",
    "datetime": "datetime",
    "uuid": "UUID",
    "email": "str",
    "url": "str",
    "json": "dict[str, Any]",
    "enum": "str",
    "ref": "UUID",
}
_ORIGINS = {"Decimal": "decimal", "date": "datetime", "datetime": "datetime", "UUID": "uuid", "Any": "typing"}
_ENUM_COLUMN = 40
EMAIL_COLUMN, URL_COLUMN = 320, 2083
_ORDINALS = ("first", "second", "third")


def python_type(field: Field, imports: Imports) -> str:
    """Without `| None`; its imports are added."""
    kind = _PYTHON[field.kind]
    name = "Any" if "Any" in kind else kind
    if name in _ORIGINS:
        imports.add(_ORIGINS[name], name)
    return kind


def optional(field: Field, kind: str) -> str:
    return f"{kind} | None" if field.optional else kind


def column_type(field: Field) -> str:
    """Of SQLAlchemy; "" where the Python type says it all."""
    match field.kind:
        case "str":
            return f"String({field.length})"
        case "text":
            return "Text"
        case "decimal":
            return f"Numeric({field.digits}, {field.places})"
        case "email":
            return f"String({EMAIL_COLUMN})"
        case "url":
            return f"String({URL_COLUMN})"
        case "enum":
            return f"String({_ENUM_COLUMN})"
        case _:
            return ""


def alias(field: Field, imports: Imports) -> str:
    """The right side of the field's own type in schemas.py; "" if it has none."""
    match field.kind:
        case "str":
            return _string(field.length, imports)
        case "text":
            return _string(TEXT_LONGEST, imports)
        case "decimal":
            imports.add("typing", "Annotated")
            imports.add("decimal", "Decimal")
            imports.add("pydantic", "Field")
            return f"Annotated[Decimal, Field(max_digits={field.digits}, decimal_places={field.places})]"
        case "enum":
            imports.add("typing", "Literal")
            return f"Literal[{', '.join(map(quoted, field.values))}]"
        case _:
            return ""


def incoming_type(field: Field, imports: Imports) -> str:
    """In the schemas of create and change, without `| None`."""
    match field.kind:
        case "str" | "text" | "decimal" | "enum":
            return field.class_name
        case "int":
            return "Integer"
        case "datetime":
            imports.add("pydantic", "AwareDatetime")
            return "AwareDatetime"
        case "email":
            imports.add("pydantic", "EmailStr")
            return "EmailStr"
        case "url":
            imports.add("app.kit.urls", "Url")
            return "Url"
        case _:
            return python_type(field, imports)


def outgoing_type(field: Field, imports: Imports) -> str:
    return field.class_name if field.kind == "enum" else python_type(field, imports)


def default(field: Field, imports: Imports) -> str:
    """The default as an expression; the field must have one."""
    text = field.default or ""
    match field.kind:
        case "int":
            return text
        case "bool":
            return text.capitalize()
        case "decimal":
            imports.add("decimal", "Decimal")
            return f'Decimal("{text}")'
        case _:
            return quoted(text)


def example(field: Field, number: int, imports: Imports) -> str:
    """One of three values, 0 to 2, as an expression. Each sorts after the one before, and fits. Not for a ref."""
    match field.kind:
        case "int":
            return str(number + 1)
        case "bool":
            return str(number % 2 == 0)
        case "decimal":
            imports.add("decimal", "Decimal")
            return f'Decimal("{_decimal(field, number)}")'
        case "date":
            imports.add("datetime", "date")
            return f"date(2030, 1, {number + 1})"
        case "datetime":
            imports.add("datetime", "UTC", "datetime")
            return f"datetime(2030, 1, {number + 1}, tzinfo=UTC)"
        case "uuid":
            imports.add("uuid", "UUID")
            return f"UUID(int={number + 1})"
        case "json":
            return f'{{"key": "{_ORDINALS[number]}"}}'
        case _:
            return quoted(_text(field, number))


def json_example(field: Field, number: int) -> str:
    """The same as it travels, and as it comes back."""
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
            return example(field, number, Imports())


def counted_example(field: Field, imports: Imports) -> str:
    """Another value for each row, of `next(NUMBERS)`."""
    match field.kind:
        case "int":
            return "next(NUMBERS)"
        case "date":
            imports.add("datetime", "date", "timedelta")
            return "date(2030, 1, 1) + timedelta(days=next(NUMBERS))"
        case "datetime":
            imports.add("datetime", "UTC", "datetime", "timedelta")
            return "datetime(2030, 1, 1, tzinfo=UTC) + timedelta(days=next(NUMBERS))"
        case "uuid":
            imports.add("uuid", "UUID")
            return "UUID(int=next(NUMBERS))"
        case "email":
            return 'f"first{next(NUMBERS)}@example.com"'
        case "url":
            return 'f"https://example.com/{next(NUMBERS)}"'
        case _:
            return _counted_text(field)


def wrong_example(field: Field) -> str:
    """What no such field can have, as it travels."""
    match field.kind:
        case "str" | "text":
            return '"  "'
        case "int":
            return str(INT_LIMIT)
        case "decimal":
            return quoted(f"0.{'0' * field.places}1")
        case "json":
            return '"nothing with keys"'
        case "ref":
            return '"no id"'
        case _:
            return f'"no {field.kind}"'


def _string(longest: int, imports: Imports) -> str:
    imports.add("typing", "Annotated")
    imports.add("pydantic", "StringConstraints")
    limit = f"{longest:_}" if longest >= 10_000 else str(longest)
    return f"Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length={limit})]"


def _decimal(field: Field, number: int) -> str:
    if field.digits == field.places:
        return str(Decimal(number + 1).scaleb(-field.places))
    return f"{number + 1}.{'0' * field.places}" if field.places else str(number + 1)


def _counted_text(field: Field) -> str:
    if field.length >= 12:
        return 'f"First {next(NUMBERS)}"'
    if field.length >= 4:
        return "str(next(NUMBERS))"
    return f"str(next(NUMBERS) % {10**field.length})"


def _text(field: Field, number: int) -> str:
    """Of a field for text, or of an enum, which may have fewer values than three."""
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
