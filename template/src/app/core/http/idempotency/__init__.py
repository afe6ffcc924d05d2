"""Idempotency-Key: a POST that is sent twice is executed once."""

from ._errors import PROBLEMS
from ._housekeeping import forget_old_answers
from ._middleware import IdempotencyMiddleware

__all__ = ["PROBLEMS", "IdempotencyMiddleware", "forget_old_answers"]
