"""From a client's words to her modules: read the answer, refuse what cannot work, name, order."""

from ._copier import FILTERS, GLOBALS

__all__ = ["FILTERS", "GLOBALS"]
