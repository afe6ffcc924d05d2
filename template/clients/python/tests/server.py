"""Clients of the server that tests/standard/clients starts."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import httpx2
from api_client import Api, Session, api
from api_client.generated.api.auth import auth_register
from api_client.generated.models import Registration

URL = os.environ.get("API_URL", "http://127.0.0.1:8000")
PASSWORD = "correct horse battery staple"

Handler = Callable[[httpx2.Request], httpx2.Response | None]


class Network(httpx2.HTTPTransport):
    """Lets a test see each request, answer in the server's place, or lose its answer."""

    def __init__(self, before: Handler | None = None, after: Handler | None = None) -> None:
        super().__init__()
        self.before, self.after = before, after

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        instead = self.before(request) if self.before else None
        response = instead or super().handle_request(request)
        if self.after:
            self.after(request)
        return response


class AsyncNetwork(httpx2.AsyncHTTPTransport):
    def __init__(self, before: Handler | None = None) -> None:
        super().__init__()
        self.before = before

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        instead = self.before(request) if self.before else None
        return instead or await super().handle_async_request(request)


@dataclass
class Owner:
    """The owner of a new tenant."""

    api: Api
    session: Session
    email: str


def owner(before: Handler | None = None, after: Handler | None = None) -> Owner:
    session = Session(URL)
    client = api(
        URL,
        session,
        transport=lambda: Network(before, after),
        async_transport=lambda: AsyncNetwork(before),
    )
    email = f"{uuid4()}@example.com"
    body = Registration(email=email, password=PASSWORD, full_name="Ada", tenant_name="Acme")
    session.keep(auth_register.sync(client=api(URL), body=body))
    return Owner(client, session, email)
