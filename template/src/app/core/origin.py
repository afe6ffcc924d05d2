"""The parts of a request that services may use."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Origin:
    """The client and headers of a request, parsed on demand: most requests never need it."""

    client: tuple[str, int] | None
    headers: list[tuple[bytes, bytes]]

    @property
    def address(self) -> str | None:
        """The client's IP address; None if a proxy names something else."""
        known = _parsed(self.client[0]) if self.client else None
        return str(known) if known else None

    def header(self, name: bytes) -> str | None:
        return header(self.headers, name)


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """Return all fields of this name, joined as in HTTP."""
    found = [value for key, value in headers if key == name]
    return b", ".join(found).decode("latin-1") if found else None


def network_of(address: str) -> str:
    """Return the network to count an address for: an IPv6 client has a whole /64.

    What is no address is counted together: a client could make up as many names as it likes.
    """
    found = _parsed(address)
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found or "unknown")


@lru_cache(maxsize=1024)
def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.partition("%")[0])
    except ValueError:
        return None
