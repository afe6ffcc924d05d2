"""Write a response model as JSON with orjson, in half of pydantic's time.

Only for models of plain fields, which both write alike; tests compare them. A model that says
anything about how it is written is left to pydantic, and so is a value that its field would not
hold.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import orjson
from pydantic import BaseModel

ALIKE = {"bool", "date", "datetime", "decimal", "int", "none", "str", "uuid"}
OPTIONS = orjson.OPT_UTC_Z
DEFAULTS = {
    "response_model_include": None,
    "response_model_exclude": None,
    "response_model_exclude_unset": False,
    "response_model_exclude_defaults": False,
    "response_model_exclude_none": False,
}
ABOUT_FIELD = {"type", "schema", "metadata", "validation_alias", "frozen"}
ABOUT_MODEL = {
    "type",
    "cls",
    "generic_origin",
    "schema",
    "config",
    "metadata",
    "ref",
    "custom_init",
    "root_model",
}
ABOUT_CONFIG = {"title", "extra_fields_behavior", "from_attributes"}


class Writer:
    """Writes instances of exactly this model. `lists` has the kinds of items of its lists."""

    def __init__(self, kind: type[BaseModel], lists: Mapping[str, type[BaseModel]]) -> None:
        self.kind = kind
        self.lists = lists

    def __call__(self, answer: Any) -> bytes | None:
        """Return JSON, or None if pydantic has to write it."""
        if type(answer) is not self.kind:
            return None
        values = answer.__dict__
        for name, kind in self.lists.items():
            items = values[name]
            if not {*map(type, items)} <= {kind}:
                return None
            values = {**values, name: [each.__dict__ for each in items]}
        try:
            return orjson.dumps(values, default=Decimal.__str__, option=OPTIONS)
        except TypeError:
            return None


def writer_of(route: Any) -> Callable[[Any], bytes | None]:
    """Return what writes the route's responses. What it returns None for is left to FastAPI."""
    field = route.response_field
    kind: Any = None if field is None else field.field_info.annotation
    is_plain = all(getattr(route, name) == value for name, value in DEFAULTS.items())
    if not (is_plain and _is_model(kind)) or field.field_info.metadata:
        return _left_to_fastapi
    try:
        return Writer(kind, dict(_lists(kind)))
    except NotAlike:
        return _left_to_fastapi


class NotAlike(Exception):
    """orjson might write this model in another way."""


def _lists(kind: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the lists of plain models among the fields. Raises NotAlike."""
    for name, schema in _fields(kind.__pydantic_core_schema__):
        if schema["type"] != "list":
            _require(_is_alike(schema))
            continue
        items = schema["items_schema"]
        _require("serialization" not in schema and all(_is_alike(of) for _, of in _fields(items)))
        yield name, items["cls"]


def _fields(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a model's schema. Raises NotAlike unless it is a plain model."""
    _require(schema["type"] == "model" and schema.keys() <= ABOUT_MODEL)
    _require(not schema.get("root_model") and not schema.get("custom_init"))
    config = schema.get("config", {})
    _require(config.keys() <= ABOUT_CONFIG and config.get("extra_fields_behavior") != "allow")
    inner = schema["schema"]
    _require(inner["type"] == "model-fields" and not inner.get("computed_fields"))
    for name, field in inner["fields"].items():
        _require(field.keys() <= ABOUT_FIELD)
        yield name, field["schema"]


def _is_alike(schema: Any) -> bool:
    if "serialization" in schema:
        return False
    if schema["type"] in ("nullable", "default"):
        return _is_alike(schema["schema"])
    if schema["type"] == "literal":
        return all(isinstance(each, str) for each in schema["expected"])
    return schema["type"] in ALIKE


def _require(condition: Any) -> None:
    if not condition:
        raise NotAlike


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _left_to_fastapi(_: Any) -> None:
    return None
