"""Values as cells, and cells as values.

A text that a spreadsheet would take for a formula is written with a `'` in front, and read without
it: https://owasp.org/www-community/attacks/CSV_Injection
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

from app.core.languages import message
from app.kit.json_values import CONTROL, find_fault

FORMULA = frozenset("=+-@\t\r＝＋－＠")
QUOTE = "'"
LEFT_OUT = object()
FLAGS = {"true": True, "1": True, "false": False, "0": False}
INTEGER = re.compile(r"[+-]?\d{1,30}")
NUMBER = re.compile(r"[+-]?\d{1,300}(\.\d{0,300})?([eE][+-]?\d{1,3})?")
CONTROLS = message("Input should have no control characters but tabs and line breaks")


class WrongCell(ValueError):
    """The cell holds what cannot be stored."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a file may have; `kinds` are the types of JSON that its values have.

    `fields` are those of the objects in a list.
    """

    name: str
    kinds: frozenset[str]
    required: bool
    fields: frozenset[str] = frozenset()

    @property
    def nullable(self) -> bool:
        return "null" in self.kinds


def columns_of(schema: type[BaseModel]) -> dict[str, Column]:
    """Return the fields of a body by name."""
    described = schema.model_json_schema()
    definitions, required = described.get("$defs", {}), described.get("required", ())
    return {
        name: Column(
            name,
            frozenset(_kinds(member, definitions)),
            name in required,
            frozenset(_fields_of_items(member, definitions)),
        )
        for name, member in described.get("properties", {}).items()
    }


def _kinds(member: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    if reference := member.get("$ref"):
        yield from _kinds(definitions[reference.rpartition("/")[2]], definitions)
    for part in (*member.get("anyOf", ()), *member.get("allOf", ()), *member.get("oneOf", ())):
        yield from _kinds(part, definitions)
    if "type" in member:
        yield member["type"]


def _fields_of_items(
    member: Mapping[str, Any], definitions: Mapping[str, Any]
) -> Mapping[str, Any]:
    name = member.get("items", {}).get("$ref", "").rpartition("/")[2]
    properties: Mapping[str, Any] = definitions.get(name, {}).get("properties", {})
    return properties


def cell_of(value: Any) -> str:
    """Return the cell of a value as Python has it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float() | Decimal():
            return str(value)
        case str():
            return guarded(value)
        case list() | dict():
            return to_json(value, inf_nan_mode="null").decode()
        case _:
            return guarded(str(to_jsonable_python(value)))


def guarded(text: str) -> str:
    return QUOTE + text if _needs_quote(text) else text


def unguarded(cell: str) -> str:
    """Undo `guarded`, for every text."""
    return cell[1:] if cell.startswith(QUOTE) and _needs_quote(cell[1:]) else cell


def _needs_quote(text: str) -> bool:
    first, second = text[:1], text[1:2]
    return first in FORMULA or (first == QUOTE and (second in FORMULA or second == QUOTE))


def value_of(column: Column, cell: str) -> Any:
    """Return the value, LEFT_OUT for an empty cell, or the text where it is no value.

    The schema says what is wrong with such a text. Raises WrongCell.
    """
    if not cell.strip():
        return None if column.nullable else LEFT_OUT
    text = unguarded(cell)
    if "\0" in text or CONTROL.search(text):
        raise WrongCell(CONTROLS)
    return _without_ids(column, _converted(column.kinds - {"null"}, text))


def _without_ids(column: Column, value: Any) -> Any:
    """Leave out what only an export has of the objects in a list."""
    if not isinstance(value, list) or not column.fields or "id" in column.fields:
        return value
    return [
        {name: each for name, each in one.items() if name != "id"} if isinstance(one, dict) else one
        for one in value
    ]


def _converted(kinds: frozenset[str], text: str) -> Any:
    plain = text.strip()
    if kinds == {"integer"}:
        return int(plain) if INTEGER.fullmatch(plain) else text
    if kinds == {"number"}:
        return float(plain) if NUMBER.fullmatch(plain) else text
    if kinds == {"boolean"}:
        return FLAGS.get(plain.lower(), text)
    if kinds and kinds <= {"array", "object"}:
        return _json(text)
    return text


def _json(text: str) -> Any:
    """Raises WrongCell."""
    if fault := find_fault(text.encode()):
        raise WrongCell(fault.sentence)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
