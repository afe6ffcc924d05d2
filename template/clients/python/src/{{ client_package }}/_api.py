from collections.abc import Callable
from typing import Any

import httpx2

from ._credentials import Credentials
from ._problems import raise_for_problem
from ._retries import AsyncRetrying, Patience, Retrying
from .generated.client import AuthenticatedClient

Api = AuthenticatedClient
"""The type of `client` in the generated functions, whether they need a log-in or not."""

TIMEOUT = 30


def api(
    base_url: str,
    credentials: Credentials | None = None,
    *,
    attempts: int = 4,
    longest_wait: float = 30,
    transport: Callable[[], Any] | None = None,
    async_transport: Callable[[], Any] | None = None,
) -> Api:
    """Return the `client` that the functions in `generated.api` take, sync and async.

    It renews its log-in, sends idempotency keys, retries by the API's rules, and raises
    ProblemError. Without credentials it calls as nobody. Waits are in seconds. Transports replace
    the network, for tests and proxies.
    """
    patience = Patience(attempts=attempts, longest_wait=longest_wait)
    sync = Retrying((transport or httpx2.HTTPTransport)(), patience)
    asynchronous = AsyncRetrying((async_transport or httpx2.AsyncHTTPTransport)(), patience)
    options: dict[str, Any] = {"base_url": base_url, "auth": credentials, "timeout": TIMEOUT}
    made = Api(base_url=base_url, token="")
    made.set_httpx_client(_Client(transport=sync, **options))
    made.set_async_httpx_client(_AsyncClient(transport=asynchronous, **options))
    return made


class _Client(httpx2.Client):
    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = super().send(request, **options)
        if response.is_error:
            response.read()
            raise_for_problem(response)
        return response


class _AsyncClient(httpx2.AsyncClient):
    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = await super().send(request, **options)
        if response.is_error:
            await response.aread()
            raise_for_problem(response)
        return response
