"""Parse a field's description, such as `decimal(12, 2)? index`, into a Field.

    str(n)  str(m..n)  text  int  bigint  float  decimal(p, s)  bool  date  time  datetime  duration  uuid  email
    url  slug  phone  country  currency  timezone  money  money(EUR)  json  list of str(n)
    enum(a, b = "label")  enum(a -> b | c)
    ref module [on delete restrict|cascade|set null]
    refs module: refs.py
    {many: {title: str(80)}, rows: 0..50}: many.py
    image: a ref to a file that is one

then ? (nullable), unique (within a tenant) [with fields], index, search, private, limits, = default. Limits are in
limits.py.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, cast

from ..answer import snake
from ..names import Names, names_of
from ..words import before_default
from .enums import read_enum, written
from .field import DEFAULTS, INDEXED, KINDS, SEARCHED, UNIQUE, WORDS, DeleteRule, Field, Kind
from .kinds import is_known, places_of
from .limits import INTEGERS, check_limits, read_limits
from .numbering import LENGTH as NUMBER_LENGTH
from .numbering import read_form, with_form
from .problem import NoType, Wrong

_SHAPE = re.compile(
    r"\s*(?:ref\s+(?P<target>[A-Za-z][\w-]*)|list\s+of\s+(?P<item>\w+)|(?P<kind>time[\s_]+zone|\w+))"
    r"\s*(?:\((?P<arguments>[^()]*)\))?\s*(?P<optional>\??)(?P<rest>.*?)\s*"
)
_ON_DELETE = re.compile(r"\bon\s+delete\s+(restrict|cascade|set\s+null)\b")
_WITH = re.compile(r"\bunique\s+with\s+(\w+(?:\s*(?:,|\band\b)\s*\w+)*)")
_TYPES = (
    "str(n), text, int, bigint, float, decimal(p, s), money, bool, date, time, datetime, duration, uuid, email, url,"
    " slug, phone, country, currency, timezone, json, list of str(n), enum(a, b), ref module, refs module, {many: {…}},"
    " image"
)
_FILTERS = re.compile(r"\bfilters\s*\(([^()]*)\)")
FILTERS = ("range", "several", "empty")
_IMAGE = re.compile(r"\s*image\b")
_MONEY = re.compile(r"\s*money\b\s*(?:\(([^()]*)\))?")
MONEY_DIGITS, MONEY_PLACES = 15, 4
# Types that need arguments.
_FORMS = {
    "decimal": "decimal(12, 2)",
    "enum": "enum(draft, sent)",
    "list": "list of str(40)",
    "ref": "ref users",
}
STR_LENGTH, STR_LONGEST, STR_LONGEST_INDEXED, TEXT_LONGEST = 255, 10_000, 500, 50_000


def read_field(name: str, said: object) -> Field:
    """Raises Wrong."""
    text = _text(said)
    head, default = before_default(text)
    shape = _SHAPE.fullmatch(head)
    if shape is None:
        raise Wrong(f"{text!r} cannot be read: write a type, then ?, unique, index, search or = default")
    kind = "list" if shape["item"] else _kind(shape["kind"])
    rest, on_delete = _on_delete(shape["rest"], kind)
    rest, filters = _filters(rest)
    rest, limits = read_limits(rest, name)
    rest, beside = _unique_with(rest)
    words = _modifiers(rest)
    field = Field(
        name=name,
        kind=kind,
        optional=bool(shape["optional"]),
        unique="unique" in words or bool(beside),
        unique_with=beside,
        index="index" in words,
        searched="search" in words,
        private="private" in words,
        filters=filters,
        default=_unquoted(default[1:].strip()) if default else None,
        on_delete=on_delete,
        **{**_arguments(kind, shape["arguments"], shape["target"], shape["item"]), **limits},
    )
    _check(field)
    return replace(field, default=field.default or field.values[0]) if field.steps else field


def read_fields(name: str, said: object) -> list[Field]:
    """Return the field, a number or an image too, or for `money` its amount and its currency. Raises Wrong."""
    if isinstance(said, str) and (form := read_form(said)):
        return [with_form(read_field(name, f"str({NUMBER_LENGTH}){form[1]}"), form[0])]
    if isinstance(said, str) and (image := _IMAGE.match(said)):
        return [replace(read_field(name, f"ref files{said[image.end() :]}"), image=True)]
    found = _MONEY.match(said) if isinstance(said, str) else None
    if found is None:
        return [read_field(name, said)]
    currency, rest = (found[1] or "").strip(), str(said)[found.end() :]
    if currency and not is_known("currency", currency):
        raise Wrong(f"money({currency}) cannot be: write a currency of ISO 4217, such as money(EUR)")
    places = places_of(currency) if currency else MONEY_PLACES
    amount = read_field(name, f"decimal({MONEY_DIGITS + places}, {places}){rest}")
    if currency:
        return [replace(amount, currency=currency)]
    if amount.unique or amount.default is not None:
        raise Wrong("money has an amount and a currency: leave unique and the default out, or write money(EUR)")
    paired = amount.optional
    other = Field(name=f"{name}_currency", kind="currency", optional=paired, paired=paired, private=amount.private)
    return [replace(amount, partner=other.name if paired else "", paired=paired), other]


def _text(said: object) -> str:
    if not isinstance(said, str) or not said.strip():
        raise Wrong(f"{said!r} is no description: write a type, one of {_TYPES}")
    if said.count("(") != said.count(")"):
        raise Wrong(f"{said!r} has a bracket that is not closed: inside {{…}} put the description in quotes")
    return said


def _kind(word: str | None) -> Kind:
    if word is None:
        return "ref"
    word = re.sub(r"[\s_]+", "", word) if word.startswith("time") else word
    if word == "list":
        raise Wrong("'list' does not say of what: write list of str(40)")
    if word == "ref":
        raise Wrong("'ref' does not say to what: write the module's name, such as: ref users")
    if word == "many":
        raise Wrong("'many' is followed by the fields of its rows: write {many: {title: str(80)}, rows: 0..50}")
    if word not in KINDS:
        near = get_close_matches(word.lower(), KINDS, 1)
        raise NoType(
            word,
            f"{word!r} is no type: use {_FORMS.get(near[0], near[0]) + ', or another' if near else 'one'} of {_TYPES}",
        )
    return word


def _on_delete(rest: str, kind: Kind) -> tuple[str, DeleteRule]:
    found = _ON_DELETE.search(rest)
    if found is None:
        return rest, "restrict"
    if kind != "ref":
        raise Wrong("'on delete' belongs to a ref: leave it out")
    return rest.replace(found[0], ""), cast(DeleteRule, " ".join(found[1].split()))


def _filters(rest: str) -> tuple[str, tuple[str, ...]]:
    found = _FILTERS.search(rest)
    if found is None:
        return rest, ()
    words = re.findall(r"\w+", found[1])
    if not words or not set(words) <= set(FILTERS):
        raise Wrong(f"'{found[0]}' cannot be: use some of filters({', '.join(FILTERS)})")
    return rest.replace(found[0], " ", 1), tuple(word for word in FILTERS if word in words)


def _unique_with(rest: str) -> tuple[str, tuple[str, ...]]:
    found = _WITH.search(rest)
    if found is None:
        return rest, ()
    return rest.replace(found[0], ""), tuple(re.split(r"\s*(?:,|\band\b)\s*", found[1]))


def _modifiers(rest: str) -> list[str]:
    words = rest.split()
    for word in words:
        if word == "?":
            raise Wrong("'?' stands right after the type: write the type, then ?, then the rest")
        if word not in ("unique", "index", "search", "private"):
            raise Wrong(
                f"{word!r} means nothing here: after a type come ?, unique, unique with, index, search, private, limits"
                " such as 0..100, on delete restrict|cascade|set null (of a ref), = default"
            )
    return words


def _unquoted(default: str | None) -> str | None:
    if default and len(default) > 1 and default[0] == default[-1] and default[0] in "\"'":
        return default[1:-1]
    return default


def _arguments(kind: Kind, given: str | None, target: str | None, item: str | None) -> dict[str, Any]:
    if kind == "list":
        return _list(item, given)
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
    shape = _SHAPE.fullmatch(before_default(said)[0]) if isinstance(said, str) else None
    return snake(shape["target"] or "") if shape else ""


def _str(given: str | None) -> dict[str, Any]:
    least, dots, most = (given or "").rpartition("..")
    length = STR_LENGTH if given is None else _number(most, "str(n)", "str(120)")
    shortest = _number(least, "str(m..n)", "str(2..80)") if dots else 0
    if not 1 <= length <= STR_LONGEST:
        raise Wrong(f"str({length}) cannot be: use 1 to {STR_LONGEST} characters, or text")
    if shortest > length:
        raise Wrong(f"str({shortest}..{length}) cannot be: the first number is the smaller one")
    return {"length": length, "shortest": shortest if shortest > 1 else 0}


def _list(item: str | None, given: str | None) -> dict[str, Any]:
    if item != "str":
        raise NoType(item or "", f"'list of {item}' cannot be: write list of str(40)")
    length = _number(given or str(STR_LENGTH), "str(n)", "str(40)")
    if not 1 <= length <= STR_LENGTH:
        raise Wrong(f"list of str({length}) cannot be: use 1 to {STR_LENGTH} characters")
    return {"length": length}


def _decimal(given: str | None) -> dict[str, Any]:
    digits, comma, places = (given or "").partition(",")
    if not comma:
        raise Wrong("a decimal says how many digits it has and how many of them after the point: decimal(12, 2)")
    read = [_number(part, "decimal(p, s)", "decimal(12, 2)") for part in (digits, places)]
    if not (1 <= read[0] <= 38 and 0 <= read[1] <= read[0]):
        raise Wrong(f"decimal({read[0]}, {read[1]}) cannot be: use 1 to 38 digits, and no more of them after the point")
    return {"digits": read[0], "places": read[1]}


_WITH_ARGUMENTS: dict[Kind, Callable[[str | None], dict[str, Any]]] = {
    "str": _str,
    "decimal": _decimal,
    "enum": read_enum,
}


def _number(text: str, form: str, example: str) -> int:
    if not text.strip().isdecimal():
        raise Wrong(f"{text.strip()!r} in {form} is no number: write for example {example}")
    return int(text)


def _check(field: Field) -> None:
    _check_index(field)
    check_limits(field)
    if field.on_delete == "set null" and not field.optional:
        raise Wrong("'on delete set null' leaves it empty, which it may not be: write ? after the module's name")
    if field.default is not None:
        _check_default(field, field.default)


def _check_index(field: Field) -> None:
    if field.unique and field.kind not in UNIQUE:
        raise Wrong(f"{field.kind} cannot be unique: leave it out")
    if field.unique_with and field.kind == "email":
        raise Wrong("an email is unique in any case, and not with another field: leave 'with' out")
    if field.index and field.kind not in INDEXED:
        raise Wrong(f"{field.kind} cannot have an index: leave it out")
    if field.private and field.kind == "ref":
        raise Wrong("a ref has an id, which tells nothing by itself: leave private out")
    if field.searched and field.kind not in SEARCHED:
        raise Wrong(f"{field.kind} is not searched by words: leave search out")
    if (field.unique or field.index) and field.length > STR_LONGEST_INDEXED:
        raise Wrong(f"str({field.length}) is too long for an index: use at most str({STR_LONGEST_INDEXED})")


def _check_default(field: Field, default: str) -> None:
    word = _word(field)
    if field.kind not in DEFAULTS and not word:
        raise Wrong(f"{field.kind} takes no default: leave '= {default}' out")
    if field.unique:
        raise Wrong(f"only one row could have the default: leave out unique or '= {default}'")
    if word and default != word:
        raise Wrong(f"the default {default!r} cannot be: {field.kind} takes '= {word}' only")
    if word and field.optional:
        raise Wrong(f"with '= {word}' it is never left empty: leave out the ? or the default")
    if not word and not fits(field, default):
        raise Wrong(f"the default {default!r} is no {_described(field)}: give one that is, or none")


def _word(field: Field) -> str:
    """Return the default that a request computes: now, today, or me for a ref to users."""
    return "" if field.kind == "ref" and not field.to_users else WORDS.get(field.kind, "")


def fits(field: Field, default: str) -> bool:
    """True if the text is a value of the field. Not for kinds without defaults."""
    match field.kind:
        case "str" | "text":
            is_text = default == default.strip() and default.isprintable()
            return (
                is_text and (field.shortest or 1) <= len(default) <= (field.length or 1000) and _matches(field, default)
            )
        case "int" | "bigint":
            least, most = INTEGERS[field.kind]
            is_int = bool(re.fullmatch(r"-?(0|[1-9]\d{0,18})", default))
            return is_int and least <= int(default) <= most and _is_within(field, default)
        case "float":
            return bool(re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", default)) and _is_within(field, default)
        case "decimal":
            is_decimal = bool(re.fullmatch(r"-?\d+(\.\d+)?", default))
            return is_decimal and _has_room(field, Decimal(default)) and _is_within(field, default)
        case "bool":
            return default.lower() in ("true", "false")
        case "country" | "currency" | "timezone":
            return is_known(field.kind, default)
        case _:
            return default in field.values


def _matches(field: Field, text: str) -> bool:
    return not field.pattern or bool(re.fullmatch(field.pattern, text))


def _is_within(field: Field, number: str) -> bool:
    low, high = field.bounds
    return (low is None or Decimal(low) <= Decimal(number)) and (high is None or Decimal(number) <= Decimal(high))


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
