"""Requests that try to get at another tenant; a response that reveals anything is a finding."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID, uuid4

from httpx import Response

from app.core.permissions import PUBLIC
from app.kit.ids import new_id

from .arena import FOREIGN, Arena, tenants_models
from .report import REPORT
from .routes import find_routes
from .visit import Visit, essence, visit

COMBINATIONS = 200
"""The maximum of combinations of own and foreign ids, for a path with several."""


@dataclass(frozen=True)
class Target:
    """The other tenant, with the id of a row in each of its tables."""

    arena: Arena
    ids: list[UUID]

    def is_told(self, answer: Response) -> bool:
        """True if the response reveals a secret, outside of the path that problems repeat."""
        told = f"{essence(answer)} {answer.headers}"
        return any(secret in told for secret in (FOREIGN, *map(str, self.ids)))


async def target_of(arena: Arena) -> Target:
    rows = [await arena.foreign_row(model.__table__) for model in tenants_models()]
    return Target(
        arena, [row["id"] for row in rows] + [arena.foreign.user_id, arena.foreign.tenant_id]
    )


async def probe_all(arena: Arena) -> list[str]:
    """Probe every route, and return the findings as sentences."""
    target = await target_of(arena)
    before = await arena.everything_of(arena.foreign.tenant_id)
    findings = []
    for route in find_routes(arena.app):
        visitor = await visit(arena, route)
        async for finding in _probes(visitor, target):
            findings.append(f"{route} {finding}")
        if await arena.everything_of(arena.foreign.tenant_id) != before:
            findings.append(f"{route} changed the other tenant's rows")
            before = await arena.everything_of(arena.foreign.tenant_id)
        await visitor.client.aclose()
    return findings


async def probe_idempotency(arena: Arena) -> list[str]:
    """Send the same request with the same key for two tenants; each must get its own response."""
    findings = []
    for route in find_routes(arena.app):
        if route.method == "POST" and route.guard != PUBLIC:
            headers = {"Idempotency-Key": str(uuid4())}
            first, second = await visit(arena, route), await visit(arena, route)
            await _call(first, first.own_path(), headers=headers)
            answer = await _call(second, second.own_path(), headers=headers)
            told = f"{essence(answer)}"
            if "idempotent-replayed" in answer.headers or str(first.own_ids["tenants"]) in told:
                findings.append(f"{route} gives the answer that another tenant got for this key")
    return findings


async def _probes(visit: Visit, target: Target) -> AsyncIterator[str]:
    async for finding in _with_ids_in_the_path(visit, target):
        yield finding
    async for finding in _with_ids_in_the_body(visit, target):
        yield finding
    async for finding in _naming_the_tenant(visit, target):
        yield finding
    async for finding in _with_own_ids(visit, target):
        yield finding


async def _with_ids_in_the_path(visit: Visit, target: Target) -> AsyncIterator[str]:
    """Compare the responses for foreign ids with those for random ids; they must be equal."""
    variables = visit.route.variables
    own = visit.own_path()
    choices = [(own[name], *target.ids) for name in variables]
    for chosen in list(product(*choices))[1 : COMBINATIONS + 1]:
        path = dict(zip(variables, chosen, strict=True))
        nobodys = {k: new_id() if value in target.ids else value for k, value in path.items()}
        if _differ(await _call(visit, path), await _call(visit, nobodys), target):
            yield f"tells a foreign id from a random one in its path: {path}"


async def _with_ids_in_the_body(visit: Visit, target: Target) -> AsyncIterator[str]:
    if visit.route.body is None:
        return
    for field in visit.examples.ids_in(visit.route.body[1]):
        unknown = await _call(visit, visit.own_path(), {field: str(new_id())})
        for foreign in target.ids:
            known = await _call(visit, visit.own_path(), {field: str(foreign)})
            if _differ(known, unknown, target):
                yield f"tells a foreign id from a random one in {field}"


async def _naming_the_tenant(visit: Visit, target: Target) -> AsyncIterator[str]:
    """Name the other tenant in the body, the query and the headers that other frameworks read."""
    tenant = str(target.arena.foreign.tenant_id)
    options: dict[str, Any] = {"params": {"tenant_id": tenant, "tenant": tenant}}
    headers = {"X-Tenant-ID": tenant, "X-Tenant": tenant, "X-Organization-Id": tenant}
    if visit.route.method == "DELETE":
        return  # the last probe deletes the row, which the other probes still need
    for answer in (
        await _call(visit, visit.own_path(), {"tenant_id": tenant}),
        await _call(visit, visit.own_path(), headers=headers),
        await _call(visit, visit.own_path(), **options),
    ):
        if target.is_told(answer):
            yield "follows a tenant that the request names"


async def _with_own_ids(visit: Visit, target: Target) -> AsyncIterator[str]:
    """Check that the route works, and that its response contains own rows only."""
    answer = await _call(visit, visit.own_path())
    if answer.status_code in (404, 422) or answer.is_server_error:
        REPORT.unreached.add(f"{visit.route} {answer.status_code}")
    if target.is_told(answer):
        yield "has rows of the other tenant in its answer"


async def _call(visit: Visit, *arguments: Any, **options: Any) -> Response:
    REPORT.add(route=str(visit.route))
    return await visit.call(*arguments, **options)


def _differ(known: Response, unknown: Response, target: Target) -> bool:
    return essence(known) != essence(unknown) or target.is_told(known)
