"""Translate validation errors without repeating any of the request's values."""

from collections.abc import Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.types import Scope

from app.core.errors import AppError, BadRequest, FieldError, Invalid, UnsupportedMediaType

MOST = 20
"""At most this many errors are listed; the problem's detail says how many there are."""
# Pydantic's messages for these types contain parts of the value.
QUIET = {
    "uuid_parsing": "Input should be a valid UUID",
    "union_tag_invalid": "Input has a tag that is not expected here",
}


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
    errors = [FieldError.at(*one["loc"], detail=_sentence(one)) for one in found[:MOST]]
    if len(found) <= MOST:
        return Invalid(errors=errors)
    return Invalid(
        f"The request contains invalid data: {len(found)} errors, of which these are the first.",
        errors=errors,
    )


def _is_json(scope: Scope) -> bool:
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _sentence(one: dict[str, Any]) -> str:
    if one["type"] in QUIET:
        return QUIET[one["type"]]
    message = str(one["msg"]).removeprefix("Value error, ")
    if "reason" in one.get("ctx", {}):
        return message.partition(":")[0]
    return message
