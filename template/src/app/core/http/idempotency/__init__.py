"""A POST that is sent twice happens once: the header Idempotency-Key."""

from ._middleware import IdempotencyMiddleware

__all__ = ["IdempotencyMiddleware"]
