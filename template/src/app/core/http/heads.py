"""Errors of the server itself, before any middleware or route runs."""

from app.core.errors import AppError, Unavailable


class HeadTooSlow(AppError):
    """The request line and headers took too long to arrive. Send them without delay."""

    status = 408
    detail = "The head of the request took too long to arrive."


class UrlTooLong(AppError):
    """The URL of the request is longer than the app accepts."""

    status = 414
    title = "URL too long"
    detail = "The URL is too long."


class HeadTooLarge(AppError):
    """The headers of the request are too large, or there are too many of them."""

    status = 431
    detail = "The headers of the request are too large or too many."


class TooManyConnections(Unavailable):
    """There are more open connections than the app serves. Close those that you do not need."""

    detail = "There are too many open connections."


class ShuttingDown(Unavailable):
    """The server is shutting down, and another one takes over.

    Repeat the request: nothing of it was done.
    """

    title = "The app restarts"
    detail = "The request was not finished before the app had to stop. Nothing of it was done."
