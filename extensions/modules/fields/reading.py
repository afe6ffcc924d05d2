"""Parse a field's description, such as `decimal(12, 2)? index`, into a Field.

    str(n)  text  int  decimal(p, s)  bool  date  datetime  uuid  email  url  json  enum(a, b)  enum(a -> b | c)
    ref module [on delete restrict|cascade|set null]

then ? (nullable), unique (within a tenant), index, = default.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, cast

from ..answer import snake
from ..filters import in_ascii
from ..names import Names, names_of
from .field import DEFAULTS, INDEXED, KINDS, UNIQUE, DeleteRule, Field, Kind
from .steps import ARROW, chains, written

_SHAPE = re.compile(
    r"\s*(?:ref\s+(?P<target>[A-Za-z][\w-]*)|(?P<kind>\w+))"
    r"\s*(?:\((?P<arguments>[^()]*)\))?\s*(?P<optional>\??)(?P<rest>[^=]*?)\s*(?:=\s*(?P<default>.*?)\s*)?"
)
_ON_DELETE = re.compile(r"\bon\s+delete\s+(restrict|cascade|set\s+null)\b")
_WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TYPES = "str(n), text, int, decimal(p, s), bool, date, datetime, uuid, email, url, json, enum(a, b), ref module"
# Types that need arguments.
_FORMS = {"decimal": "decimal(12, 2)", "enum": "enum(draft, sent)", "ref": "ref users"}
STR_LENGTH, STR_LONGEST, STR_LONGEST_INDEXED, TEXT_LONGEST = 255, 10_000, 500, 50_000
INT_LIMIT = 2**31


class Wrong(Exception):
    """A description cannot be read; the message says what to write instead."""


def read_field(name: str, said: object) -> Field:
    """Raises Wrong."""
    text = _text(said)
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise Wrong(f"{text!r} cannot be read: write a type, then ?, unique, index or = default")
    kind = _kind(shape["kind"])
    rest, on_delete = _on_delete(shape["rest"], kind)
    unique, index = _modifiers(rest)
    field = Field(
        name=name,
        kind=kind,
        optional=bool(shape["optional"]),
        unique=unique,
        index=index,
        default=_unquoted(shape["default"]),
        on_delete=on_delete,
        **_arguments(kind, shape["arguments"], shape["target"]),
    )
    _check(field)
    return replace(field, default=field.default or field.values[0]) if field.steps else field


def _text(said: object) -> str:
    if not isinstance(said, str) or not said.strip():
        raise Wrong(f"{said!r} is no description: write a type, one of {_TYPES}")
    if said.count("(") != said.count(")"):
        raise Wrong(f"{said!r} has a bracket that is not closed: inside {{…}} put the description in quotes")
    return said


def _kind(word: str | None) -> Kind:
    if word is None:
        return "ref"
    if word == "ref":
        raise Wrong("'ref' does not say to what: write the module's name, such as: ref users")
    if word not in KINDS:
        near = get_close_matches(word.lower(), KINDS, 1)
        raise Wrong(
            f"{word!r} is no type: use {_FORMS.get(near[0], near[0]) + ', or another' if near else 'one'} of {_TYPES}"
        )
    return word


def _on_delete(rest: str, kind: Kind) -> tuple[str, DeleteRule]:
    found = _ON_DELETE.search(rest)
    if found is None:
        return rest, "restrict"
    if kind != "ref":
        raise Wrong("'on delete' belongs to a ref: leave it out")
    return rest.replace(found[0], ""), cast(DeleteRule, " ".join(found[1].split()))


def _modifiers(rest: str) -> tuple[bool, bool]:
    words = rest.split()
    for word in words:
        if word == "?":
            raise Wrong("'?' stands right after the type: write the type, then ?, then the rest")
        if word not in ("unique", "index"):
            raise Wrong(
                f"{word!r} means nothing here: after a type come ?, unique, index,"
                " on delete restrict|cascade|set null (of a ref), = default"
            )
    return "unique" in words, "index" in words


def _unquoted(default: str | None) -> str | None:
    if default and len(default) > 1 and default[0] == default[-1] and default[0] in "\"'":
        return default[1:-1]
    return default


def _arguments(kind: Kind, given: str | None, target: str | None) -> dict[str, Any]:
    if kind in _WITH_ARGUMENTS:
        return _WITH_ARGUMENTS[kind](given)
    if given is not None:
        raise Wrong(f"{kind} takes nothing in brackets: write {kind} alone")
    if kind == "ref":
        return {"target": _target(target or "")}
    return {}


def _target(word: str) -> Names:
    return names_of(snake(word))


def target_word(said: object) -> str:
    """Return the client's word after `ref`."""
    shape = _SHAPE.fullmatch(said) if isinstance(said, str) else None
    return snake(shape["target"] or "") if shape else ""


def _str(given: str | None) -> dict[str, Any]:
    length = STR_LENGTH if given is None else _number(given, "str(n)", "str(120)")
    if not 1 <= length <= STR_LONGEST:
        raise Wrong(f"str({length}) cannot be: use 1 to {STR_LONGEST} characters, or text")
    return {"length": length}


def _decimal(given: str | None) -> dict[str, Any]:
    digits, comma, places = (given or "").partition(",")
    if not comma:
        raise Wrong("a decimal says how many digits it has and how many of them after the point: decimal(12, 2)")
    read = [_number(part, "decimal(p, s)", "decimal(12, 2)") for part in (digits, places)]
    if not (1 <= read[0] <= 38 and 0 <= read[1] <= read[0]):
        raise Wrong(f"decimal({read[0]}, {read[1]}) cannot be: use 1 to 38 digits, and no more of them after the point")
    return {"digits": read[0], "places": read[1]}


def _enum(given: str | None) -> dict[str, Any]:
    if ARROW in (given or ""):
        known, steps = chains(given or "")
        return {"values": _checked(known), "steps": steps}
    values = [value.strip().strip("\"'") for value in (given or "").split(",") if value.strip()]
    if not values:
        raise Wrong("an enum lists its values: enum(draft, sent)")
    if len(set(_checked(values))) < len(values):
        raise Wrong("an enum has one of its values twice: leave one out")
    return {"values": tuple(values)}


def _checked(values: list[str]) -> tuple[str, ...]:
    for value in values:
        if not _WORD.fullmatch(value) or len(value) > 40:
            raise Wrong(
                f"the value {value!r} of an enum cannot be: use a-z, 0-9 and _, up to 40 characters{_near(value)}"
            )
    return tuple(values)


def _near(value: str) -> str:
    """Suggest a valid enum value: `PG-13` is stored as pg_13, and a user interface may show it differently."""
    word = re.sub(r"[^a-z0-9]+", "_", in_ascii(value.lower())).strip("_")[:40].strip("_")
    word = f"value_{word}"[:40] if word and not word[0].isalpha() else word
    return f", such as: {word}" if _WORD.fullmatch(word) else ""


_WITH_ARGUMENTS: dict[Kind, Callable[[str | None], dict[str, Any]]] = {"str": _str, "decimal": _decimal, "enum": _enum}


def _number(text: str, form: str, example: str) -> int:
    if not text.strip().isdecimal():
        raise Wrong(f"{text.strip()!r} in {form} is no number: write for example {example}")
    return int(text)


def _check(field: Field) -> None:
    _check_index(field)
    if field.on_delete == "set null" and not field.optional:
        raise Wrong("'on delete set null' leaves it empty, which it may not be: write ? after the module's name")
    if field.default is not None:
        _check_default(field, field.default)


def _check_index(field: Field) -> None:
    if field.unique and field.kind not in UNIQUE:
        raise Wrong(f"{field.kind} cannot be unique: leave it out")
    if field.index and field.kind not in INDEXED:
        raise Wrong(f"{field.kind} cannot have an index: leave it out")
    if (field.unique or field.index) and field.length > STR_LONGEST_INDEXED:
        raise Wrong(f"str({field.length}) is too long for an index: use at most str({STR_LONGEST_INDEXED})")


def _check_default(field: Field, default: str) -> None:
    if field.kind not in DEFAULTS:
        raise Wrong(f"{field.kind} takes no default: leave '= {default}' out")
    if field.optional:
        raise Wrong(f"with '= {default}' it is never left empty: leave out the ? or the default")
    if field.unique:
        raise Wrong(f"only one row could have the default: leave out unique or '= {default}'")
    if not fits(field, default):
        raise Wrong(f"the default {default!r} is no {_described(field)}: give one that is, or none")


def fits(field: Field, default: str) -> bool:
    """True if the text is a value of the field. Not for a date, datetime, uuid, email, url, json or ref."""
    match field.kind:
        case "str" | "text":
            return default == default.strip() and default.isprintable() and 1 <= len(default) <= (field.length or 1000)
        case "int":
            return bool(re.fullmatch(r"-?(0|[1-9]\d{0,9})", default)) and -INT_LIMIT <= int(default) < INT_LIMIT
        case "decimal":
            return bool(re.fullmatch(r"-?\d+(\.\d+)?", default)) and _has_room(field, Decimal(default))
        case "bool":
            return default.lower() in ("true", "false")
        case _:
            return default in field.values


def _has_room(field: Field, number: Decimal) -> bool:
    places = max(-int(number.as_tuple().exponent), 0)
    return places <= field.places and abs(number) < Decimal(10) ** (field.digits - field.places)


def _described(field: Field) -> str:
    match field.kind:
        case "str":
            return f"str({field.length})"
        case "decimal":
            return f"decimal({field.digits}, {field.places})"
        case "enum":
            return f"value of {written(field)}"
        case _:
            return field.kind
