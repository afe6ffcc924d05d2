"""Around every request: headers that keep browsers out of trouble, limits to size and waiting."""

from ._body_limit import BodyLimitMiddleware
from ._cors import cors
from ._deadline import DeadlineMiddleware
from ._paths import PathMiddleware
from ._security_headers import SecurityHeadersMiddleware
from ._streamed import is_streamed, streamed

__all__ = [
    "BodyLimitMiddleware",
    "DeadlineMiddleware",
    "PathMiddleware",
    "SecurityHeadersMiddleware",
    "cors",
    "is_streamed",
    "streamed",
]
