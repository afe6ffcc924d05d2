"""Decide which arguments of jobs operators may read, by type, so that no user's text is shown."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from inspect import isclass
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

from app.core.jobs import Job
from app.core.observability.logging import HIDDEN, is_private

SHOWN = (UUID, bool, int, float, Decimal, date, time, timedelta, Enum, type(None))
"""Types whose values are ids, numbers, moments and choices. Text may be anybody's, or a secret."""


def shown(arguments: Mapping[str, Any], job: Job | None) -> dict[str, Any]:
    """Return the arguments; those that are private by name or may hold text are hidden.

    Of a job that this release does not know, all are.
    """
    fields = job.shape.model.model_fields if job else {}
    kinds = {name: field.annotation for name, field in fields.items() if not is_private(name)}
    return {
        name: value if is_shown(kinds.get(name)) else HIDDEN for name, value in arguments.items()
    }


def is_shown(kind: Any) -> bool:
    """True if each value of this type may be shown, whatever it is."""
    if get_origin(kind) is Literal:
        return True
    if get_origin(kind) is Annotated:
        return is_shown(get_args(kind)[0])
    if inner := [each for each in get_args(kind) if each is not ...]:
        return all(is_shown(each) for each in inner)
    return isclass(kind) and issubclass(kind, SHOWN)
