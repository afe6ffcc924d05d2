"""Send a request again when the API asks for it, or when the connection breaks.

`Retry-After` says that nothing was done. After a broken connection a request is repeated only if a
second attempt does no harm: its method is idempotent, or it has a key. A file is sent once.
"""

import random
import time
from dataclasses import dataclass
from uuid import uuid4

import anyio
import httpx2

KEY = "Idempotency-Key"
TEMPORARY = {409, 429, 503}
IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
SMALL = ("application/json", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Patience:
    attempts: int
    longest_wait: float

    def wait_after(self, request: httpx2.Request, response: httpx2.Response) -> float | None:
        """Return how many seconds to wait for another attempt, or None if there is to be none."""
        asked = response.headers.get("Retry-After")
        if response.status_code not in TEMPORARY or asked is None or not is_repeatable(request):
            return None
        return _jittered(float(asked)) if float(asked) <= self.longest_wait else None

    def wait_after_loss(self, request: httpx2.Request, attempt: int) -> float | None:
        harmless = request.method in IDEMPOTENT or KEY in request.headers
        if not harmless or not is_repeatable(request):
            return None
        return _jittered(min(2.0 ** (attempt - 2), self.longest_wait))


class Retrying(httpx2.BaseTransport):
    def __init__(self, inner: httpx2.BaseTransport, patience: Patience) -> None:
        self.inner = inner
        self.patience = patience

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        add_key(request)
        for attempt in range(1, self.patience.attempts):
            try:
                response = self.inner.handle_request(request)
            except httpx2.TransportError:
                wait = self.patience.wait_after_loss(request, attempt)
                if wait is None:
                    raise
            else:
                wait = self.patience.wait_after(request, response)
                if wait is None:
                    return response
                response.close()
            time.sleep(wait)
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


class AsyncRetrying(httpx2.AsyncBaseTransport):
    def __init__(self, inner: httpx2.AsyncBaseTransport, patience: Patience) -> None:
        self.inner = inner
        self.patience = patience

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        add_key(request)
        for attempt in range(1, self.patience.attempts):
            try:
                response = await self.inner.handle_async_request(request)
            except httpx2.TransportError:
                wait = self.patience.wait_after_loss(request, attempt)
                if wait is None:
                    raise
            else:
                wait = self.patience.wait_after(request, response)
                if wait is None:
                    return response
                await response.aclose()
            await anyio.sleep(wait)
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


def is_repeatable(request: httpx2.Request) -> bool:
    """True if the body can be sent again: a file is read once."""
    return request.headers.get("Content-Type", SMALL[0]).startswith(SMALL)


def add_key(request: httpx2.Request) -> None:
    """Add a key of one's own for a POST of somebody: the API knows them for actors only."""
    if request.method == "POST" and "Authorization" in request.headers:
        request.headers.setdefault(KEY, str(uuid4()))


def _jittered(seconds: float) -> float:
    """Wait a little longer, so that many clients do not come back together."""
    return seconds * random.uniform(1, 1.25)  # noqa: S311 - no secret
