"""Which arguments of jobs and values of events operators may read: ids, numbers and short words."""

from typing import Any

from app.core.observability.logging import HIDDEN, is_private

LONGEST = 80
"""Longer texts are what people wrote, or links with secrets in them."""


def shown(value: Any, name: str = "") -> Any:
    """Return the value with what is private hidden, at any depth: by its name, or by its look."""
    if is_private(name):
        return HIDDEN
    if isinstance(value, dict):
        return {key: shown(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        return [shown(each, name) for each in value]
    if isinstance(value, str) and ("@" in value or "://" in value or len(value) > LONGEST):
        return HIDDEN
    return value
