"""Requests to an app in the test's own process: no server, no socket."""

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from .people import Person


def client_of(app: FastAPI, person: Person | None = None) -> AsyncClient:
    """As the person, or as nobody; to be closed, or used with `async with`."""
    headers = person.headers if person else None
    return AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=headers)
