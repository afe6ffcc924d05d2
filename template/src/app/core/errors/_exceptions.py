"""Base classes of all errors that clients see. A module's errors.py subclasses one of them.

    class ProjectKeyTaken(Conflict):
        '''Keys are unique within a tenant. Choose another one.'''

        title = "This key is taken"
        detail = "Another project has the key {key} already."

    raise ProjectKeyTaken(key=key)

The docstring is the page at /errors/project-key-taken.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.exceptions import HTTPException

WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid value in a request. Its JSON pointer (RFC 6901) is like /body/items/0/name."""

    pointer: str
    detail: str

    @classmethod
    def at(cls, *steps: str | int, detail: str) -> "FieldError":
        """Build the pointer from path segments: `at("body", "items", 0, …)` is /body/items/0."""
        parts = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
        return cls("".join(f"/{part}" for part in parts), detail)


class AppError(Exception):
    """Something went wrong that the client should know about."""

    status: int = 500
    slug: ClassVar[str] = "app-error"
    title: ClassVar[str] = "Application error"
    detail: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Derive slug and title from the class name unless the subclass defines them.

        Its own title is also the detail that it does not define: its base class's would say less.
        """
        super().__init_subclass__(**kwargs)
        words = WORDS.sub(" ", cls.__name__)
        if "slug" not in vars(cls):
            cls.slug = words.replace(" ", "-").lower()
        if "title" not in vars(cls):
            cls.title = words.capitalize()
        elif "detail" not in vars(cls):
            cls.detail = f"{cls.title}."

    def __init__(
        self,
        detail: str | None = None,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
        **values: object,
    ) -> None:
        """Format the class's `detail` with `values`, which stay readable as `error.values`."""
        template = type(self).detail
        self.detail = detail or (template.format_map(values) if template else None)
        self.headers = dict(headers or {})
        self.errors = tuple(errors)
        self.values = values
        super().__init__(self.detail or self.title)

    @property
    def facts(self) -> Mapping[str, object]:  # until 3.0
        return self.values


class BadRequest(AppError):
    """The request could not be read, for example because its body is not valid JSON."""

    status = 400
    detail = "The request could not be read."


class Unauthenticated(AppError):
    """The request needs authentication.

    Log in, and send the access token in the header `Authorization: Bearer …`.
    """

    status = 401
    title = "Log in first"
    detail = "This needs a valid access token."
    challenge: ClassVar[str] = "Bearer"

    def __init__(self, detail: str | None = None, /, **values: Any) -> None:
        super().__init__(detail, **values)
        self.headers.setdefault("WWW-Authenticate", self.challenge)


class InvalidToken(Unauthenticated):
    """The access token is invalid, expired or revoked.

    Get a new one with the refresh token, or log in again.
    """

    title = "Invalid or expired token"
    detail = "The access token is not valid, or not valid any more."
    challenge = 'Bearer error="invalid_token"'


class Forbidden(AppError):
    """You are logged in, but your permissions in this tenant do not allow this request."""

    status = 403
    title = "Not allowed"
    detail = "You are not allowed to do this."


class SupportIsReadOnly(Forbidden):
    """Support sees what a member sees, and changes nothing. End the support first."""

    slug = "support-is-read-only"
    title = "Support is read-only"
    detail = "Support sees what a member sees, and changes nothing. End the support first."


class NotFound(AppError):
    """The resource does not exist, or you may not see it.

    The response is the same in both cases.
    """

    status = 404
    title = "Not found"
    detail = "There is nothing here."


class MethodNotAllowed(AppError):
    """This address exists, but does not support the method of your request.

    The response header `Allow` lists the methods that it supports.
    """

    status = 405
    detail = "This address does not take this method."


class BodyTooSlow(AppError):
    """The body of the request took too long to arrive. Nothing of it was done."""

    status = 408
    detail = "The request body took too long to arrive."


class Conflict(AppError):
    """The request is valid, but conflicts with the data as it is now.

    Read the current state and try again.
    """

    status = 409
    detail = "This does not fit what is stored."


class AlreadyExists(Conflict):
    """A value that must be unique, such as a name or a key, is in use. Choose another one."""

    detail = "Something with this name or key exists already."


class BrokenReference(Conflict):
    """The request refers to something that does not exist, or deletes something still in use."""

    detail = "This refers to something that does not exist, or others refer to it."


class Outdated(Conflict):
    """Someone else changed or deleted this in the meantime.

    Read it again and repeat your change.
    """

    title = "Changed by someone else"
    detail = "This was changed or deleted in the meantime."


class PreconditionFailed(AppError):
    """You asked to change one version (`If-Match`), but there is a newer one now.

    Read it again, and repeat your change if it still makes sense.
    """

    status = 412
    title = "Changed by someone else"
    detail = "This is not the version that you have read."


class PayloadTooLarge(AppError):
    """The body of the request is larger than the app accepts."""

    status = 413
    detail = "The request body is too large."


class UnsupportedMediaType(AppError):
    """The body of the request has a format that this address does not accept.

    Most addresses accept JSON: send the header `Content-Type: application/json`.
    """

    status = 415
    detail = "Send the header Content-Type: application/json."


class Invalid(AppError):
    """A value in the request is missing or invalid.

    The member `errors` lists each one with a JSON pointer into the request: `/body/email`,
    `/query/limit`, `/path/id`.
    """

    status = 422
    slug = "validation"
    title = "Validation Error"
    detail = "The request contains invalid data."
    pointer: ClassVar[str] = ""
    """JSON pointer of the invalid value, set by subclasses; empty means the whole request."""

    def __init__(self, detail: str | None = None, /, **values: Any) -> None:
        super().__init__(detail, **values)
        self.errors = self.errors or (FieldError(self.pointer, self.detail or self.title),)


class UnknownCursor(Invalid):
    """The cursor is not one that this list has given. Send `next_cursor` of a page as it is."""

    slug = "unknown-cursor"
    pointer = "/query/cursor"
    title = "Unknown cursor"
    detail = "The cursor is not valid."


class TooManyRequests(AppError):
    """You have sent too many requests. The header `Retry-After` says how many seconds to wait."""

    status = 429
    detail = "You have sent too many requests."


class InternalError(AppError):
    """An unexpected error occurred on our side, and it has been logged.

    If you contact us, include the `trace_id`.
    """

    status = 500
    title = "Internal error"
    detail = "Something broke on our side."


class Unavailable(AppError):
    """The app cannot handle requests at the moment.

    The header `Retry-After` says how many seconds to wait.
    """

    status = 503
    title = "Temporarily unavailable"
    detail = "The app cannot answer at the moment. Try again."

    def __init__(
        self, detail: str | None = None, /, *, retry_after: int = 1, **values: Any
    ) -> None:
        super().__init__(detail, **values)
        self.headers.setdefault("Retry-After", str(retry_after))


class BodyRefused(HTTPException):
    """Carries a problem out of `receive`.

    FastAPI re-raises only HTTPException while it reads the body.
    """

    def __init__(self, problem: AppError) -> None:
        super().__init__(problem.status)
        self.problem = problem


class StorageFull(Unavailable):
    """The server has no space left to store this.

    Nothing was saved. The header `Retry-After` says how many seconds to wait.
    """

    title = "The storage is full"
    detail = "There is no space to store this at the moment. Try again later."

    def __init__(
        self, detail: str | None = None, /, *, retry_after: int = 60, **values: Any
    ) -> None:
        super().__init__(detail, retry_after=retry_after, **values)


class HttpError(AppError):
    """An error without a page of its own. Its HTTP status says what it means."""

    title = "HTTP error"

    def __init__(self, status: int, detail: str | None = None, /, **values: Any) -> None:
        super().__init__(detail, **values)
        self.status = status
