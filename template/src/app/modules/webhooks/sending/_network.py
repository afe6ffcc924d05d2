"""Connections to public addresses only.

What a name leads to is looked up once, checked, and connected to: a name that leads elsewhere the
next time it is asked (DNS rebinding) gains nothing. Redirects are not followed.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore

from ._public import Address, Network, is_public

NO_PUBLIC_ADDRESS = "It has no public address."
"""Said of every host that is refused and of one that does not exist: it maps nobody's network."""


class AddressRefused(Exception):
    """Private, loopback, link-local, multicast, otherwise not of the public internet, or none."""


def check_address(host: str, allowed: Iterable[Network]) -> None:
    """Of a host that is written as an address; a name is checked when it is connected to.

    Raises AddressRefused.
    """
    try:
        address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return
    _check(address, allowed)


class PublicNetwork(httpcore.AsyncNetworkBackend):
    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self.allowed = allowed
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> Any:
        """Raises AddressRefused if any of the name's addresses is not public, or it has none."""
        addresses = await self._addresses(host, port)
        for address in addresses[:-1]:
            try:
                return await self._backend.connect_tcp(str(address), port, *args, **options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(str(addresses[-1]), port, *args, **options)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> Any:
        raise AddressRefused(NO_PUBLIC_ADDRESS)

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            found = await _resolve(host, port)
        except OSError as error:
            raise AddressRefused(NO_PUBLIC_ADDRESS) from error
        addresses = [ip_address(place[4][0].partition("%")[0]) for place in found]
        for address in addresses:
            _check(address, self.allowed)
        return list(dict.fromkeys(addresses))


async def _resolve(host: str, port: int) -> list[Any]:
    loop = asyncio.get_running_loop()
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _check(address: Address, allowed: Iterable[Network]) -> None:
    if not is_public(address) and not any(address in network for network in allowed):
        raise AddressRefused(NO_PUBLIC_ADDRESS)
