"""Whether a module's schemas let through what its tables take: values of enums, lengths, digits.

A schema is a model's by its name: `InvoiceCreate`, `InvoiceChange` and `InvoiceRead` are those of
`Invoice`.
"""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import CheckConstraint, Column, Numeric, String, Table

from app.core.module import Module
from app.database.base import Base
from app.database.guarantees import Finding

INCOMING = ("Create", "Change")
ONE_OF = re.compile(r"(\w+) IN \((.*)\)", re.DOTALL)
VALUE = re.compile(r"'((?:[^']|'')*)'")


def find_disagreements(modules: Iterable[Module]) -> list[Finding]:
    """Wants the models loaded."""
    return [finding for module in modules for finding in _of_module(f"app.modules.{module.name}")]


def _of_module(package: str) -> Iterator[Finding]:
    if find_spec(f"{package}.schemas") is None:
        return
    schemas = import_module(f"{package}.schemas")
    for mapper in Base.registry.mappers:
        model = mapper.class_
        if f"{model.__module__}.".startswith(f"{package}."):
            for name in (*INCOMING, "Read"):
                yield from _of_schema(schemas, f"{model.__name__}{name}", model.__table__)


def _of_schema(schemas: ModuleType, name: str, table: Table) -> Iterator[Finding]:
    schema = getattr(schemas, name, None)
    if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        return
    values = dict(_allowed_values(table))
    for field, described in _described(schema).items():
        column = table.columns.get(field)
        if column is None:
            continue
        for what in _of_field(name, described, column, values.get(field)):
            place = f"{schema.__module__}.{name}.{field}"
            yield Finding(place, f"{what} of {table.name}.{field}", "Let both say the same.")


def _of_field(
    name: str, described: dict[str, Any], column: Column[Any], allowed: set[str] | None
) -> Iterator[str]:
    incoming = name.endswith(INCOMING)
    said = set(described.get("enum", ()))
    if allowed is not None and said and (said - allowed if incoming else allowed - said):
        yield f"has other values ({_list(said)}) than the CHECK constraint ({_list(allowed)})"
    if not incoming:
        return
    if said and "default" in described and described["default"] not in (None, *said):
        yield f"has a default, {described['default']!r}, that is none of the values"
    length, limit = described.get("maxLength"), getattr(column.type, "length", None)
    if isinstance(column.type, String) and length and limit and length > limit:
        yield f"lets {length} characters through, and there is room for the {limit}"
    places, scale = described.get("decimal_places"), getattr(column.type, "scale", None)
    if isinstance(column.type, Numeric) and places and scale is not None and places > scale:
        yield f"lets {places} decimal places through, and there is room for the {scale}"
    digits, precision = described.get("max_digits"), getattr(column.type, "precision", None)
    if isinstance(column.type, Numeric) and digits and precision and digits > precision:
        yield f"lets {digits} digits through, and there is room for the {precision}"


def _allowed_values(table: Table) -> Iterator[tuple[str, set[str]]]:
    """Of the columns whose CHECK constraint lists their values."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = ONE_OF.fullmatch(str(constraint.sqltext).strip())
            if found:
                values = {each.replace("''", "'") for each in VALUE.findall(found[2])}
                yield found[1], values


def _described(schema: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Of each field what JSON schema says, `null` left aside, and the digits, which it does not."""
    described = schema.model_json_schema()
    shared = described.get("$defs", {})
    return {
        name: {**_resolved(each, shared), **_digits(schema.model_fields[name])}
        for name, each in described.get("properties", {}).items()
        if name in schema.model_fields
    }


def _resolved(each: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    merged = dict(each)
    for part in (*each.get("anyOf", ()), *each.get("allOf", ()), each):
        if "$ref" in part:
            merged |= shared.get(part["$ref"].rpartition("/")[2], {})
        elif part is not each and part.get("type") != "null":
            merged |= part
    if "const" in merged:
        merged["enum"] = [merged["const"]]
    return merged


def _digits(field: FieldInfo) -> dict[str, int]:
    names = ("max_digits", "decimal_places")
    metadata = [*field.metadata, *_metadata_inside(field.annotation)]
    return {
        name: value for each in metadata for name in names if (value := getattr(each, name, None))
    }


def _metadata_inside(annotation: Any) -> Iterator[Any]:
    """Of `Annotated[…] | None` too."""
    for each in getattr(annotation, "__metadata__", ()):
        yield from each.metadata if isinstance(each, FieldInfo) else [each]
    for part in get_args(annotation):
        yield from _metadata_inside(part)


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(map(str, values)))
