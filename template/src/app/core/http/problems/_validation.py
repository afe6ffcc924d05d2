"""What is wrong with a request's values, without repeating any of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.types import Scope

from app.core.errors import AppError, BadRequest, FieldError, Invalid, UnsupportedMediaType

# pydantic puts parts of the value into the messages of these
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
    return Invalid(errors=[FieldError(_pointer(one["loc"]), _sentence(one)) for one in found])


def _is_json(scope: Scope) -> bool:
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _pointer(location: Iterable[str | int]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in location)


def _sentence(one: dict[str, Any]) -> str:
    if one["type"] in QUIET:
        return QUIET[one["type"]]
    message = str(one["msg"]).removeprefix("Value error, ")
    if "reason" in one.get("ctx", {}):
        return message.partition(":")[0]
    return message
