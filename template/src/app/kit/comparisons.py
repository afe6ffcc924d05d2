"""Comparisons between two fields of a schema, such as `ends_at` after `starts_at`."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_SIGNS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    ">": (operator.gt, "greater than"),
    ">=": (operator.ge, "greater than or equal to"),
    "<": (operator.lt, "less than"),
    "<=": (operator.le, "less than or equal to"),
}


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
