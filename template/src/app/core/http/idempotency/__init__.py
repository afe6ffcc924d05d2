"""Idempotency-Key: a POST that is sent twice is executed once."""

from ._errors import PROBLEMS
from ._housekeeping import purge_records
from ._middleware import IdempotencyMiddleware

__all__ = ["PROBLEMS", "IdempotencyMiddleware", "purge_records"]
