"""Read, validate and name the fields that a client describes for a module."""

from .filters import FILTERS
from .module import Module, in_order
from .validation import fields_problems, modules_of

__all__ = ["FILTERS", "Module", "fields_problems", "in_order", "modules_of"]
