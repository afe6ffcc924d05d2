"""Reads the log-in form (RFC 6749, 4.3.2): urlencoded UTF-8 of a few kilobytes only.

A general form parser would accept megabytes, files, and any codec that the client names.
"""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from app.core.errors import PayloadTooLarge, UnsupportedMediaType

from ..schemas import LogInForm

MEDIA_TYPE = "application/x-www-form-urlencoded"
MOST_BYTES = 8192


def described(form: type[BaseModel]) -> dict[str, Any]:
    """Return the form's description for `openapi_extra`."""
    content = {MEDIA_TYPE: {"schema": form.model_json_schema()}}
    return {"requestBody": {"content": content, "required": True}}


async def _read_form(request: Request) -> LogInForm:
    """Raises UnsupportedMediaType, PayloadTooLarge, RequestValidationError."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise UnsupportedMediaType(f"Send the header Content-Type: {MEDIA_TYPE}.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise PayloadTooLarge
    return _valid(_fields(body))


def _fields(body: bytes) -> Mapping[str, str]:
    """Decode the fields, with U+FFFD for invalid UTF-8. Fields without a value are left out."""
    fields = parse_qs(body.decode("utf-8", "replace"), errors="replace")
    return {name: values[-1] for name, values in fields.items()}


def _valid(fields: Mapping[str, str]) -> LogInForm:
    """Raises RequestValidationError."""
    try:
        return LogInForm.model_validate(fields)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [{**one, "loc": ("body", *one["loc"])} for one in found]
        ) from error


Form = Annotated[LogInForm, Depends(_read_form)]
