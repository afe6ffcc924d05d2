"""What a client hears when the server refuses it before any route, or any middleware, is asked."""

from app.core.errors import AppError, Unavailable


class HeadTooSlow(AppError):
    """The line and the headers of the request took too long to arrive. Send them at once."""

    status = 408
    detail = "The head of the request took too long to arrive."


class UrlTooLong(AppError):
    """The address of the request is longer than the app reads."""

    status = 414
    title = "URL too long"
    detail = "The URL is too long."


class HeadTooLarge(AppError):
    """The headers of the request are larger or more than the app reads."""

    status = 431
    detail = "The headers of the request are too large or too many."


class TooManyConnections(Unavailable):
    """There are more open connections than the app serves. Close those that you do not need."""

    detail = "There are too many open connections."


class ShuttingDown(Unavailable):
    """The process that answered is going away; another one takes its place. Repeat the request:
    nothing of it was done.
    """

    title = "The app restarts"
    detail = "The request was not finished before the app had to stop. Nothing of it was done."
