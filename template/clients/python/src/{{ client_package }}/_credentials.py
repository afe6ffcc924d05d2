"""Credentials for the API: an API key, or a user's log-in, which is refreshed."""

import threading
import time
from collections.abc import AsyncGenerator, Generator

import anyio
import httpx2

from ._retries import is_repeatable
from .generated.api.auth import auth_log_in, auth_log_out
from .generated.client import AuthenticatedClient
from .generated.models import (
    AccessRead,
    AuthLogInBody,
    ChallengeRead,
    CookiesSet,
    Problem,
    RefreshRequest,
    RegistrationRead,
    TokenRead,
    ValidationProblem,
)

EARLY = 15
"""Seconds before its end at which an access token is renewed."""
REFRESH = "/api/v1/auth/refresh"

Credentials = httpx2.Auth
Tokens = (
    TokenRead
    | AccessRead
    | CookiesSet
    | ChallengeRead
    | RegistrationRead
    | Problem
    | ValidationProblem
    | None
)
"""The result of the operations of `auth` that log a user in."""


class ApiKey(Credentials):
    """Credentials of a program: a key that does not change."""

    def __init__(self, key: str) -> None:
        self.key = key

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.key}"
        yield request


class Session(Credentials):
    """A log-in. A refresh token is valid for one use, so all requests wait for one refresh.

    Use a session with threads or with tasks, not with both.
    """

    def __init__(self, base_url: str, *, refresh_token: str | None = None) -> None:
        """Go on with a log-in of an earlier process, if its refresh token is given."""
        self._refresh_url = base_url.rstrip("/") + REFRESH
        self._access_token: str | None = None
        self._refreshes = 0
        self._ends = 0.0
        self._lock = threading.Lock()
        self._async_lock = anyio.Lock()
        self.refresh_token = refresh_token

    def log_in(
        self, client: AuthenticatedClient, email: str, password: str
    ) -> ChallengeRead | None:
        """Return a challenge if there is a second factor: `keep` its answer."""
        self._end()
        body = AuthLogInBody(username=email, password=password)
        return self.keep(auth_log_in.sync(client=client, body=body))

    async def log_in_async(
        self, client: AuthenticatedClient, email: str, password: str
    ) -> ChallengeRead | None:
        self._end()
        body = AuthLogInBody(username=email, password=password)
        return self.keep(await auth_log_in.asyncio(client=client, body=body))

    def log_out(self, client: AuthenticatedClient) -> None:
        auth_log_out.sync(client=client, body=RefreshRequest(self.refresh_token))
        self._end()

    async def log_out_async(self, client: AuthenticatedClient) -> None:
        await auth_log_out.asyncio(client=client, body=RefreshRequest(self.refresh_token))
        self._end()

    def keep(self, answer: Tokens) -> ChallengeRead | None:
        """Take the tokens that an operation of `auth` has brought, or return its challenge."""
        if isinstance(answer, ChallengeRead):
            return answer
        if isinstance(answer, TokenRead | AccessRead):
            self._access_token = answer.access_token
            self._refreshes += 1
            self._ends = time.monotonic() + answer.expires_in - EARLY
        if isinstance(answer, TokenRead):
            self.refresh_token = answer.refresh_token
        return None

    def sync_auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        if self._is_due():
            with self._lock:
                if self._is_due():
                    refreshed = yield self._refresh()
                    refreshed.read()
                    if not self._take(refreshed):
                        return
        used = self._sign(request)
        response = yield request
        if response.status_code != 401 or not self._access_token or not is_repeatable(request):
            return
        with self._lock:
            if used == self._refreshes:
                refreshed = yield self._refresh()
                refreshed.read()
                if not self._take(refreshed):
                    return
        if self._access_token:
            self._sign(request)
            yield request

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        if self._is_due():
            async with self._async_lock:
                if self._is_due():
                    refreshed = yield self._refresh()
                    await refreshed.aread()
                    if not self._take(refreshed):
                        return
        used = self._sign(request)
        response = yield request
        if response.status_code != 401 or not self._access_token or not is_repeatable(request):
            return
        async with self._async_lock:
            if used == self._refreshes:
                refreshed = yield self._refresh()
                await refreshed.aread()
                if not self._take(refreshed):
                    return
        if self._access_token:
            self._sign(request)
            yield request

    def _is_due(self) -> bool:
        return self.refresh_token is not None and time.monotonic() > self._ends

    def _sign(self, request: httpx2.Request) -> int:
        """Return which of the session's tokens the request is sent with."""
        if self._access_token:
            request.headers["Authorization"] = f"Bearer {self._access_token}"
        return self._refreshes

    def _refresh(self) -> httpx2.Request:
        return httpx2.Request("POST", self._refresh_url, json={"refresh_token": self.refresh_token})

    def _take(self, refreshed: httpx2.Response) -> bool:
        """Return False if the refresh failed: its response is then the request's."""
        if refreshed.status_code in (401, 403):
            self._end()
        if refreshed.is_success:
            self.keep(TokenRead.from_dict(refreshed.json()))
        return refreshed.is_success

    def _end(self) -> None:
        self._access_token = self.refresh_token = None
