"""Turn the answer to `custom_modules` into modules: read it, validate it, name the modules, and sort them."""

from ._copier import FILTERS, GLOBALS

__all__ = ["FILTERS", "GLOBALS"]
