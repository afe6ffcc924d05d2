"""Connections to public addresses only.

A name is resolved once; its addresses are checked, and the connection goes to one of these. A name
that resolves differently the next time (DNS rebinding) gains nothing. Redirects are not followed.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore

from ._public import Address, Network, is_public

NO_PUBLIC_ADDRESS = "It has no public address."
"""The message for a refused host and for an unknown one, so that it reveals no internal names."""


class AddressRefused(Exception):
    """The address is private, loopback, link-local, multicast or not public, or there is none."""


def check_address(host: str, allowed: Iterable[Network]) -> None:
    """Check a host that is an address. A name is checked when the connection is made.

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
        """Raises AddressRefused if the name has no address, or any that is not public."""
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
