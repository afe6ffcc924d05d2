"""Marks of routes with stricter limits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from app.config import LimitSettings, Rate, read_rate
from app.core.permissions import PUBLIC, guard_of

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

MARK = "__limit__"
GUESSING = "login"
"""The mark of routes that check a password, a code or a token."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A limit on a route.

    With `by_address` the address is counted even if an actor is logged in, because one actor can
    have many keys. With `failures` only refused requests are counted.
    """

    name: str
    rate: Rate
    by_address: bool
    failures: bool


def limited(
    name: str, rate: str | None = None, *, failures: bool = False
) -> Callable[[Endpoint], Endpoint]:
    """Mark a route: `@limited("exports", "5/hour")`; routes with the same name share a bucket.

    Without a rate the name is that of a setting: `@limited("login")` is APP_LIMITS_LOGIN. With
    `failures` successful requests are not counted, because a whole office may share one address.
    """
    given = read_rate(rate)

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, MARK, (name, given, failures))
        return endpoint

    return mark


def is_limited(endpoint: object) -> bool:
    return hasattr(endpoint, MARK)


def mark_of(endpoint: object, settings: LimitSettings) -> Mark | None:
    """Return the mark, or None without one or if its setting is off."""
    name, rate, failures = getattr(endpoint, MARK, (None, None, False))
    if name is None:
        return None
    rate = rate or getattr(settings, name)
    by_address = name == GUESSING or guard_of(endpoint) == PUBLIC
    return Mark(name, rate, by_address, failures) if rate else None
