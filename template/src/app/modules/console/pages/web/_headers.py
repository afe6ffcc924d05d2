from starlette.responses import Response

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Nothing from elsewhere, nothing inline, in nobody's frame, and in no cache."""


def secured(response: Response) -> Response:
    """Return the response with the console's headers."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
