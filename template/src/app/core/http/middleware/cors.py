"""Pages of other sites that may call, and what of an answer they may read beside its body."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

EXPOSED = [
    "ETag",
    "Idempotent-Replayed",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Trace-Id",
]


def cors(origins: Sequence[str]) -> list[Middleware]:
    """Outside of what answers with problems: other sites' pages are to read those too."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
            max_age=3600,
        )
    ]
