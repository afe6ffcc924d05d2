"""Idempotency-Key: a POST that is sent twice is executed once."""

from ._housekeeping import forget_old_answers
from ._middleware import IdempotencyMiddleware

__all__ = ["IdempotencyMiddleware", "forget_old_answers"]
