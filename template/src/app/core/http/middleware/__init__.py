"""The middleware of every request. main.py defines their order."""

from .authentication import AuthMiddleware
from .body_limit import BodyLimitMiddleware
from .cors import cors
from .deadline import DeadlineMiddleware
from .etag import EtagMiddleware
from .head import HeadMiddleware
from .observation import observed
from .paths import PathMiddleware
from .rate_limit import RateLimitMiddleware
from .security_headers import SecurityHeadersMiddleware
from .tenant import TenantMiddleware
from .trace import TraceMiddleware
from .unit_of_work import TransactionMiddleware
from .values import ValuesMiddleware

__all__ = [
    "AuthMiddleware",
    "BodyLimitMiddleware",
    "DeadlineMiddleware",
    "EtagMiddleware",
    "HeadMiddleware",
    "PathMiddleware",
    "RateLimitMiddleware",
    "SecurityHeadersMiddleware",
    "TenantMiddleware",
    "TraceMiddleware",
    "TransactionMiddleware",
    "ValuesMiddleware",
    "cors",
    "observed",
]
