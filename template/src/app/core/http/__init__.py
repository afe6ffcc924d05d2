"""Around every request: headers that keep browsers out of trouble, limits to size and waiting."""

from ._body_limit import BodyLimitMiddleware
from ._cors import cors
from ._deadline import DeadlineMiddleware
from ._draining import Draining
from ._heads import HeadTooLarge, HeadTooSlow, ShuttingDown, TooManyConnections, UrlTooLong
from ._security_headers import SecurityHeadersMiddleware
from ._streamed import is_streamed, streamed
from ._values import ValuesMiddleware

__all__ = [
    "BodyLimitMiddleware",
    "DeadlineMiddleware",
    "Draining",
    "HeadTooLarge",
    "HeadTooSlow",
    "SecurityHeadersMiddleware",
    "ShuttingDown",
    "TooManyConnections",
    "UrlTooLong",
    "ValuesMiddleware",
    "cors",
    "is_streamed",
    "streamed",
]
