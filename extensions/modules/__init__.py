"""Turn the answer to `custom_modules` into modules: read it, validate it, name the modules, and sort them."""

from ._copier import FILTERS, GLOBALS
from .file_mode import ask_git_once

__all__ = ["FILTERS", "GLOBALS", "ask_git_once"]
