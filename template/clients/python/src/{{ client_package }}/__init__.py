"""A typed client of this project's API: docs/clients.md."""

from ._api import Api, api
from ._credentials import ApiKey, Credentials, Session
from ._pages import Page, iterate, iterate_async
from ._problems import ProblemError, ok

__all__ = [
    "Api",
    "ApiKey",
    "Credentials",
    "Page",
    "ProblemError",
    "Session",
    "api",
    "iterate",
    "iterate_async",
    "ok",
]
