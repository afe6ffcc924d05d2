"""The API returns what it accepts: each field of each module, with extreme values.

A value that can be written but not read breaks every list that contains it, for the whole tenant.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeAlias
from uuid import uuid4

from httpx import AsyncClient, Response

from app.kit.json_values import DEEPEST
from tests.isolation.examples import Schema
from tests.isolation.route_call import RouteCall, open_client, route_call
from tests.isolation.routes import OWN_AND_EVERY, Route, find_routes, routes_to_attack
from tests.isolation.two_tenants import TwoTenants
from tests.support.people import create_tenant

Row: TypeAlias = dict[str, Any]

BY_FORMAT = {
    "date": ["0001-01-01", "9999-12-31"],
    "date-time": [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59.999999-23:59",
    ],
    "time": ["00:00:00", "23:59:59.999999"],
    "iso-duration": ["P999999999D", "-P999999999D", "PT0.000001S"],
    "uuid": ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
    "email": ["a@example.com", f"{'x' * 64}@{'y' * 60}.example.com"],
    "uri": ["https://a.example", f"https://a.example/{'x' * 1900}"],
    "decimal": ["0", "-0", "9", "-99999", "0.00001", "1E+3", "1e-30", "99999999999999999999.99"],
}
NUMBERS = [0, -1, 1, 0.1, -0.0, 1e-320, 1.7e308, -1.7e308, 2**31 - 1, -(2**31), 2**63 - 1, 2**64]
NUMBER = count(1)
CHARACTERS = ("x", "\U0001f600", "\u202e", "\\", "'", "<", "\n")


class TestEveryField:
    @OWN_AND_EVERY
    async def test_is_read_as_it_was_written(self, two_tenants: TwoTenants, every: bool) -> None:
        found, written = [], 0
        routes = find_routes(two_tenants.app)
        superuser = await create_tenant(two_tenants.runtime, is_superuser=True)
        async with open_client(two_tenants, superuser) as operator:
            for route in routes_to_attack(two_tenants.app, every=every):
                if (readers := _readers(route, routes)) and route.body and route.body[1]:
                    prepared = await route_call(two_tenants, route)
                    async with prepared.client:
                        written += await _write(prepared, route.body[1])
                        found += await _unreadable(prepared, readers)
                        found += await _unexported(operator, prepared)
        assert written > (10 if every else 0)
        assert found == []


def _readers(route: Route, routes: list[Route]) -> list[Route]:
    """Return the routes that read what this route creates."""
    if route.method != "POST" or route.path.count("/") > 3 or "/auth" in route.path:
        return []
    return [each for each in routes if each.method == "GET" and each.path.startswith(route.path)]


async def _write(prepared: RouteCall, body: Schema) -> int:
    """Send all extremes, and return their number; the API may refuse any of them."""
    sent = 0
    for name, field in prepared.examples.resolved(body).get("properties", {}).items():
        for extreme in _extremes(prepared, field):
            answer = await prepared.client.post(
                prepared.route.path, json={**_least(prepared, body), name: extreme}
            )
            assert not answer.is_server_error, (name, extreme, answer.text)
            sent += 1
    return sent


def _least(prepared: RouteCall, body: Schema) -> dict[str, Any]:
    """Return a minimal valid body, with other values than the previous one."""
    schema = prepared.examples.resolved(body)
    valid = prepared.examples.value(body)
    number = next(NUMBER)
    fields = schema["properties"]
    return {
        name: _another(prepared.examples.resolved(fields[name]), name, valid[name], number)
        for name in schema.get("required", [])
    }


def _another(schema: Schema, name: str, value: Any, number: int) -> Any:
    """Return a new value if the column may be unique, but keep ids of other rows."""
    if schema.get("format") == "uuid" and not name.endswith("_id"):
        return str(uuid4())
    if schema.get("format") == "uri":
        return f"{value}{number}"
    later = datetime(2030, 1, 2, tzinfo=UTC) + timedelta(days=number)
    if schema.get("format") == "date":
        return later.date().isoformat()
    if schema.get("format") == "date-time":
        return later.isoformat()
    if schema.get("type") == "integer" and "enum" not in schema:
        return min(value + number * schema.get("multipleOf", 1), schema.get("maximum", 10**9))
    return value


def _extremes(prepared: RouteCall, field: Schema) -> Iterator[Any]:
    """Yield the extremes of each type that the field may have."""
    for each in field.get("anyOf", [field]):
        schema = prepared.examples.resolved(each)
        yield from schema.get("enum", [])
        kind, form = schema.get("type"), schema.get("format", "")
        if "pattern" in schema and kind == "string" and not form:
            form = "decimal"
        if kind == "string" and form not in BY_FORMAT:
            yield from _texts(schema)
        elif kind in ("integer", "number"):
            yield from (*NUMBERS, schema.get("minimum", 0), schema.get("maximum", 0))
        elif kind in ("object", None):
            yield from _objects()
        elif kind == "array":
            yield from _lists(prepared, schema)
        yield from BY_FORMAT.get(form, [])


def _lists(prepared: RouteCall, schema: Schema) -> Iterator[list[Any]]:
    """Yield lists of objects, each with an extreme in one of its fields."""
    item = prepared.examples.resolved(schema.get("items", {}))
    fields = item.get("properties", {})
    for name, field in fields.items():
        for extreme in _extremes(prepared, field):
            valid = {each: prepared.examples.value(fields[each], each) for each in item["required"]}
            yield [valid | {name: extreme}] * max(1, schema.get("minItems", 1))


def _texts(schema: Schema) -> Iterator[str]:
    longest = schema.get("maxLength", 2000)
    yield "x" * schema.get("minLength", 0)
    yield from (character * longest for character in CHARACTERS)


def _objects() -> Iterator[dict[str, Any]]:
    nested: Any = "deep"
    for _ in range(DEEPEST - 2):
        nested = {"a": nested}
    yield nested
    yield {"": "", "\U0001f600": [None, True, "\u2028"], "a": NUMBERS}
    yield {"n": 10**300, "m": 12345678901234567890, "x": 1e-300}
    yield {str(number): [] for number in range(2000)}


async def _unreadable(prepared: RouteCall, readers: list[Route]) -> list[str]:
    """Call each reading route, with each sort on every page, and each filter."""
    found: list[str] = []
    rows = await _pages(prepared.client, prepared.route.path, found)
    for reader in readers:
        if reader.path == prepared.route.path:
            for sort in _sorts(prepared, reader):
                await _pages(prepared.client, reader.path, found, sort=sort)
            await _filter(prepared.client, reader, rows, found)
        elif reader.path.count("{") == 1 and reader.path.endswith("}"):
            for row in rows:
                answer = await prepared.client.get(f"{prepared.route.path}/{row.get('id')}")
                found += _fault(answer) or _differences(answer, row)
    await _pages(prepared.client, "/api/v1/audit", found)
    return found


def _differences(answer: Response, row: Row) -> list[str]:
    """Compare a row read by itself with the same one in a list, where both have the field."""
    alone = answer.json()
    return [
        f"{answer.request.url} {name}: {alone[name]!r} alone, {value!r} in the list"
        for name, value in row.items()
        if name in alone and alone[name] != value
    ]


async def _pages(client: AsyncClient, path: str, found: list[str], **query: str) -> list[Row]:
    """Read small pages, so that many values are in a cursor."""
    rows: list[Row] = []
    for _ in range(300):
        answer = await client.get(path, params={"limit": "3", **query})
        found += _fault(answer)
        page = answer.json() if answer.is_success else {}
        if not isinstance(page, dict):
            return list(page)
        rows += page.get("items", [])
        if not page.get("next_cursor"):
            break
        query["cursor"] = page["next_cursor"]
    return rows


async def _filter(client: AsyncClient, reader: Route, rows: list[Row], found: list[str]) -> None:
    """Filter by each existing value, unless it is too long for a URL."""
    pairs = {(name, str(row[name])) for name in reader.query for row in rows if name in row}
    for name, value in sorted(pairs):
        if len(value) < 4000:
            found += _fault(await client.get(reader.path, params={name: value}))


async def _unexported(operator: AsyncClient, prepared: RouteCall) -> list[str]:
    answer = await operator.get(f"/api/v1/admin/tenants/{prepared.own_ids['tenants']}/export")
    return _fault(answer)


def _sorts(prepared: RouteCall, reader: Route) -> list[str]:
    for parameter in reader.operation.get("parameters", []):
        if parameter["name"] == "sort":
            return list(prepared.examples.resolved(parameter["schema"]).get("enum", []))
    return []


def _fault(answer: Response) -> list[str]:
    if answer.is_success or answer.status_code in (404, 422):
        return []
    return [
        f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:200]}"
    ]
