"""Clients of an app in the test's own process, without a server or a socket."""

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from .people import Person


def client_of(app: FastAPI, person: Person | None = None) -> AsyncClient:
    """Return a client for the person, or for nobody; close it, or use it with `async with`."""
    headers = person.headers if person else None
    return AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=headers)
