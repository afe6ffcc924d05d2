"""A POST that is sent twice happens once: the header Idempotency-Key."""

from ._housekeeping import forget_old_answers
from ._middleware import IdempotencyMiddleware

__all__ = ["IdempotencyMiddleware", "forget_old_answers"]
