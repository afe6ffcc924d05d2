"""Counts each request before any work is done for it.

Headers: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

from collections.abc import Iterator
from ipaddress import ip_network

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import LimitSettings, Rate
from app.core.auth import Actor
from app.core.errors import TooManyRequests
from app.core.limits import Buckets, MarkedRoutes, Taken, whole_seconds
from app.database.tenancy import TenantContext

Limit = tuple[str, Rate, str]
"""A name for the client, how often, and the key of the bucket."""


class RateLimitMiddleware:
    def __init__(self, app: ASGIApp, *, buckets: Buckets, settings: LimitSettings) -> None:
        self.app = app
        self.buckets = buckets
        self.settings = settings
        self.counts_all = any((settings.person, settings.tenant, settings.address))
        self.marked: MarkedRoutes | None = None

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
            await send(message)

        await self.app(scope, receive, send_with_headers)

    async def _take(self, limits: list[Limit]) -> list[tuple[bytes, bytes]]:
        """Stops at the first that is used up: who asks too often takes nothing from colleagues."""
        policy = ", ".join(f'"{name}";q={rate.times};w={rate.seconds}' for name, rate, _ in limits)
        states: list[tuple[int, str]] = []
        for name, rate, key in limits:
            taken = await self.buckets.take(key, rate)
            state = f'"{name}";r={taken.remaining};t={whole_seconds(taken.empty_in)}'
            if not taken.allowed:
                raise TooManyRequests(headers=_refusal(policy, state, taken))
            states.append((taken.remaining, state))
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", min(states)[1].encode())]

    def _limits(self, scope: Scope) -> list[Limit]:
        mark = self._mark(scope)
        who = _who(scope) if mark or self.counts_all else None
        if who is None:
            return []
        limits = list(self._general(scope, who)) if self.counts_all else []
        return [*limits, (*mark, f"limit:{who}:{mark[0]}")] if mark else limits

    def _general(self, scope: Scope, who: str) -> Iterator[Limit]:
        """The key of each bucket begins with its tenant, or says that it belongs to none."""
        settings, tenant = self.settings, scope["state"]["tenant"]
        if who.startswith("address:"):
            if settings.address:
                yield "address", settings.address, f"limit:{who}:all"
        elif settings.person:
            yield "person", settings.person, f"limit:{who}:all"
        if settings.tenant and isinstance(tenant, TenantContext):
            yield "tenant", settings.tenant, f"limit:{tenant.tenant_id}:all"

    def _mark(self, scope: Scope) -> tuple[str, Rate] | None:
        if self.marked is None:
            self.marked = MarkedRoutes(scope["app"].routes, self.settings)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return self.marked.find(scope["method"], path)


def _who(scope: Scope) -> str | None:
    """A person or an API key in a tenant, a person without one, or an address; None if unknown."""
    actor: Actor = scope["state"]["actor"]
    tenant = scope["state"]["tenant"]
    if isinstance(tenant, TenantContext):
        return f"{tenant.tenant_id}:{actor.identity}"
    if actor.user_id is not None:
        return f"person:{actor.user_id}"
    client = scope.get("client")
    return f"address:{_network(client[0])}" if client else None


def _network(address: str) -> str:
    """Who has one address of IPv6 has 2⁶⁴ of them."""
    if ":" not in address:
        return address
    try:
        return str(ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def _refusal(policy: str, state: str, taken: Taken) -> dict[str, str]:
    return {
        "Retry-After": str(max(1, whole_seconds(taken.retry_in))),
        "RateLimit-Policy": policy,
        "RateLimit": state,
    }
