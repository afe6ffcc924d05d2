"""Around every request: headers that keep browsers out of trouble, and an end to waiting."""

from ._cors import cors
from ._deadline import DeadlineMiddleware
from ._security_headers import SecurityHeadersMiddleware

__all__ = ["DeadlineMiddleware", "SecurityHeadersMiddleware", "cors"]
