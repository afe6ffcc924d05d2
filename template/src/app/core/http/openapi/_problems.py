"""The problems that an operation may answer with, and how the document describes them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from app.core.errors import (
    AlreadyExists,
    AppError,
    BadRequest,
    BodyTooSlow,
    BrokenReference,
    FieldError,
    Forbidden,
    HttpError,
    InternalError,
    Invalid,
    InvalidToken,
    MethodNotAllowed,
    NotFound,
    Outdated,
    PayloadTooLarge,
    PreconditionFailed,
    StorageFull,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnknownCursor,
    UnsupportedMediaType,
)
from app.core.http.heads import HeadTooLarge, HeadTooSlow, ShuttingDown, UrlTooLong
from app.core.http.idempotency import PROBLEMS as IDEMPOTENCY
from app.core.http.problems import MEDIA_TYPE
from app.core.permissions import PUBLIC
from app.core.references import ReferenceNotFound
from app.database.pagination import InvalidCursor
from app.database.repository import ReferenceNotFound as UnknownRow
from app.database.repository import RowNotFound

from ._headers import OF_STATUS, checks_version, every_response
from ._operation import Operation

Kind = type[AppError]

SCHEMAS = "#/components/schemas/{model}"
EXAMPLES = "#/components/examples/{slug}"
RESPONSES = "#/components/responses/{name}"
OF_SERVER: tuple[Kind, ...] = (HeadTooSlow, UrlTooLong, HeadTooLarge)
ALWAYS: tuple[Kind, ...] = (*OF_SERVER, TooManyRequests, InternalError, Unavailable, ShuttingDown)
OF_BODY: tuple[Kind, ...] = (
    BadRequest,
    BodyTooSlow,
    PayloadTooLarge,
    UnsupportedMediaType,
    Invalid,
)
OF_CHANGE: tuple[Kind, ...] = (AlreadyExists, BrokenReference, Outdated, StorageFull)
OF_VERBS: Mapping[str, Kind] = {
    "check_if_match": PreconditionFailed,
    "match": PreconditionFailed,  # until 3.0
    "limit": TooManyRequests,
    "guessing": TooManyRequests,
    "require": Forbidden,
    "require_superuser": Forbidden,
}
LOG_IN = {"require", "require_signed_in", "require_user", "require_superuser"}
TRANSLATED: Mapping[type[Exception], Kind] = {
    RowNotFound: NotFound,
    UnknownRow: ReferenceNotFound,
    InvalidCursor: UnknownCursor,
}
NAMELESS = (AppError, HttpError)


def problems_of(operation: Operation) -> set[Kind]:
    """Return the kinds of problems, from what the route declares and from what it can reach."""
    found = set(_declared(operation))
    for error in operation.reached.errors:
        kind = TRANSLATED.get(error, error)
        if issubclass(kind, AppError) and kind not in NAMELESS:
            found.add(kind)
    verbs = operation.reached.verbs
    found |= {kind for verb, kind in OF_VERBS.items() if verb in verbs}
    if not checks_version(operation):
        found.discard(PreconditionFailed)
    return found | {Unauthenticated, InvalidToken} if LOG_IN & verbs else found


def _declared(operation: Operation) -> Iterator[Kind]:
    yield from ALWAYS
    if operation.guard != PUBLIC:
        yield from (Unauthenticated, InvalidToken, Forbidden)
    if operation.has_body:
        yield from OF_BODY
    if operation.has_path_parameters:
        yield from (BadRequest, NotFound, MethodNotAllowed)
    if operation.changes:
        yield from OF_CHANGE
    if operation.takes_idempotency_key:
        yield from (BadRequest, *IDEMPOTENCY)
    if operation.has_parameters or operation.refuses_unknown:
        yield Invalid


def describe_problems(operation: Operation, components: dict[str, Any]) -> None:
    """Add a response for each status; equal ones of several operations are shared components."""
    answers = operation.described["responses"]
    declared = {str(status): answer for status, answer in operation.route.responses.items()}
    if "422" not in declared:
        answers.pop("422", None)
    kinds = sorted(problems_of(operation), key=_order)
    components.setdefault("examples", {}).update({kind.slug: _example(kind) for kind in kinds})
    for status, group in groupby(kinds, key=_status):
        own = declared.get(str(status), {})
        answers[str(status)] = _response(status, tuple(group), own, components)
    for status in answers:
        if status >= "400" and status in declared:
            answers[status] = _completed(status, answers[status])
    operation.described["responses"] = dict(sorted(answers.items()))


def _response(
    status: int, kinds: tuple[Kind, ...], own: Mapping[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    """Return the response, or a reference if it is one that most operations have."""
    response = {
        "description": own.get("description") or _description(kinds),
        "headers": every_response() | OF_STATUS.get(status, {}),
        "content": _content(status, kinds),
    }
    name = kinds[0].__name__ if kinds in ALONE else SHARED.get(kinds)
    if own or name is None:
        return response
    components.setdefault("responses", {})[name] = response
    return {"$ref": RESPONSES.format(name=name)}


def _completed(status: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Add what a declared response lacks, for a status that nothing else is known about."""
    shared = every_response() | OF_STATUS.get(int(status), {})
    return {"headers": shared, "content": _content(int(status), ()), **answer}


def _status(kind: Kind) -> int:
    return kind.status


def _order(kind: Kind) -> tuple[int, int, str]:
    """Sort by status, and the most general kind first."""
    return kind.status, len(kind.__mro__), kind.slug


def _sorted(*kinds: Kind) -> tuple[Kind, ...]:
    return tuple(sorted(kinds, key=_order))


ALONE = {(kind,) for kind in {*ALWAYS, *OF_BODY, NotFound, MethodNotAllowed, PreconditionFailed}}
SHARED = {
    _sorted(Unauthenticated, InvalidToken): "Unauthenticated",
    _sorted(Unavailable, ShuttingDown): "Unavailable",
    _sorted(Unavailable, ShuttingDown, StorageFull): "UnavailableForChanges",
    _sorted(*OF_CHANGE[:3]): "Conflict",
    (Forbidden,): "Forbidden",
    _sorted(HeadTooSlow, BodyTooSlow): "TooSlow",
}


def _description(kinds: Iterable[Kind]) -> str:
    return "; ".join(f"{kind.title} (`{kind.slug}`)" for kind in kinds)


def _content(status: int, kinds: Iterable[Kind]) -> dict[str, Any]:
    model = "ValidationProblem" if status == Invalid.status else "Problem"
    content: dict[str, Any] = {"schema": {"$ref": SCHEMAS.format(model=model)}}
    slugs = sorted(kind.slug for kind in kinds)
    if slugs:
        content["examples"] = {slug: {"$ref": EXAMPLES.format(slug=slug)} for slug in slugs}
    return {MEDIA_TYPE: content}


def _example(kind: Kind) -> dict[str, Any]:
    value: dict[str, Any] = {
        "type": f"/errors/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail or kind.title,
        "instance": "/api/v1",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    }
    if issubclass(kind, Invalid):
        error = FieldError(kind.pointer or "/body/name", "This value is not valid.")
        value["errors"] = [{"pointer": error.pointer, "detail": error.detail}]
    return {"summary": kind.title, "value": value}
