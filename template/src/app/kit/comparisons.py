"""Comparisons between two fields of a schema, such as `ends_at` after `starts_at`."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

_SIGNS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    ">": (operator.gt, "greater than"),
    ">=": (operator.ge, "greater than or equal to"),
    "<": (operator.lt, "less than"),
    "<=": (operator.le, "less than or equal to"),
}


def compared(sign: str, other: str) -> AfterValidator:
    """Return a validator for `Annotated`: it compares the value with a field that stands before.

    A field that was left out, is null or stands behind is compared by the table's constraint only.
    """
    holds, words = _SIGNS[sign]

    def compare(value: Any, info: ValidationInfo) -> Any:
        there = info.data.get(other)
        if there is not None and not holds(value, there):
            raise PydanticCustomError("comparison", f"Input should be {words} {other}")
        return value

    return AfterValidator(compare)
