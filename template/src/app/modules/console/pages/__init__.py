from . import _editing, _lists, _log_in, _start, _static
from ._rows import entries
from .web import PREFIX, set_entries, show_error

set_entries(entries)

routers = tuple(each.pages.router for each in (_static, _log_in, _start, _lists, _editing))

__all__ = ["PREFIX", "routers", "show_error"]
