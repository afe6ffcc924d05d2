"""Two fields of a schema that depend on each other, such as `ends_at` after `starts_at`."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_SIGNS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    ">": (operator.gt, "greater than"),
    ">=": (operator.ge, "greater than or equal to"),
    "<": (operator.lt, "less than"),
    "<=": (operator.le, "less than or equal to"),
}


_NULL: Mapping[str, Any] = {"type": "null"}
_NOT_NULL: Mapping[str, Any] = {"not": _NULL}


@dataclass(frozen=True)
class Compared:
    """Compares the value with the field `other`, and says so in the schema's description."""

    sign: str
    other: str

    @property
    def words(self) -> str:
        return f"{_SIGNS[self.sign][1]} {self.other}"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._compare, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described = handler(schema)
        known = described.get("description", "")
        described["description"] = f"{known} {self.words.capitalize()}.".strip()
        return described

    def _compare(self, value: Any, info: ValidationInfo) -> Any:
        there = info.data.get(self.other)
        if there is not None and not _SIGNS[self.sign][0](value, there):
            raise PydanticCustomError("comparison", f"Input should be {self.words}")
        return value


def compared(sign: str, other: str) -> Compared:
    """Return a validator for `Annotated`: it compares the value with a field that stands before.

    A field that was left out, is null or stands behind is compared by the table's constraint only.
    """
    return Compared(sign, other)


def both_or_neither(*pairs: tuple[str, str], changes: bool = False) -> ConfigDict:
    """Return the `model_config` of a schema with pairs of fields: both or neither are null.

    It says so in the document; the table's constraint refuses what does not fit. A change may have
    one of them, whose other one is in the row.
    """
    described: dict[str, Any] = {}
    for first, second in pairs:
        empty = {"properties": {second: _NULL}}
        filled: dict[str, Any] = {"properties": {second: _NOT_NULL}}
        if not changes:
            filled["required"] = [second]
            has_second = {"properties": {second: _NOT_NULL}}
            described[second] = {"if": has_second, "then": {"required": [first]}}
        described[first] = {"if": {"properties": {first: _NULL}}, "then": empty, "else": filled}
    return ConfigDict(json_schema_extra={"dependentSchemas": described})
