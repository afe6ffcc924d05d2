from typing import Any

from app.core.errors import BadRequest, Conflict, Invalid


class IdempotencyKeyRefused(BadRequest):
    """The header `Idempotency-Key` must have 1 to 255 visible characters, such as a random UUID."""

    detail = "The Idempotency-Key is empty, too long, or sent twice."


class IdempotencyKeyReused(Invalid):
    """This `Idempotency-Key` was already used with a different request.

    Create a new key for each request, and send the same one only to repeat it.
    """

    slug = "idempotency-key-reused"
    pointer = "/header/Idempotency-Key"
    title = "Idempotency key reused"
    detail = "This Idempotency-Key came with another request before."


class RequestInProgress(Conflict):
    """A request with this `Idempotency-Key` is still running. Try again for its response."""

    detail = "A request with this Idempotency-Key is being worked on."

    def __init__(self, detail: str | None = None, /, **values: Any) -> None:
        super().__init__(detail, **values)
        self.headers.setdefault("Retry-After", "1")


class ResponseLost(Conflict):
    """This request was executed, but its response can no longer be read.

    The app's secrets have changed since. Read what the request created instead of sending it again.
    """

    detail = "The request was done, but its answer cannot be read any more."


PROBLEMS = (IdempotencyKeyRefused, IdempotencyKeyReused, RequestInProgress, ResponseLost)
