"""Modules with fields of the client's choice: read, checked, written."""

from .files import FIRST_STEP, file_of
from .module import Module, in_order
from .problems import fields_problems, modules_of

__all__ = ["FIRST_STEP", "Module", "fields_problems", "file_of", "in_order", "modules_of"]
