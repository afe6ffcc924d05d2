"""Modules with fields of the client's choice: read, checked, named."""

from .filters import FILTERS
from .module import Module, in_order
from .problems import fields_problems, modules_of

__all__ = ["FILTERS", "Module", "fields_problems", "in_order", "modules_of"]
