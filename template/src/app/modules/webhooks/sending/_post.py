"""One POST. The answer's body is not read, so it cannot be too large."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import cache
from ssl import SSLContext

import httpcore

from ._network import AddressRefused, PublicNetwork
from ._public import Network

FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


class NotDelivered(Exception):
    """There was no answer; the message says why."""


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    allowed: Sequence[Network] = (),
) -> int:
    """Return the answer's status. Raises NotDelivered."""
    network = PublicNetwork(allowed)
    try:
        async with (
            asyncio.timeout(seconds),
            httpcore.AsyncConnectionPool(
                ssl_context=_trusted(), network_backend=network
            ) as connections,
            connections.stream("POST", url, headers=list(headers.items()), content=body) as answer,
        ):
            return answer.status
    except TimeoutError:
        raise NotDelivered(f"It did not answer within {seconds:g} seconds.") from None
    except AddressRefused as error:
        raise NotDelivered(str(error)) from error
    except FAILURES as error:
        raise NotDelivered(f"{type(error).__name__}: {error}"[:300]) from error


@cache
def _trusted() -> SSLContext:
    """Return the cached TLS context: loading CA certificates takes longer than most answers."""
    return httpcore.default_ssl_context()
