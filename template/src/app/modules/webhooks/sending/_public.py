"""The addresses of the public internet, written out: Python's `is_global` depends on its version,
and covers neither tunnels nor addresses of cloud providers.

https://www.iana.org/assignments/iana-ipv4-special-registry
https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

GLOBAL_UNICAST = IPv6Network("2000::/3")
NOT_PUBLIC = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's own, reachable inside each machine
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # Teredo, ORCHID, benchmarks
            "2001:db8::/32",
            "2002::/16",  # 6to4, which leads to an IPv4 address
            "3ffe::/16",
            "3fff::/20",
        ),
    )
)
ISATAP = (0x00005EFE, 0x02005EFE)
"""The prefix of the IPv4 address in the lower half of an IPv6 one: a tunnel to it (RFC 5214)."""


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC)
    if address not in GLOBAL_UNICAST or any(address in network for network in NOT_PUBLIC_6):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in ISATAP
