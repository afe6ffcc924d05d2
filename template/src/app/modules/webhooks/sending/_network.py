"""Connections to public addresses only.

What a name leads to is looked up once, checked, and connected to: a name that leads elsewhere the
next time it is asked (DNS rebinding) gains nothing. Redirects are not followed.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class AddressRefused(Exception):
    """Private, loopback, link-local, multicast, or otherwise not of the public internet."""


def check_address(host: str, allowed: Iterable[Network]) -> None:
    """Of a host that is written as an address; a name is checked when it is connected to.

    Raises AddressRefused.
    """
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return
    _check(address, allowed)


class PublicNetwork(httpcore.AsyncNetworkBackend):
    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self.allowed = allowed
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> Any:
        """Raises AddressRefused if any of the name's addresses is not public."""
        addresses = await self._addresses(host, port)
        for address in addresses[:-1]:
            try:
                return await self._backend.connect_tcp(str(address), port, *args, **options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(str(addresses[-1]), port, *args, **options)

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> Any:
        raise AddressRefused(f"{path} is a file")

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            found = await _resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        addresses = [ip_address(place[4][0].partition("%")[0]) for place in found]
        for address in addresses:
            _check(address, self.allowed)
        return list(dict.fromkeys(addresses))


async def _resolve(host: str, port: int) -> list[Any]:
    loop = asyncio.get_running_loop()
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _check(address: Address, allowed: Iterable[Network]) -> None:
    if any(address in network for network in allowed):
        return
    if not all(each.is_global and not each.is_multicast for each in _meant(address)):
        raise AddressRefused(f"{address} is not a public address")


def _meant(address: Address) -> Iterable[Address]:
    """An IPv6 address may carry an IPv4 one, and lead there."""
    yield address
    if isinstance(address, IPv6Address):
        teredo = address.teredo or ()
        yield from (each for each in (address.ipv4_mapped, address.sixtofour, *teredo) if each)
        if any(address in network for network in NAT64):
            yield IPv4Address(int(address) & 0xFFFFFFFF)
