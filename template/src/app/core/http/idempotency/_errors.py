from typing import Any

from app.core.errors import BadRequest, Conflict, Invalid


class IdempotencyKeyRefused(BadRequest):
    """The header `Idempotency-Key` takes 1 to 255 visible characters, best a random UUID."""

    detail = "The Idempotency-Key is empty, too long, or sent twice."


class IdempotencyKeyReused(Invalid):
    """The same `Idempotency-Key` came with another request before. Make a new key for each request,
    and send the same one only to repeat it.
    """

    slug = "idempotency-key-reused"
    pointer = "/header/Idempotency-Key"
    title = "Idempotency key reused"
    detail = "This Idempotency-Key came with another request before."


class RequestInProgress(Conflict):
    """A request with the same `Idempotency-Key` is being worked on. Ask again for its answer."""

    detail = "A request with this Idempotency-Key is being worked on."

    def __init__(self, detail: str | None = None, /, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.headers.setdefault("Retry-After", "1")


class AnswerLost(Conflict):
    """The request with this `Idempotency-Key` was done, but its answer cannot be read any more,
    since the app's secrets have changed. Read what it made instead of sending it again.
    """

    detail = "The request was done, but its answer cannot be read any more."
