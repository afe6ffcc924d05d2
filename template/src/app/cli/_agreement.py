"""Checks that schemas accept only what their tables accept: values of enums, lengths, digits.

Schemas and models match by name: `InvoiceCreate`, `InvoiceChange` and `InvoiceRead` belong to
`Invoice`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import CheckConstraint, Column, Numeric, String, Table

from app.database.base import Base
from app.database.schema.guarantees import Finding
from app.kit.schemas import Schema

INCOMING = ("Create", "Change")
ONE_OF = re.compile(r"(\w+) IN \((.*)\)", re.DOTALL)
VALUE = re.compile(r"'((?:[^']|'')*)'")


def find_disagreements() -> list[Finding]:
    """Return the fields in which they differ. All modules must be loaded."""
    schemas = {(*_place(schema), schema.__name__): schema for schema in _below(Schema)}
    return [
        finding
        for mapper in Base.registry.mappers
        for end in (*INCOMING, "Read")
        if (schema := schemas.get((*_place(mapper.class_), f"{mapper.class_.__name__}{end}")))
        for finding in _of_schema(schema, mapper.class_.__table__)
    ]


def _place(kind: type) -> tuple[str, ...]:
    """Return the module of this project that contains the class."""
    return tuple(kind.__module__.split(".")[:3])


def _below(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _of_schema(schema: type[BaseModel], table: Table) -> Iterator[Finding]:
    values = dict(_allowed_values(table))
    for field, described in _described(schema).items():
        column = table.columns.get(field)
        if column is None:
            continue
        for what in _of_field(schema.__name__, described, column, values.get(field)):
            place = f"{schema.__module__}.{schema.__name__}.{field}"
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
    """Yield the columns whose CHECK constraint lists their values, with these values."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = ONE_OF.fullmatch(str(constraint.sqltext).strip())
            if found:
                values = {each.replace("''", "'") for each in VALUE.findall(found[2])}
                yield found[1], values


def _described(schema: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Return each field's JSON schema without `null`, and its digits, which JSON schema lacks."""
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
    """Yield the metadata, also of `Annotated[…] | None`."""
    for each in getattr(annotation, "__metadata__", ()):
        yield from each.metadata if isinstance(each, FieldInfo) else [each]
    for part in get_args(annotation):
        yield from _metadata_inside(part)


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(map(str, values)))
