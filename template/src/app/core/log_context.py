"""The path before 2.0: import from `app.core.observability.log_context`. Goes with 3.0."""

from app.core.observability.log_context import bind_identity, log_context

__all__ = ["bind_identity", "log_context"]
