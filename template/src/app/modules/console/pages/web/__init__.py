"""How a page of the console comes about: who asks, what is rendered, and what errors look like."""

from ._errors import show_error
from ._log_in import PREFIX, begin_session, end_cookies, end_support_cookie, own_path, renewed
from ._menu import Entry, add_to_menu, set_entries
from ._pages import Pages
from ._templates import STATIC, add_filter, render, render_first
from ._visit import Visit

__all__ = [
    "PREFIX",
    "STATIC",
    "Entry",
    "Pages",
    "Visit",
    "add_filter",
    "add_to_menu",
    "begin_session",
    "end_cookies",
    "end_support_cookie",
    "own_path",
    "render",
    "render_first",
    "renewed",
    "set_entries",
    "show_error",
]
