"""Models of rows whose values have the types of their columns, without checking each again."""

from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaError, SchemaValidator, core_schema

from app.kit.rows import Rows

Item = TypeVar("Item", bound=BaseModel)

KINDS = {"bool": bool, "date": date, "datetime": datetime, "int": int, "str": str, "uuid": UUID}
"""The types that pydantic takes as they are, by their names in its schemas."""
UNLIMITED = {"type", "microseconds_precision"}
PLAIN_CONFIG = {"extra_fields_behavior", "from_attributes", "title"}
ANY = core_schema.any_schema()


def models_of(item: type[Item], rows: object) -> list[Item] | None:
    """Return the models of a page's rows, or None if pydantic has to read and check each value.

    The rows are those that a statement returned: their class says the types of its columns.
    """
    if not isinstance(rows, Rows):
        return None
    kind, *others = {*map(type, rows.items)} or {object}
    validator = None if others else _validator(item, kind)
    if validator is None:
        return None
    try:
        made: list[Item] = validator.validate_python([row.__dict__ for row in rows.items])
    except ValidationError:  # pydantic says it with the names that clients know
        return None
    return made


@cache
def _validator(item: type[BaseModel], kind: type) -> SchemaValidator | None:
    """Return what makes models of rows; None for models that are more than fields."""
    columns: dict[str, tuple[type, bool]] = getattr(kind, "__column_types__", {})
    schema: Any = item.__pydantic_core_schema__
    if not _is_plain(schema) or not schema["schema"]["fields"].keys() <= columns.keys():
        return None
    fields = {
        name: {**field, "schema": _trusted(field["schema"], columns[name])}
        for name, field in schema["schema"]["fields"].items()
    }
    config = {**schema["config"], "extra_fields_behavior": "ignore"}
    trusting = {**schema, "schema": {**schema["schema"], "fields": fields}, "config": config}
    try:
        # pydantic would use the validator of `item` itself, which it has already built.
        return SchemaValidator(core_schema.list_schema(trusting), _use_prebuilt=False)
    except (SchemaError, TypeError):
        return None


def _is_plain(schema: Any) -> bool:
    """True for the schema of a model that reads its fields by their own names, as they are."""
    return (
        schema["type"] == "model"
        and schema["schema"]["type"] == "model-fields"
        and not (schema.get("root_model") or schema.get("custom_init"))
        and schema["config"].keys() <= PLAIN_CONFIG
        and schema["config"].get("extra_fields_behavior") != "allow"
        and not any("validation_alias" in each for each in schema["schema"]["fields"].values())
    )


def _trusted(schema: Any, column: tuple[type, bool]) -> Any:
    """Return a schema that takes any value if the column holds none that this one refuses."""
    kind, may_be_empty = column
    takes_nothing = schema["type"] == "nullable"
    inner = schema["schema"] if takes_nothing else schema
    is_exact = KINDS.get(inner["type"]) is kind and inner.keys() <= UNLIMITED
    return ANY if is_exact and (takes_nothing or not may_be_empty) else schema
