"""Went to `app.core.http`. Goes with 1.0: import from there."""

from .http import streamed

__all__ = ["streamed"]
