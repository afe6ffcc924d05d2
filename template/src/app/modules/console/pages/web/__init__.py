"""How a page of the console comes about: who asks, what is rendered, and what errors look like."""

from ._errors import show_error
from ._log_in import PREFIX, begin_session, end_cookies, end_support_cookie, own_path, renewed
from ._menu import Entry, add_to_menu, set_entries
from ._pages import Pages
from ._sent_file import SentFile
from ._templates import STATIC, add_filter, render, render_first
from ._texts import (
    NEVER,
    NO,
    NOTHING,
    YES,
    Day,
    Moment,
    Number,
    Words,
    choice_name,
    role_name,
)
from ._upload import upload
from ._visit import Visit

__all__ = [
    "NEVER",
    "NO",
    "NOTHING",
    "PREFIX",
    "STATIC",
    "YES",
    "Day",
    "Entry",
    "Moment",
    "Number",
    "Pages",
    "SentFile",
    "Visit",
    "Words",
    "add_filter",
    "add_to_menu",
    "begin_session",
    "choice_name",
    "end_cookies",
    "end_support_cookie",
    "own_path",
    "render",
    "render_first",
    "renewed",
    "role_name",
    "set_entries",
    "show_error",
    "upload",
]
