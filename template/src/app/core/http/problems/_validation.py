"""Translate validation errors without repeating any of the request's values."""

from collections.abc import Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.types import Scope

from app.core.errors import (
    AppError,
    BadRequest,
    FieldError,
    Invalid,
    UnsupportedMediaType,
    sentence_of,
)

MOST = 20
"""The maximum of errors that are listed; the problem's detail says how many there are."""


def translate_validation(scope: Scope, error: RequestValidationError) -> AppError:
    found: Sequence[dict[str, Any]] = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return BadRequest("The request body is not valid JSON.")
    if any(one["loc"] == ("body",) and one["type"] != "missing" for one in found) and not _is_json(
        scope
    ):
        return UnsupportedMediaType()
    return _invalid(found)


def _invalid(found: Sequence[dict[str, Any]]) -> Invalid:
    """List only the first errors: a request of one megabyte can have a hundred thousand."""
    errors = [FieldError.at(*one["loc"], detail=sentence_of(one)) for one in found[:MOST]]
    if len(found) <= MOST:
        return Invalid(errors=errors)
    return Invalid(
        f"The request contains invalid data: {len(found)} errors, of which these are the first.",
        errors=errors,
    )


def _is_json(scope: Scope) -> bool:
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")
