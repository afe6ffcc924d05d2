"""The import path before 2.0; use `app.core.observability.log_context`. Removed in 3.0."""

from app.core.observability.log_context import bind_identity, log_context

__all__ = ["bind_identity", "log_context"]
