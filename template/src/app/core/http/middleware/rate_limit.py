"""Counts each request before any work is done for it.

Headers: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import LimitSettings, Rate
from app.core.auth import Actor
from app.core.errors import TooManyRequests
from app.core.http.routing import MarkedRoutes
from app.core.limits import Buckets, Mark, Taken, mark_of, whole_seconds
from app.core.origin import network_of
from app.database.tenancy import TenantContext


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: its name for clients, its rate, and the key of its bucket."""

    name: str
    rate: Rate
    key: str
    failures: bool = False


class RateLimitMiddleware:
    def __init__(self, app: ASGIApp, *, buckets: Buckets, settings: LimitSettings) -> None:
        self.app = app
        self.buckets = buckets
        self.settings = settings
        self.counts_all = any((settings.person, settings.tenant, settings.address))
        self.marked: MarkedRoutes[Mark] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises TooManyRequests."""
        limits = self._limits(scope) if scope["type"] == "http" else None
        if not limits:
            await self.app(scope, receive, send)
            return
        headers = await self._take(limits)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
                if 400 <= message["status"] < 500:
                    await self._note_failure(limits)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    async def _take(self, limits: list[Limit]) -> list[tuple[bytes, bytes]]:
        """Take from each limit, up to the first exhausted one.

        The actor's own limit comes first, so an actor who exceeds it uses up nothing of the
        tenant's.
        """
        policy = ", ".join(
            f'"{each.name}";q={each.rate.times};w={each.rate.seconds}' for each in limits
        )
        states: list[tuple[int, str]] = []
        for limit in limits:
            take = self.buckets.look if limit.failures else self.buckets.take
            taken = await take(limit.key, limit.rate)
            state = f'"{limit.name}";r={taken.remaining};t={whole_seconds(taken.empty_in)}'
            if not taken.allowed:
                raise TooManyRequests(headers=_refusal(policy, state, taken))
            states.append((taken.remaining, state))
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", min(states)[1].encode())]

    async def _note_failure(self, limits: list[Limit]) -> None:
        for limit in limits:
            if limit.failures:
                await self.buckets.take(limit.key, limit.rate)

    def _limits(self, scope: Scope) -> list[Limit]:
        mark = self._mark(scope)
        limits = list(self._general(scope)) if self.counts_all else []
        return [*limits, *_of_mark(scope, mark)] if mark else limits

    def _general(self, scope: Scope) -> Iterator[Limit]:
        """Yield the general limits. Keys start with their tenant or with what else they are for."""
        settings, tenant = self.settings, scope["state"]["tenant"]
        who, where = _who(scope), _where(scope)
        if who is None:
            if settings.address and where:
                yield Limit("address", settings.address, f"limit:{where}:all")
        elif settings.person:
            yield Limit("person", settings.person, f"limit:{who}:all")
        if settings.tenant and isinstance(tenant, TenantContext):
            yield Limit("tenant", settings.tenant, f"limit:{tenant.tenant_id}:all")

    def _mark(self, scope: Scope) -> Mark | None:
        if self.marked is None:
            self.marked = MarkedRoutes(
                scope["app"].routes, lambda endpoint: mark_of(endpoint, self.settings)
            )
        return self.marked.find(scope)


def _of_mark(scope: Scope, mark: Mark) -> Iterator[Limit]:
    """Yield the mark's limits: for the address, for the actor, or for both."""
    who, where = _who(scope, in_tenant=not mark.by_address), _where(scope)
    bucket = f"{mark.name}-failures" if mark.failures else mark.name
    if where and (mark.by_address or who is None):
        yield Limit(mark.name, mark.rate, f"limit:{where}:{bucket}", mark.failures)
    if who:
        name = f"{mark.name}-identity" if mark.by_address else mark.name
        yield Limit(name, mark.rate, f"limit:{who}:{bucket}", mark.failures)


def _who(scope: Scope, *, in_tenant: bool = True) -> str | None:
    """Return a key for the user or API key, within the tenant or not; None if anonymous."""
    actor: Actor = scope["state"]["actor"]
    tenant = scope["state"]["tenant"]
    if actor.user_id is not None and not (in_tenant and isinstance(tenant, TenantContext)):
        return f"person:{actor.supported_by or actor.user_id}"
    return f"{tenant.tenant_id}:{actor.identity}" if isinstance(tenant, TenantContext) else None


def _where(scope: Scope) -> str | None:
    client = scope.get("client")
    return f"address:{network_of(client[0])}" if client else None


def _refusal(policy: str, state: str, taken: Taken) -> dict[str, str]:
    return {
        "Retry-After": str(max(1, whole_seconds(taken.retry_in))),
        "RateLimit-Policy": policy,
        "RateLimit": state,
    }
