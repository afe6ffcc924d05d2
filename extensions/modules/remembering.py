"""Compute once what Copier asks for several times in a run, from answers that it copies."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_Parameters = ParamSpec("_Parameters")
_Found = TypeVar("_Found")
_MOST = 8


def remembered_by_text(function: Callable[_Parameters, list[_Found]]) -> Callable[_Parameters, list[_Found]]:
    """Keep the last results of a pure function, by the `repr` of its arguments: these are lists and mappings."""
    known: dict[str, list[_Found]] = {}

    @wraps(function)
    def remembering(*arguments: _Parameters.args, **named: _Parameters.kwargs) -> list[_Found]:
        key = repr((arguments, named))
        if key not in known:
            if len(known) >= _MOST:
                known.pop(next(iter(known)))
            known[key] = function(*arguments, **named)
        return [*known[key]]

    return remembering
