"""The Jinja filters that a module's files apply to its fields."""

from collections.abc import Callable, Mapping
from typing import Any

from . import samples, types
from .imports import imports

FILTERS: Mapping[str, Callable[..., Any]] = {
    "column_type": types.column_type,
    "counted_example": samples.counted_example,
    "declared": types.declared,
    "delete_rule": types.delete_rule,
    "example": samples.example,
    "first_value": types.first_value,
    "imports": imports,
    "json_example": samples.json_example,
    "known_values": types.known_values,
    "limit": types.limit,
    "other_example": samples.other_example,
    "python_type": types.python_type,
    "seed_value": samples.seed_value,
    "step_type": types.step_type,
    "type_imports": types.type_imports,
    "value_imports": samples.value_imports,
    "wrong_example": samples.wrong_example,
}
