"""A foreign page gets nothing done with `?cookies=true`: it is refused before anything happens."""

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from tests.isolation.routes import Route, find_routes

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost:8000"},
    {"Origin": "null"},
    {},
]


def with_cookies(app: FastAPI) -> list[Route]:
    """All but links: a log-in elsewhere comes back with one, and proves it with a cookie."""
    routes = (route for route in find_routes(app) if "cookies" in route.query)
    return [route for route in routes if route.method != "GET"]


def form_for(route: Route) -> dict[str, str] | None:
    is_form = route.body is not None and "form" in route.body[0]
    return {"username": "ada@example.com", "password": "a password"} if is_form else None


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_foreign_page_is_refused_before_its_body_is_read(
    app: FastAPI, anonymous: AsyncClient, headers: dict[str, str]
) -> None:
    """Without a body that is valid: 403 and not 422 says that nobody has looked at it yet.

    A form is read early, so it is a good one there: 403 and not 401 says that nobody tried it.
    """
    asked = 0
    for route in with_cookies(app):
        url = f"{route.path}?cookies=true"
        answer = await anonymous.request(route.method, url, headers=headers, data=form_for(route))
        asked += 1
        assert answer.status_code == 403, f"{route}: {answer.status_code}"
        assert "set-cookie" not in answer.headers
    assert asked > 6
