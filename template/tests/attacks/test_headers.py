"""Odd headers and methods on every route: a client's mistake at most, never a server error."""

import pytest

from tests.isolation.route_call import open_client
from tests.isolation.routes import Route, find_routes
from tests.isolation.two_tenants import TwoTenants

pytestmark = pytest.mark.slow

ODD = (
    ("accept", "\x80,*/*;q=x"),
    ("accept-language", "x" * 9000),
    ("authorization", "Bearer " + "a." * 10_000),
    ("authorization", "Bearer \xff"),
    ("authorization", "Bearer"),
    ("authorization", "Basic x"),
    ("content-type", "multipart/form-data"),
    ("content-type", "multipart/form-data; boundary=" + "x" * 5000),
    ("content-type", "application/json; charset=utf-7"),
    ("content-type", "\xff/json"),
    ("cookie", "a=" * 4000),
    ("host", "evil.example"),
    ("idempotency-key", "\x01"),
    ("idempotency-key", "x" * 300),
    ("if-match", '"' + "x" * 20_000),
    ("if-match", "\x80"),
    ("if-none-match", "x," * 5000),
    ("origin", "null"),
    ("range", "bytes=0-0," * 1000),
    ("traceparent", f"00-{'f' * 32}-{'1' * 16}-zz"),
    ("x-forwarded-for", "a" * 500),
    ("x-http-method-override", "DELETE"),
)
METHODS = ("OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X" * 300)


def path_of(route: Route) -> str:
    return route.path.replace("{", "").replace("}", "")


async def test_are_no_server_error(two_tenants: TwoTenants) -> None:
    found, asked = [], 0
    async with open_client(two_tenants, two_tenants.own) as client:
        for route in find_routes(two_tenants.app):
            content = b"{}" if route.body else None
            for name, value in ODD:
                answer = await client.request(
                    route.method,
                    path_of(route),
                    headers={name.encode(): value.encode("latin-1")},
                    content=content,
                )
                asked += 1
                if answer.is_server_error:
                    found.append(f"{route} {name}: {value[:20]!r}: {answer.text[:200]}")
    assert asked > 1000
    assert found == []


async def test_of_methods_are_neither(two_tenants: TwoTenants) -> None:
    async with open_client(two_tenants, two_tenants.own) as client:
        for path in {path_of(route) for route in find_routes(two_tenants.app)}:
            for method in METHODS:
                answer = await client.request(method, path)
                assert answer.is_client_error, (method, path, answer.text)
                assert answer.headers["content-type"] == "application/problem+json", (method, path)
