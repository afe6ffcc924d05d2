"""The Jinja filters that a module's files apply to its fields."""

from collections.abc import Callable, Mapping
from typing import Any

from . import filtering, samples, types
from .imports import imports

FILTERS: Mapping[str, Callable[..., Any]] = {
    "beyond_limits": samples.beyond_limits,
    "column_type": types.column_type,
    "computed_default": types.computed_default,
    "condition_lines": types.condition_lines,
    "counted_example": samples.counted_example,
    "declared": types.declared,
    "default_argument": types.default_argument,
    "default_imports": types.default_imports,
    "delete_rule": types.delete_rule,
    "example": samples.example,
    "filter_imports": filtering.filter_imports,
    "first_value": types.first_value,
    "helper_imports": samples.helper_imports,
    "imports": imports,
    "json_example": samples.json_example,
    "known_values": types.known_values,
    "limit": types.limit,
    "other_example": samples.other_example,
    "own_type": types.own_type,
    "python_type": types.python_type,
    "query_imports": types.query_imports,
    "query_type": types.query_type,
    "schema_imports": types.schema_imports,
    "seed_value": samples.seed_value,
    "step_type": types.step_type,
    "type_imports": types.type_imports,
    "value_imports": samples.value_imports,
    "wrong_example": samples.wrong_example,
}
