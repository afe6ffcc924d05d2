"""Addresses to which we must never send, however they are written."""

from typing import Any

import httpcore
import pytest

from ..sending import AddressRefused, NotDelivered, _network, _post, check_address, post
from ..sending._network import NO_PUBLIC_ADDRESS, PublicNetwork
from .certificate import Certificate
from .receiver import Receiver, receiving

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "::7f00:1",
    "::ffff:0:7f00:1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "fec0::1",
    "192.88.99.1",
    "192.0.0.192",
    "198.18.0.1",
    "240.0.0.1",
    "168.63.129.16",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:101:101::1",
    "3fff::1",
    "5f00::1",
    "100::1",
    "4000::1",
    "2606:4700::5efe:7f00:1",
    "2606:4700::200:5efe:a00:1",
]
ELSEWHERE = ["127.1", "2130706433", "0x7f000001", "017700000001", "localhost"]


def found(*addresses: str) -> list[Any]:
    """Return the addresses as getaddrinfo does."""
    return [(None, None, None, "", (address, 443)) for address in addresses]


class TestCheckAddress:
    @pytest.mark.parametrize("host", PRIVATE)
    def test_refuses(self, host: str) -> None:
        with pytest.raises(AddressRefused, match=f"^{NO_PUBLIC_ADDRESS}$"):
            check_address(host, ())

    @pytest.mark.parametrize(
        "host", ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "[2606:4700::1111]", "2a00:1450::1"]
    )
    def test_lets_public_addresses_through(self, host: str) -> None:
        check_address(host, ())


class TestPost:
    @pytest.mark.parametrize("host", [*(h for h in PRIVATE if ":" not in h), *ELSEWHERE, "[::1]"])
    async def test_connects_to_no_private_address(self, receiver: Receiver, host: str) -> None:
        with pytest.raises(NotDelivered, match=f"^{NO_PUBLIC_ADDRESS}$"):
            await post(f"http://{host}:{receiver.port}/", b"", {}, seconds=60)

        assert receiver.received == []

    async def test_follows_no_redirect(self, receiver: Receiver, loopback: Any) -> None:
        receiver.status, receiver.extra = 302, f"location: {receiver.url}/elsewhere\r\n"

        status = await post(receiver.url, b"", {}, seconds=60, allowed=loopback)

        assert status == 302
        assert len(receiver.received) == 1

    async def test_gives_up_in_time(self, receiver: Receiver, loopback: Any) -> None:
        receiver.hangs = True

        with pytest.raises(NotDelivered, match=r"within 0\.2 seconds"):
            await post(receiver.url, b"", {}, seconds=0.2, allowed=loopback)

    async def test_ignores_proxies_of_the_environment(
        self, receiver: Receiver, loopback: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

        assert await post(receiver.url, b"", {}, seconds=60, allowed=loopback) == 204

    async def test_says_the_same_of_a_name_that_does_not_exist(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Otherwise the log of deliveries would reveal which internal names exist."""

        async def refuse(*_: Any) -> list[Any]:
            raise OSError("Name or service not known")

        monkeypatch.setattr(_network, "_resolve", refuse)

        with pytest.raises(NotDelivered, match=f"^{NO_PUBLIC_ADDRESS}$"):
            await post("https://db.internal/", b"", {}, seconds=60)


class TestTls:
    async def test_asks_for_the_certificate_of_the_name(
        self, certificate: Certificate, loopback: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The connection goes to an address, but the certificate is checked against the name."""
        monkeypatch.setattr(_post, "_trusted", lambda: certificate.trusted)
        async with receiving(certificate.served) as receiver:
            by_name = f"https://localhost:{receiver.port}/"

            assert await post(by_name, b"", {}, seconds=60, allowed=loopback) == 204
            with pytest.raises(NotDelivered, match="certificate"):
                await post(
                    by_name.replace("localhost", "127.0.0.1"), b"", {}, seconds=60, allowed=loopback
                )


class TestPublicNetwork:
    async def test_connects_to_the_very_address_that_it_has_checked(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The name resolves to a public address first, and to a private one the next time."""
        answers = iter([found("1.1.1.1"), found("127.0.0.1")])
        network, asked = PublicNetwork(), Recorder()
        monkeypatch.setattr(_network, "_resolve", lambda *_: answered(next(answers)))
        monkeypatch.setattr(network, "_backend", asked)

        await network.connect_tcp("rebound.example.com", 443)

        assert asked.hosts == ["1.1.1.1"]

    async def test_refuses_a_name_with_one_private_address(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_network, "_resolve", lambda *_: answered(found("1.1.1.1", "10.0.0.1")))

        with pytest.raises(AddressRefused):
            await PublicNetwork().connect_tcp("mixed.example.com", 443)

    async def test_tries_each_of_several(self, monkeypatch: pytest.MonkeyPatch) -> None:
        network, asked = PublicNetwork(), Recorder(unreachable={"2606:4700::1111"})
        both = found("2606:4700::1111", "1.1.1.1")
        monkeypatch.setattr(_network, "_resolve", lambda *_: answered(both))
        monkeypatch.setattr(network, "_backend", asked)

        await network.connect_tcp("both.example.com", 443)

        assert asked.hosts == ["2606:4700::1111", "1.1.1.1"]


class Recorder:
    """Replaces sockets."""

    def __init__(self, unreachable: set[str] | None = None) -> None:
        self.unreachable = unreachable or set()
        self.hosts: list[str] = []

    async def connect_tcp(self, host: str, port: int) -> None:
        self.hosts.append(host)
        if host in self.unreachable:
            raise httpcore.ConnectError


async def answered(addresses: list[Any]) -> list[Any]:
    return addresses
