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
from tests.isolation.arena import Arena
from tests.isolation.routes import Route, find_routes
from tests.isolation.visit import Visit, open_client, visit
from tests.support.people import found_tenant

from .nasty import TEXTS, as_json, bodies

PROBLEM = {"type", "title", "status", "detail", "instance", "trace_id"}
SEED = 20_261_127


class TestEveryOperation:
    async def test_answers_a_few_values_of_each_kind(self, arena: Arena) -> None:
        assert await _broken(arena, Random(SEED), few=6) == []

    @pytest.mark.slow
    async def test_answers_many_others(self, arena: Arena) -> None:
        """The values differ in each run; a failure prints the seed."""
        seed = randbelow(10**9)
        assert await _broken(arena, Random(seed), few=40) == [], seed


class TestAControlCharacter:
    @pytest.mark.parametrize("control", ["\x1b", "\x9b"])
    async def test_is_refused_where_it_is(self, arena: Arena, control: str) -> None:
        """Terminals, logs and spreadsheets act on them: no text of any module has one."""
        found, asked = [], 0
        for route in find_routes(arena.app):
            if route.body is None or "json" not in route.body[0]:
                continue
            visitor = await _visitor(arena, route)
            body = {"any": [1, {"text": f"a{control}b"}]}
            async with visitor.client:
                answer = await _call(visitor, visitor.own_path(), json=as_json(body))
            asked += 1
            errors = answer.json().get("errors", [{}])
            if (answer.status_code, errors[0].get("pointer")) != (422, "/body/any/1/text"):
                found.append(f"{route}: {answer.status_code} {answer.text[:200]}")
        assert asked > 10
        assert found == []


async def _broken(arena: Arena, random: Random, *, few: int) -> list[str]:
    found, asked = [], 0
    for route in find_routes(arena.app):
        visitor = await _visitor(arena, route)
        async with visitor.client:
            async for sent, answer in _answers(visitor, random, few):
                asked += 1
                found += [f"{route} {sent}: {fault}" for fault in _faults(answer)]
    assert asked > 100
    return found


async def _visitor(arena: Arena, route: Route) -> Visit:
    visitor = await visit(arena, route)
    if route.guard != SUPERUSER:
        return visitor
    await visitor.client.aclose()
    superuser = await found_tenant(arena.runtime, is_superuser=True)
    return replace(visitor, client=open_client(arena, superuser))


async def _answers(visitor: Visit, random: Random, few: int) -> AsyncIterator[tuple[str, Response]]:
    route, path = visitor.route, visitor.own_path()
    for name, text in _pairs([*route.query, *route.variables], random, few):
        query = {name: text.encode("utf-8", "replace").decode()} if name in route.query else {}
        odd = {**path, **({name: quote(text, safe="", errors="replace")} if not query else {})}
        yield f"{name}={text[:20]!r}", await _call(visitor, odd, params=query)
    if route.body and "json" in route.body[0]:
        valid = visitor.examples.value(route.body[1])
        for body in bodies(valid, random, 2 * few):
            yield str(body[:200]), await _call(visitor, path, json=body)


def _pairs(names: list[str], random: Random, few: int) -> list[tuple[str, str]]:
    pairs = [(name, text[:4000]) for name in names for text in TEXTS]
    return random.sample(pairs, k=min(few, len(pairs)))


async def _call(visitor: Visit, path: dict[str, Any], **options: Any) -> Response:
    url = visitor.route.path.format(**path)
    if (body := options.pop("json", None)) is not None:
        options |= {"content": body, "headers": {"content-type": "application/json"}}
    return await visitor.client.request(visitor.route.method, url, **options)


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
