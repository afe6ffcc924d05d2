"""The OpenAPI document, derived from what routes declare: guards, limits, errors, versions."""

from ._about import info
from ._document import describe

__all__ = ["describe", "info"]
