"""One operation of the document, with what its route declares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext

from app.core.http.routing import API, accepts_any_query
from app.core.http.streaming import MARK as STREAMED
from app.core.permissions import PUBLIC, guard_of

from ._reach import Reached, reach

SAFE = ("get", "head", "options")


@dataclass(frozen=True)
class Operation:
    """`described` is the operation in the document; everything else is read from the route."""

    path: str
    method: str
    route: RouteContext
    described: dict[str, Any]

    @property
    def endpoint(self) -> Callable[..., Any]:
        endpoint: Callable[..., Any] = self.route.endpoint  # type: ignore[assignment]  # an APIRoute
        return endpoint

    @property
    def guard(self) -> str | None:
        return guard_of(self.endpoint)

    @property
    def is_public(self) -> bool:
        return self.guard in (PUBLIC, None)

    @property
    def tag(self) -> str:
        tags = self.described.get("tags")
        return str(tags[0]) if tags else self.module

    @property
    def module(self) -> str:
        """Return the module that the endpoint belongs to, or the last package of its own."""
        parts = self.endpoint.__module__.split(".")
        return parts[2] if parts[:2] == ["app", "modules"] else parts[-1]

    @property
    def changes(self) -> bool:
        return self.method not in SAFE

    @property
    def has_body(self) -> bool:
        return "requestBody" in self.described

    @property
    def has_path_parameters(self) -> bool:
        return "{" in self.path

    @property
    def is_of_one_row(self) -> bool:
        """False for an action such as a log-in: it may change rows, and has no version."""
        return self.method != "post" or self.has_path_parameters

    @property
    def has_parameters(self) -> bool:
        return bool(self.described.get("parameters"))

    @property
    def refuses_unknown(self) -> bool:
        """True if unknown query parameters are refused."""
        return self.path.startswith(API) and not accepts_any_query(self.endpoint)

    @property
    def takes_idempotency_key(self) -> bool:
        """True for what IdempotencyMiddleware repeats: POSTs of actors in a tenant."""
        return self.method == "post" and not self.is_public and not hasattr(self.endpoint, STREAMED)

    @cached_property
    def reached(self) -> Reached:
        """The code that the endpoint and its dependencies can reach."""
        return reach([self.endpoint, *_calls(self.route.dependant)])


def _calls(needs: Dependant) -> Iterator[Callable[..., Any]]:
    for part in needs.dependencies:
        if part.call is not None:
            yield part.call
        yield from _calls(part)
