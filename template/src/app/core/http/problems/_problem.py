"""Render errors as application/problem+json (RFC 9457)."""

from typing import Any
from urllib.parse import quote

import orjson
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.types import Scope

from app.core.errors import AppError, FieldError
from app.core.http.language import language_of
from app.core.languages import translate

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(
        description="JSON pointer (RFC 6901) into the request.",
        examples=["/body/email", "/query/limit"],
    )
    detail: str


class Problem(BaseModel):
    """Describes what went wrong (RFC 9457)."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(
        description="The kind of problem, and the address of a page that explains it."
    )
    title: str = Field(
        description="The kind of problem in a few words; the same for a type in each language."
    )
    status: int = Field(description="The HTTP status code.")
    detail: str = Field(description="What went wrong this time.")
    instance: str = Field(description="The path of the request.")
    trace_id: str = Field(description="Identifies the request in logs and traces.")
    errors: list[FieldProblem] = Field(
        default=[], description="What is wrong with which value, if it is about values."
    )


class ValidationProblem(Problem):
    """Lists what is wrong with the values of a request."""

    model_config = ConfigDict(title="ValidationProblem")

    errors: list[FieldProblem]


def render(scope: Scope, error: AppError) -> Response:
    return Response(
        orjson.dumps(_members(scope, error)),
        status_code=error.status,
        headers=error.headers,
        media_type=MEDIA_TYPE,
    )


def problem_bytes(error: AppError, scope: Scope) -> tuple[dict[str, str], bytes]:
    """Return headers and body of an error raised outside of the app.

    The scope's state has the `public_url`, which is known to the app otherwise.
    """
    answer = render(scope, error)
    return dict(answer.headers), bytes(answer.body)


def _members(scope: Scope, error: AppError) -> dict[str, Any]:
    language = language_of(scope)
    members: dict[str, Any] = {
        "type": f"{_public_url(scope)}/errors/{error.slug}",
        "title": translate(language, error.title),
        "status": error.status,
        "detail": translate(language, error.detail or error.title),
        "instance": quote(scope["path"], safe="/:@!$&'()*+,;=~"),
        "trace_id": scope.get("state", {}).get("trace_id", ""),
    }
    if error.errors:
        members["errors"] = [
            FieldError(each.pointer, translate(language, each.detail)) for each in error.errors
        ]
    return members


def _public_url(scope: Scope) -> str:
    """Return the app's public URL, or "" if it is not configured; `type` is then relative."""
    if app := scope.get("app"):
        return getattr(app.state, "public_url", "")
    return str(scope.get("state", {}).get("public_url", ""))
