"""What a service may ask about the request behind its work: nothing but this, and through verbs."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Origin:
    """Read when it is asked, which for most requests is never."""

    client: tuple[str, int] | None
    headers: list[tuple[bytes, bytes]]

    @property
    def address(self) -> str | None:
        return self.client[0] if self.client else None

    def header(self, name: bytes) -> str | None:
        return header(self.headers, name)


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """All fields of this name, joined as HTTP joins them."""
    found = [value for key, value in headers if key == name]
    return b", ".join(found).decode("latin-1") if found else None


def network_of(address: str) -> str:
    """Whom an address counts for: whoever has one of IPv6 has 2⁶⁴ of them."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
