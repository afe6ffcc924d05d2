"""Headers that requests may send and responses have, as the middleware reads and writes them."""

from collections.abc import Iterator
from typing import Any

from app.kit.deprecation import deprecation_of

from ._operation import SAFE, Operation

SETS_ETAG = {"set_etag", "tag"}  # the second until 3.0
CHECKS_IF_MATCH = {"check_if_match", "match"}  # the second until 3.0
HEADERS = "#/components/headers/{name}"


def _header(description: str, example: str, **schema: Any) -> dict[str, Any]:
    kind = {"type": "string", **schema}
    return {"description": description, "schema": kind, "example": example}


COMPONENTS: dict[str, Any] = {
    "TraceId": _header(
        "Identifies the request in logs and traces.", "4bf92f3577b34da6a3ce929d0e0e4736"
    ),
    "RateLimit": _header(
        "The limit that is nearest: requests that remain, and seconds until it is full again.",
        '"person";r=599;t=1',
    ),
    "RateLimitPolicy": _header("The limits that count this request.", '"person";q=600;w=60'),
    "RetryAfter": {
        "description": "Seconds to wait before the next attempt.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 1,
    },
    "ETag": _header("The version of the row, for `If-Match` and `If-None-Match`.", '"64a1b2c3d4"'),
    "Location": _header("Where to go on.", "/", format="uri-reference"),
    "ContentDisposition": _header("The name of the file.", "attachment; filename*=UTF-8''a.pdf"),
    "Allow": _header("The methods of this path.", "GET, PATCH"),
    "WWWAuthenticate": _header("How to authenticate (RFC 6750).", "Bearer"),
    "Deprecation": _header("Since when this is deprecated (RFC 9745).", "@1788220800"),
    "Sunset": _header("When this will be removed (RFC 8594).", "Wed, 01 Sep 2027 00:00:00 GMT"),
}


def headers(**names: str) -> dict[str, Any]:
    """Return references by header name: `headers(ETag="ETag")`."""
    return {name.replace("_", "-"): {"$ref": HEADERS.format(name=to)} for name, to in names.items()}


def every_response() -> dict[str, Any]:
    return headers(x_trace_id="TraceId", RateLimit="RateLimit", RateLimit_Policy="RateLimitPolicy")


OF_STATUS = {
    303: headers(Location="Location"),
    401: headers(WWW_Authenticate="WWWAuthenticate"),
    405: headers(Allow="Allow"),
    429: headers(Retry_After="RetryAfter"),
    503: headers(Retry_After="RetryAfter"),
}

PRINTABLE = "^[ -~¡-¬®-ÿ]*[!#-~][ -~¡-¬®-ÿ]*$"
"""Latin-1 without control characters, and not only blanks and quotation marks."""
TRACEPARENT = {
    "name": "traceparent",
    "in": "header",
    "required": False,
    "description": "The trace that the request belongs to (W3C Trace Context).",
    "schema": {"type": "string"},
    "example": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A key of your own, such as a random UUID: the request is then executed once,"
    " however often you send it.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": PRINTABLE},
    "example": "7f0c7f6a-3a5c-4c41-9a0b-6f6f0d1f9c55",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that you have read: the request is refused if there is a newer one.",
    "schema": {"type": "string"},
    "example": '"64a1b2c3d4"',
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that you have: if it is still current, the answer is a 304.",
    "schema": {"type": "string"},
    "example": '"64a1b2c3d4"',
}


def describe_headers(operation: Operation) -> None:
    """Add the headers that the operation reads, and those of its successful responses."""
    parameters = operation.described.setdefault("parameters", [])
    known = {(each.get("in"), each.get("name")) for each in parameters}
    parameters += [each for each in _sent(operation) if ("header", each["name"]) not in known]
    answers = operation.described["responses"]
    for status, answer in answers.items():
        if status < "400":
            more = OF_STATUS.get(int(status), {}) | _version(operation, status)
            more |= _deprecation(operation)
            answer["headers"] = every_response() | more | answer.get("headers", {})
    if operation.method in SAFE and SETS_ETAG & operation.reached.verbs:
        answers["304"] = {
            "description": "Not modified",
            "headers": every_response() | headers(ETag="ETag"),
        }


def checks_version(operation: Operation) -> bool:
    """True if the operation refuses an `If-Match` that is outdated."""
    verbs = CHECKS_IF_MATCH & operation.reached.verbs
    return operation.changes and operation.is_of_one_row and bool(verbs)


def _sent(operation: Operation) -> Iterator[dict[str, Any]]:
    yield TRACEPARENT
    if operation.takes_idempotency_key:
        yield IDEMPOTENCY_KEY
    if checks_version(operation):
        yield IF_MATCH
    if not operation.changes and SETS_ETAG & operation.reached.verbs:
        yield IF_NONE_MATCH


def _deprecation(operation: Operation) -> dict[str, Any]:
    found = deprecation_of(operation.endpoint)
    names = ("Deprecation", "Sunset") if found else ()
    return headers(**{name: name for name in names if name in found.headers}) if found else {}


def _version(operation: Operation, status: str) -> dict[str, Any]:
    has_version = status == "201" or (status == "200" and operation.is_of_one_row)
    tagged = SETS_ETAG & operation.reached.verbs and has_version
    return headers(ETag="ETag") if tagged else {}
