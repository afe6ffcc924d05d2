"""Refuses values that no route can handle, before any route reads them, with a 422."""

from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import BadRequest, BodyRefused, FieldError, Invalid, UnsupportedMediaType
from app.core.http._body import BufferedBody, read
from app.core.http.streaming import is_streamed
from app.core.origin import header
from app.kit.json_values import MOST, find_fault

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
UTF_8 = ("utf-8", "utf8", "us-ascii", "ascii")


class ValuesMiddleware:
    """Runs inside BodyLimitMiddleware. Applies to all routes, including clients' own."""

    def __init__(self, app: ASGIApp, *, most: int = MOST) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises UnsupportedMediaType, Invalid."""
        if scope["type"] == "http":
            _check_query(scope["query_string"])
            if not is_streamed(scope) and (kind := header(scope["headers"], b"content-type")):
                _check_charset(kind)
                if "json" in kind.lower():
                    receive = _checked(receive, self.most)
        await self.app(scope, receive, send)


def _checked(receive: Receive, most: int) -> Receive:
    buffered: BufferedBody | None = None

    async def receive_checked() -> Message:
        """Read the body when the app asks for it, not before: a request may be refused unread."""
        nonlocal buffered
        if buffered is None:
            buffered = await read(receive)
            if buffered.body is not None:
                _check_json(buffered.body, most)
        return await buffered()

    return receive_checked


def _check_json(body: bytes, most: int) -> None:
    """Raises BodyRefused, which FastAPI re-raises while it reads a body."""
    if b"\0" in body:  # also rejects UTF-16 and UTF-32: JSON is UTF-8 (RFC 8259, 8.1)
        raise BodyRefused(BadRequest("The request body is not valid JSON."))
    if fault := find_fault(body, most=most):
        error = FieldError.at("body", *fault.path, detail=fault.sentence)
        raise BodyRefused(Invalid(errors=[error]))


def _check_query(query: bytes) -> None:
    """Raises Invalid."""
    if b"%00" not in query and b"\0" not in query:
        return
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    names = dict.fromkeys(name for name, value in pairs if "\0" in name + value)
    sentence = "Input should have no NUL characters"
    raise Invalid(errors=[FieldError.at("query", name, detail=sentence) for name in names])


def _check_charset(kind: str) -> None:
    """Refuse other charsets: Python has codecs that take minutes for a megabyte.

    Raises UnsupportedMediaType.
    """
    media, _, parameters = kind.lower().partition(";")
    if media.strip() not in FORMS:
        return
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(" \"'") not in UTF_8:
            raise UnsupportedMediaType("Send forms as UTF-8.")
