"""Requests that try to get at another tenant; a response that reveals anything is a finding."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID, uuid4

from httpx import Response

from app.core.permissions import PUBLIC
from app.kit.ids import new_id

from .report import REPORT
from .route_call import RouteCall, essence, route_call
from .routes import routes_to_attack
from .two_tenants import FOREIGN, TwoTenants, tenants_models

IN_THE_BODY = "tells a foreign id from a random one in"
COMBINATIONS = 200
"""The maximum of combinations of own and foreign ids, for a path with several."""


@dataclass(frozen=True)
class Target:
    """The other tenant, with the id of a row in each of its tables."""

    two_tenants: TwoTenants
    ids: list[UUID]

    def is_revealed_by(self, answer: Response) -> bool:
        """True if the response reveals a secret, outside of the path that problems repeat."""
        revealed = f"{essence(answer)} {answer.headers}"
        return any(secret in revealed for secret in (FOREIGN, *map(str, self.ids)))


async def target_of(two_tenants: TwoTenants) -> Target:
    rows = [await two_tenants.foreign_row(model.__table__) for model in tenants_models()]
    return Target(
        two_tenants,
        [row["id"] for row in rows] + [two_tenants.foreign.user_id, two_tenants.foreign.tenant_id],
    )


async def find_leaks(two_tenants: TwoTenants, *, every: bool = True) -> list[str]:
    """Probe every route, or the project's own, and return the findings as sentences."""
    target = await target_of(two_tenants)
    before = await two_tenants.everything_of(two_tenants.foreign.tenant_id)
    findings = []
    for route in routes_to_attack(two_tenants.app, every=every):
        prepared = await route_call(two_tenants, route)
        async for finding in _leaks_of(prepared, target):
            findings.append(f"{route} {finding}")
        if await two_tenants.everything_of(two_tenants.foreign.tenant_id) != before:
            findings.append(f"{route} changed the other tenant's rows")
            before = await two_tenants.everything_of(two_tenants.foreign.tenant_id)
        await prepared.client.aclose()
    return findings


async def find_leaks_by_replay(two_tenants: TwoTenants, *, every: bool) -> list[str]:
    """Send the same request with the same key for two tenants; each must get its own response."""
    findings = []
    for route in routes_to_attack(two_tenants.app, every=every):
        if route.method == "POST" and route.guard != PUBLIC:
            headers = {"Idempotency-Key": str(uuid4())}
            first, second = (
                await route_call(two_tenants, route),
                await route_call(two_tenants, route),
            )
            await _call(first, first.own_path(), headers=headers)
            answer = await _call(second, second.own_path(), headers=headers)
            revealed = f"{essence(answer)}"
            if "idempotent-replayed" in answer.headers or str(first.own_ids["tenants"]) in revealed:
                findings.append(f"{route} gives the answer that another tenant got for this key")
    return findings


async def _leaks_of(route_call: RouteCall, target: Target) -> AsyncIterator[str]:
    async for finding in _with_ids_in_the_path(route_call, target):
        yield finding
    async for finding in _with_ids_in_the_body(route_call, target):
        yield finding
    async for finding in _naming_the_tenant(route_call, target):
        yield finding
    async for finding in _with_own_ids(route_call, target):
        yield finding


async def _with_ids_in_the_path(route_call: RouteCall, target: Target) -> AsyncIterator[str]:
    """Compare the responses for foreign ids with those for random ids; they must be equal."""
    variables = route_call.route.variables
    own = route_call.own_path()
    choices = [(own[name], *target.ids) for name in variables]
    for chosen in list(product(*choices))[1 : COMBINATIONS + 1]:
        path = dict(zip(variables, chosen, strict=True))
        nobodys = {k: new_id() if value in target.ids else value for k, value in path.items()}
        if _differ(await _call(route_call, path), await _call(route_call, nobodys), target):
            yield f"tells a foreign id from a random one in its path: {path}"


async def _with_ids_in_the_body(route_call: RouteCall, target: Target) -> AsyncIterator[str]:
    if route_call.route.body is None:
        return
    for field in route_call.examples.ids_in(route_call.route.body[1]):
        unknown = await _call(route_call, route_call.own_path(), {field: str(new_id())})
        for foreign in target.ids:
            known = await _call(route_call, route_call.own_path(), {field: str(foreign)})
            if _differ(known, unknown, target):
                yield f"{IN_THE_BODY} {field}"


async def _naming_the_tenant(route_call: RouteCall, target: Target) -> AsyncIterator[str]:
    """Name the other tenant in the body, the query and the headers that other frameworks read."""
    tenant = str(target.two_tenants.foreign.tenant_id)
    options: dict[str, Any] = {"params": {"tenant_id": tenant, "tenant": tenant}}
    headers = {"X-Tenant-ID": tenant, "X-Tenant": tenant, "X-Organization-Id": tenant}
    if route_call.route.method == "DELETE":
        return  # the last request deletes the row, which the other requests still need
    for answer in (
        await _call(route_call, route_call.own_path(), {"tenant_id": tenant}),
        await _call(route_call, route_call.own_path(), headers=headers),
        await _call(route_call, route_call.own_path(), **options),
    ):
        if target.is_revealed_by(answer):
            yield "follows a tenant that the request names"


async def _with_own_ids(route_call: RouteCall, target: Target) -> AsyncIterator[str]:
    """Check that the route works, and that its response contains own rows only."""
    answer = await _call(route_call, route_call.own_path())
    if answer.status_code in (404, 422) or answer.is_server_error:
        REPORT.unreached.add(f"{route_call.route} {answer.status_code}")
    if target.is_revealed_by(answer):
        yield "has rows of the other tenant in its answer"


async def _call(route_call: RouteCall, *arguments: Any, **options: Any) -> Response:
    REPORT.add(route=str(route_call.route))
    return await route_call.call(*arguments, **options)


def _differ(known: Response, unknown: Response, target: Target) -> bool:
    return essence(known) != essence(unknown) or target.is_revealed_by(known)
