"""Sample values for seeds and tests, as Python expressions: filters of the module's Jinja files."""

from collections.abc import Iterable
from decimal import Context, Decimal

from ..names import Names
from .field import NUMBERS, Field
from .kinds import CHOSEN, PLAIN_KINDS
from .limits import INTEGERS
from .patterns import alphabets, numbered, read_pattern
from .strings import quoted

_ORDINALS = ("first", "second", "third")
_IMPORTS = {
    "decimal": "from decimal import Decimal",
    "date": "import datetime as dt",
    "datetime": "import datetime as dt",
    "uuid": "from uuid import UUID",
    **{kind: plain.values for kind, plain in PLAIN_KINDS.items()},
}
_MOST_PLACES = 20
_VARIED, _CHUNK = 6, 60
_LONGEST_LITERAL = 40
_EXACT = Context(prec=100)
_RANGES = {kind: (Decimal(least), Decimal(most)) for kind, (least, most) in INTEGERS.items()}


def value_imports(fields: Iterable[Field]) -> str:
    """Return the imports that values of these fields need, a line each."""
    return "\n".join(filter(None, [_IMPORTS.get(field.kind) for field in fields]))


def helper_imports(fields: Iterable[Field]) -> str:
    """Return the imports of functions that `counted_example` calls, a line each."""
    found = {
        counted_example(field).rpartition("(\n")[0].rpartition(" ")[2]
        for field in fields
        if field.unique and field.kind != "ref"
    }
    return "\n".join(f"from tests.support.texts import {name}" for name in sorted(filter(None, found)))


def example(field: Field, number: int) -> str:
    """Return one of three valid values, numbered 0 to 2, each sorting after the one before. Not for a ref."""
    if field.kind in NUMBERS and field.bounds != (None, None):
        return _within(field, number)
    number += 3 * (field.rank or 0)
    match field.kind:
        case "int":
            return str(number + 1)
        case "bool":
            return str(number % 2 == 0)
        case "list":
            return f'["{_ORDINALS[number].capitalize() if field.length >= 6 else "ABC"[number]}"]'
        case kind if kind in CHOSEN:
            return quoted(CHOSEN[kind][number + 1])
        case kind if kind in PLAIN_KINDS:
            return PLAIN_KINDS[kind].examples.format(n=number + 1)
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
        case "str" if field.shortest > _LONGEST_LITERAL and not field.pattern:
            return _repeated(_ORDINALS[number].capitalize(), field.shortest)
        case _:
            return quoted(_text(field, number))


def _repeated(text: str, length: int) -> str:
    """Return an expression for the text with this length, which may be thousands of characters."""
    if length <= _LONGEST_LITERAL:
        return quoted(text.ljust(length, "x"))
    return f'{quoted(text)}.ljust({length}, "x")' if text else f'"x" * {length}'


def other_example(field: Field) -> str:
    """Return a value that differs from the first example."""
    if field.kind == "enum" and len(field.values) == 1:
        return '"no such value"'
    return example(field, 1)


def json_example(field: Field, number: int) -> str:
    """Return the same value as it appears in JSON requests and responses."""
    if field.kind in NUMBERS and field.bounds != (None, None):
        text = _within(field, number)
        plain = text.removeprefix("Decimal(").removesuffix(")")
        return plain if plain == text else _sent(plain.strip('"'))
    number += 3 * (field.rank or 0)
    match field.kind:
        case "decimal":
            return _sent(_decimal(field, number))
        case kind if kind in PLAIN_KINDS and kind not in CHOSEN:
            return PLAIN_KINDS[kind].in_json.format(n=number + 1)
        case "date":
            return quoted(f"2030-01-{number + 1:02}")
        case "datetime":
            return quoted(f"2030-01-{number + 1:02}T00:00:00Z")
        case "uuid":
            return quoted(f"00000000-0000-0000-0000-00000000000{number + 1}")
        case _:
            return example(field, number - 3 * (field.rank or 0))


def _sent(number: str) -> str:
    """Return a decimal as responses have it: tiny ones are `1E-8`."""
    return quoted(str(Decimal(number)))


def counted_example(field: Field) -> str:
    """Return an expression with a different value for each row, by its `number`."""
    match field.kind:
        case kind if kind in NUMBERS and field.bounds != (None, None):
            return _counted_within(field)
        case "int":
            return "number"
        case kind if kind in CHOSEN:
            return _call("one_of", map(quoted, CHOSEN[kind]))
        case kind if kind in PLAIN_KINDS:
            return PLAIN_KINDS[kind].counted
        case "date":
            return "dt.date.fromordinal(number)"
        case "datetime":
            return "dt.datetime.fromtimestamp(number, dt.UTC)"
        case "uuid":
            return "UUID(int=number)"
        case "email":
            return 'f"first{number}@example.com"'
        case "url":
            return 'f"https://example.com/{number}"'
        case _:
            return _counted_text(field)


def wrong_example(field: Field) -> str:
    """Return an invalid value for the field, as a request sends it."""
    match field.kind:
        case "str" | "text":
            return '"  "'
        case "int" | "bigint":
            return str(INTEGERS[field.kind][1] + 1)
        case "float" | "list":
            return '"no number"' if field.kind == "float" else '"no list"'
        case "decimal" if field.places <= _MOST_PLACES:
            return quoted(f"0.{'0' * field.places}1")
        case "json":
            return '"nothing with keys"'
        case "ref":
            return '"no id"'
        case _:
            return f'"no {field.kind}"'


def beyond_limits(field: Field) -> list[str]:
    """Return values that break each of the field's own limits, as a request sends them."""
    low, high = (Decimal(bound) if bound else None for bound in field.bounds)
    step = Decimal(1).scaleb(-field.places) if field.kind == "decimal" else Decimal(1)
    below = [] if low is None else [_EXACT.subtract(low, step)]
    numbers = [*below, *([] if high is None else [_EXACT.add(high, step)])]
    found = [_written(field, number).removeprefix("Decimal(").removesuffix(")") for number in numbers]
    if field.shortest > 1:
        found.append(_repeated("", field.shortest - 1))
    if field.pattern:
        found.append(quoted("~"))
    return found


def seed_value(field: Field, module: Names) -> str:
    """Return an expression for a seeded row; it may use `number`, 1 to 3."""
    rank = 3 * (field.rank or 0)
    number = f"number + {rank}" if rank else "number"
    match field.kind:
        case kind if kind in NUMBERS and field.bounds != (None, None):
            return _within(field, 0) if not field.unique else _counted_within(field)
        case "int":
            return number
        case "list":
            return example(field, 0)
        case kind if kind in CHOSEN:
            return _chosen(map(quoted, CHOSEN[kind][1:4])) if field.unique else quoted(CHOSEN[kind][1])
        case kind if kind in PLAIN_KINDS:
            return PLAIN_KINDS[kind].seed.replace("number", number)
        case "str" if field.pattern:
            texts = [example(field, number) for number in range(3)]
            return _chosen(texts) if field.unique else example(field, 0)
        case "decimal" if rank:
            return f'Decimal("{_decimal(field, rank)}")'
        case "decimal":
            return f"Decimal(number).scaleb(-{field.places})" if field.digits == field.places else "Decimal(number)"
        case "bool":
            return "True"
        case "date":
            return f"dt.date(2030, 1, {number})"
        case "datetime":
            return f"dt.datetime(2030, 1, {number}, tzinfo=dt.UTC)"
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


def _chosen(texts: Iterable[str]) -> str:
    """Return an expression for one of three literals, as a seed's argument."""
    lines = "".join(f"                {text},\n" for text in texts)
    return f"(\n{lines}            )[number - 1]"


def _within(field: Field, number: int) -> str:
    """Return one of three values between the field's bounds; the last ones are equal if there are fewer."""
    low, high = (Decimal(bound) if bound else None for bound in field.bounds)
    step = _step(field)
    least, most = _RANGES.get(field.kind, (low, high))
    first = low if low is not None else _EXACT.subtract(high or Decimal(0), 2 * step)
    value = _EXACT.add(first, step * (number + 3 * (field.rank or 0)))
    ends = [bound for bound in (high, most) if bound is not None]
    starts = [bound for bound in (low, least) if bound is not None]
    return _written(field, max([min([value, *ends]), *starts]))


def _counted_within(field: Field) -> str:
    """Return an expression with a different value for each row, as far as there are any."""
    low, high = (Decimal(bound) if bound else None for bound in field.bounds)
    if low is None:
        return f"{high} - number"
    return f"{low} + number" if high is None else f"{low} + number % {int(high - low) + 1}"


def _step(field: Field) -> Decimal:
    """Return the step between samples: small enough for a narrow range."""
    low, high = (Decimal(bound) if bound else None for bound in field.bounds)
    if field.kind in ("int", "bigint") or low is None or high is None or high - low >= 2:
        return (
            Decimal(1) if field.kind != "decimal" or field.digits > field.places else Decimal(1).scaleb(-field.places)
        )
    return (high - low) / 4 if field.kind == "float" else Decimal(1).scaleb(-field.places)


def _written(field: Field, value: Decimal) -> str:
    match field.kind:
        case "decimal":
            return f'Decimal("{value:.{field.places}f}")'
        case "float":
            return str(float(value))
        case _:
            return str(int(value))


def _call(function: str, literals: Iterable[str]) -> str:
    """Return a call with the next number, for a dictionary of the factory."""
    lines = "".join(f"            {literal},\n" for literal in literals)
    return f"{function}(\n            number,\n{lines}        )"


def _places(choices: list[str]) -> list[str]:
    """Return arguments of `text_of`: only the last places differ, and the first ones have one character each."""
    first, last = choices[:-_VARIED], choices[-_VARIED:]
    fixed = "".join(characters[0] for characters in first)
    chunks = (fixed[place : place + _CHUNK] for place in range(0, len(fixed), _CHUNK))
    return [*(f"*{quoted(chunk)}" for chunk in chunks), *map(quoted, last)]


def _counted_text(field: Field) -> str:
    if field.pattern:
        return _call("text_of", _places(alphabets(read_pattern(field.pattern))))
    if field.shortest > 9:
        return f"str(number).zfill({field.shortest})"
    if field.length < 4 and field.shortest > 1:
        return f"str(number % {10**field.length}).zfill({field.shortest})"
    if field.length >= 12:
        return 'f"First {number}"'
    if field.length >= 4:
        return "str(number)"
    return f"str(number % {10**field.length})"


def _seed_text(field: Field, label: str) -> str:
    fits = field.kind == "text" or field.shortest <= len(label) + 2 <= field.length
    return (
        f'f"{label} {{number}}"'
        if fits
        else f"str(number).zfill({field.shortest})"
        if field.shortest
        else "str(number)"
    )


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
        case _ if field.pattern:
            return numbered(number, alphabets(read_pattern(field.pattern)))
        case _:
            text = _ORDINALS[number].capitalize() if field.length >= 6 else "ABC"[number]
            return text.ljust(field.shortest, "x")
