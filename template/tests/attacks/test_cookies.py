"""Requests of other sites with `?cookies=true` are refused before they have any effect."""

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
    """Return all routes but links: external log-ins return through those, proved by a cookie."""
    routes = (route for route in find_routes(app) if "cookies" in route.query)
    return [route for route in routes if route.method != "GET"]


def form_for(route: Route) -> dict[str, str] | None:
    is_form = route.body is not None and "form" in route.body[0]
    return {"username": "ada@example.com", "password": "a password"} if is_form else None


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_foreign_page_is_refused_before_its_body_is_read(
    app: FastAPI, anonymous: AsyncClient, headers: dict[str, str]
) -> None:
    """The body is invalid, so 403 instead of 422 proves that it was not validated.

    Forms are parsed early, so they are valid; 403 instead of 401 proves that no log-in was tried.
    """
    asked = 0
    for route in with_cookies(app):
        url = f"{route.path}?cookies=true"
        answer = await anonymous.request(route.method, url, headers=headers, data=form_for(route))
        asked += 1
        assert answer.status_code == 403, f"{route}: {answer.status_code}"
        assert "set-cookie" not in answer.headers
    assert asked > 6
