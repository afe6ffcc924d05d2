"""What a client can be told. A module's errors.py subclasses one of these and writes the sentence.

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
    """One thing wrong with a request. The pointer (RFC 6901) leads into it: /body/items/0/name."""

    pointer: str
    detail: str

    @classmethod
    def at(cls, *steps: str | int, detail: str) -> "FieldError":
        """`at("body", "items", 0, detail=…)` is the pointer /body/items/0."""
        parts = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
        return cls("".join(f"/{part}" for part in parts), detail)


class AppError(Exception):
    """Something went wrong that the client should know about."""

    status: int = 500
    slug: ClassVar[str] = "app-error"
    title: ClassVar[str] = "Application error"
    detail: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A kind of error of its own: its name is its slug and its title, unless it writes them."""
        super().__init_subclass__(**kwargs)
        words = WORDS.sub(" ", cls.__name__)
        if "slug" not in vars(cls):
            cls.slug = words.replace(" ", "-").lower()
        if "title" not in vars(cls):
            cls.title = words.capitalize()

    def __init__(
        self,
        detail: str | None = None,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
        **facts: object,
    ) -> None:
        """`facts` fill the braces of the class's `detail` and can be read from `error.facts`."""
        template = type(self).detail
        self.detail = detail or (template.format_map(facts) if template else None)
        self.headers = dict(headers or {})
        self.errors = tuple(errors)
        self.facts = facts
        super().__init__(self.detail or self.title)


class BadRequest(AppError):
    """The request could not be read, for example because its body is not valid JSON."""

    status = 400
    detail = "The request could not be read."


class Unauthenticated(AppError):
    """The request needs to say who it comes from. Log in, and send the access token in the header
    `Authorization: Bearer …`.
    """

    status = 401
    title = "Log in first"
    detail = "This needs a valid access token."
    challenge: ClassVar[str] = "Bearer"

    def __init__(self, detail: str | None = None, /, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.headers.setdefault("WWW-Authenticate", self.challenge)


class InvalidToken(Unauthenticated):
    """The access token is not valid, or not valid any more. Get a new one with the refresh token,
    or log in again.
    """

    title = "Invalid or expired token"
    detail = "The access token is not valid, or not valid any more."
    challenge = 'Bearer error="invalid_token"'


class Forbidden(AppError):
    """You are known, but what you are allowed to do in this tenant does not include this."""

    status = 403
    title = "Not allowed"
    detail = "You are not allowed to do this."


class NotFound(AppError):
    """There is nothing here, or nothing that you may see. The answer is the same in both cases."""

    status = 404
    title = "Not found"
    detail = "There is nothing here."


class MethodNotAllowed(AppError):
    """The address is right, but does not take this method. The header `Allow` has its own."""

    status = 405
    detail = "This address does not take this method."


class Conflict(AppError):
    """The request is fine but does not fit what is stored now. Read that, and try again."""

    status = 409
    detail = "This does not fit what is stored."


class AlreadyExists(Conflict):
    """Something that must be unique, such as a name or a key, is taken. Choose another one."""

    detail = "Something with this name or key exists already."


class BrokenReference(Conflict):
    """The request refers to something that does not exist, or removes what others refer to."""

    detail = "This refers to something that does not exist, or others refer to it."


class Outdated(Conflict):
    """Someone else changed or deleted this meanwhile. Read it again and repeat your change."""

    title = "Changed by someone else"
    detail = "This was changed or deleted in the meantime."


class PreconditionFailed(AppError):
    """You asked for a change of one version (`If-Match`), and there is another one now. Read it
    again, and repeat your change if it still makes sense.
    """

    status = 412
    title = "Changed by someone else"
    detail = "This is not the version that you have read."


class PayloadTooLarge(AppError):
    """The body of the request is larger than the app reads."""

    status = 413
    detail = "The request body is too large."


class UnsupportedMediaType(AppError):
    """The body of the request has another format than this address reads. Most read JSON: send the
    header `Content-Type: application/json`.
    """

    status = 415
    detail = "Send the header Content-Type: application/json."


class Invalid(AppError):
    """The request could be read, but a value in it is missing or wrong. The member `errors` lists
    each with a JSON pointer into the request: `/body/email`, `/query/limit`, `/path/id`.
    """

    status = 422
    slug = "validation"
    title = "Validation Error"
    detail = "The request contains invalid data."
    pointer: ClassVar[str] = ""
    """Where the fault is that a subclass is about; the whole request if it does not say so."""

    def __init__(self, detail: str | None = None, /, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.errors = self.errors or (FieldError(self.pointer, self.detail or self.title),)


class TooManyRequests(AppError):
    """You have sent too many requests. The header `Retry-After` says how many seconds to wait."""

    status = 429
    detail = "You have sent too many requests."


class InternalError(AppError):
    """Something broke on our side, and we have a record of it. If you write to us, tell us the
    `trace_id`.
    """

    status = 500
    title = "Internal error"
    detail = "Something broke on our side."


class Unavailable(AppError):
    """The app cannot answer at the moment. The header `Retry-After` says how many seconds
    to wait.
    """

    status = 503
    title = "Temporarily unavailable"
    detail = "The app cannot answer at the moment. Try again."

    def __init__(self, detail: str | None = None, /, *, retry_after: int = 1, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.headers.setdefault("Retry-After", str(retry_after))


class BodyRefused(HTTPException):
    """Carries a problem out of `receive`: FastAPI lets only this kind pass while it reads."""

    def __init__(self, problem: AppError) -> None:
        super().__init__(problem.status)
        self.problem = problem


class NoRoom(Unavailable):
    """There is no room to store this: a disk is full. Nothing of it was kept. The header
    `Retry-After` says how many seconds to wait.
    """

    title = "There is no room left"
    detail = "There is no room to store this at the moment. Try again later."

    def __init__(
        self, detail: str | None = None, /, *, retry_after: int = 60, **facts: Any
    ) -> None:
        super().__init__(detail, retry_after=retry_after, **facts)


class HttpError(AppError):
    """An answer without a page of its own. Its status says what it means."""

    title = "HTTP error"

    def __init__(self, status: int, detail: str | None = None, /, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.status = status
