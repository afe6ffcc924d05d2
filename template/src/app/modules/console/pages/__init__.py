from . import (
    _account,
    _api_keys,
    _audit,
    _csv,
    _editing,
    _files,
    _lists,
    _log_in,
    _mail,
    _members,
    _notifications,
    _platform,
    _platform_events,
    _platform_jobs,
    _platform_system,
    _roles,
    _start,
    _static,
    _support,
    _tenant,
)
from ._rows import entries
from .resources import find_texts
from .web import PREFIX, set_entries, show_error

set_entries(entries)

routers = tuple(
    each.pages.router
    for each in (
        _static,
        _log_in,
        _start,
        _mail,
        _lists,
        _csv,
        _files,
        _editing,
        _members,
        _roles,
        _api_keys,
        _account,
        _notifications,
        _tenant,
        _audit,
        _platform,
        _platform_jobs,
        _platform_events,
        _platform_system,
        _support,
    )
)

__all__ = ["PREFIX", "find_texts", "routers", "show_error"]
