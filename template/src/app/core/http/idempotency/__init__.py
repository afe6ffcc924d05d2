"""Idempotency-Key: a POST that is sent twice is executed once."""

from ._housekeeping import purge_records
from ._middleware import IdempotencyMiddleware

__all__ = ["IdempotencyMiddleware", "purge_records"]
