"""The console: pages in the browser for everything that a tenant's members may see and do."""

from .customization import Cell, Console

__all__ = ["Cell", "Console"]
