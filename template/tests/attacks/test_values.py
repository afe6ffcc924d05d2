"""Send every operation values that nothing can store: the response is never a 5xx."""

from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random
from secrets import randbelow
from typing import Any
from urllib.parse import quote

import pytest
from httpx import Response

from app.core.permissions import SUPERUSER
from tests.isolation.route_call import RouteCall, open_client, route_call
from tests.isolation.routes import OWN_AND_EVERY, Route, find_routes, routes_to_attack
from tests.isolation.two_tenants import TwoTenants
from tests.support.people import create_tenant

from .nasty import TEXTS, as_json, bodies

PROBLEM = {"type", "title", "status", "detail", "instance", "trace_id"}
SEED = 20_261_127


class TestEveryOperation:
    @OWN_AND_EVERY
    async def test_answers_a_few_values_of_each_kind(
        self, two_tenants: TwoTenants, every: bool
    ) -> None:
        assert await _broken(two_tenants, Random(SEED), few=6, every=every) == []

    @pytest.mark.slow
    async def test_answers_many_others(self, two_tenants: TwoTenants) -> None:
        """The values differ in each run; a failure prints the seed."""
        seed = randbelow(10**9)
        assert await _broken(two_tenants, Random(seed), few=40, every=True) == [], seed


class TestAControlCharacter:
    @pytest.mark.parametrize("control", ["\x1b", "\x9b"])
    async def test_is_refused_where_it_is(self, two_tenants: TwoTenants, control: str) -> None:
        """Terminals, logs and spreadsheets act on them: no text of any module has one."""
        found, asked = [], 0
        routes = find_routes(two_tenants.app)
        one = await _prepared(two_tenants, next(route for route in routes if route.method == "GET"))
        for route in routes:
            if route.body is None or "json" not in route.body[0]:
                continue
            prepared = replace(one, route=route)  # a request that is refused changes nothing
            body = {"any": [1, {"text": f"a{control}b"}]}
            answer = await _call(prepared, prepared.own_path(), json=as_json(body))
            asked += 1
            errors = answer.json().get("errors", [{}])
            if (answer.status_code, errors[0].get("pointer")) != (422, "/body/any/1/text"):
                found.append(f"{route}: {answer.status_code} {answer.text[:200]}")
        await one.client.aclose()
        assert asked > 10
        assert found == []


async def _broken(two_tenants: TwoTenants, random: Random, *, few: int, every: bool) -> list[str]:
    found, asked = [], 0
    for route in routes_to_attack(two_tenants.app, every=every):
        prepared = await _prepared(two_tenants, route)
        async with prepared.client:
            async for sent, answer in _answers(prepared, random, few):
                asked += 1
                found += [f"{route} {sent}: {fault}" for fault in _faults(answer)]
    assert asked > (100 if every else 20)
    return found


async def _prepared(two_tenants: TwoTenants, route: Route) -> RouteCall:
    prepared = await route_call(two_tenants, route)
    if route.guard != SUPERUSER:
        return prepared
    await prepared.client.aclose()
    superuser = await create_tenant(two_tenants.runtime, is_superuser=True)
    return replace(prepared, client=open_client(two_tenants, superuser))


async def _answers(
    prepared: RouteCall, random: Random, few: int
) -> AsyncIterator[tuple[str, Response]]:
    route, path = prepared.route, prepared.own_path()
    for name, text in _pairs([*route.query, *route.variables], random, few):
        query = {name: text.encode("utf-8", "replace").decode()} if name in route.query else {}
        odd = {**path, **({name: quote(text, safe="", errors="replace")} if not query else {})}
        yield f"{name}={text[:20]!r}", await _call(prepared, odd, params=query)
    if route.body and "json" in route.body[0]:
        valid = prepared.examples.value(route.body[1])
        for body in bodies(valid, random, 2 * few):
            yield str(body[:200]), await _call(prepared, path, json=body)


def _pairs(names: list[str], random: Random, few: int) -> list[tuple[str, str]]:
    pairs = [(name, text[:4000]) for name in names for text in TEXTS]
    return random.sample(pairs, k=min(few, len(pairs)))


async def _call(prepared: RouteCall, path: dict[str, Any], **options: Any) -> Response:
    url = prepared.route.path.format(**path)
    if (body := options.pop("json", None)) is not None:
        options |= {"content": body, "headers": {"content-type": "application/json"}}
    return await prepared.client.request(prepared.route.method, url, **options)


def _faults(answer: Response) -> list[str]:
    """Return server errors, and errors that are not the documented problem details."""
    if answer.is_server_error:
        return [f"{answer.status_code} {answer.text[:300]}"]
    if not answer.is_client_error:
        return []
    if answer.headers["content-type"] != "application/problem+json":
        return [f"{answer.status_code} is no problem: {answer.text[:100]}"]
    problem = answer.json()
    lacking = PROBLEM - problem.keys()
    if answer.status_code == 422 and not problem.get("errors"):
        lacking.add("errors")
    return [f"{answer.status_code} lacks {sorted(lacking)}: {problem}"] if lacking else []
