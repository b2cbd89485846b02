"""Calls to addresses that people typed in, made for real on this machine."""

import ssl
from ipaddress import IPv4Address, ip_address

import httpx2
import pytest

from models.connections.outbound import AddressRefused, client
from models.rules.addresses import Address, Reach, networks
from tests.receiver import receiving

SECOND_LOOPBACK = "127.0.0.2"


class Names:
    """A name server that answers anew each time it is asked, as an attacker's does."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def __call__(self, _host: str, _port: int) -> list[Address]:
        return [ip_address(one) for one in self.answers.pop(0)]


async def test_the_connection_goes_to_the_address_that_was_checked_under_the_name_that_was_asked() -> None:
    names = Names([SECOND_LOOPBACK], ["127.0.0.1"])
    with receiving() as inside, receiving(SECOND_LOOPBACK, inside.port) as allowed:
        async with client(Reach(networks(f"{SECOND_LOOPBACK}/32")), names) as caller:
            answer = await caller.post(f"http://hooks.example:{inside.port}/x", content=b"hello")
            assert answer.status_code == 200
            with pytest.raises(AddressRefused):
                await caller.post(f"http://hooks.example:{inside.port}/x")
    assert inside.arrived == []
    ((path, headers, body),) = allowed.arrived
    assert (path, headers["host"], body) == ("/x", f"hooks.example:{inside.port}", b"hello")


async def test_a_name_with_one_forbidden_address_is_refused_whole() -> None:
    with receiving() as inside:
        async with client(Reach(), Names(["93.184.216.34", "127.0.0.1"])) as caller:
            with pytest.raises(AddressRefused, match="private or special"):
                await caller.post(f"https://hooks.example:{inside.port}/x")
    assert inside.arrived == []


async def test_an_address_where_nobody_listens_gives_way_to_the_next_one() -> None:
    with receiving(SECOND_LOOPBACK) as there:
        async with client(Reach(networks("127.0.0.0/8")), Names(["127.0.0.3", SECOND_LOOPBACK])) as caller:
            answer = await caller.post(f"http://hooks.example:{there.port}/", content=b"twice readable")
    assert answer.status_code == 200
    assert there.arrived[0][2] == b"twice readable"


async def test_a_redirect_is_handed_back() -> None:
    with receiving() as there:
        there.says(307, Location="http://127.0.0.1:1/inside")
        async with client(Reach(networks("127.0.0.0/8"))) as caller:
            assert (await caller.post(there.url)).status_code == 307


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as there, receiving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client(Reach(networks("127.0.0.0/8"))) as caller:
            await caller.post(there.url)
    assert len(there.arrived) == 1
    assert proxy.arrived == []


async def test_tls_is_spoken_with_the_name_and_not_with_the_address() -> None:
    """A plain server cannot answer a TLS greeting; what it was greeted with is read from its socket."""
    import asyncio

    greeted: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.append(await reader.read(2048))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client(Reach(networks("127.0.0.0/8")), Names(["127.0.0.1"])) as caller:
        with pytest.raises((httpx2.ConnectError, httpx2.ReadError, ssl.SSLError)):
            await caller.get(f"https://hooks.example:{port}/")
    assert b"hooks.example" in greeted[0]


def test_a_name_of_this_machine_is_known_by_its_address() -> None:
    from models.connections.outbound import resolve

    assert IPv4Address("127.0.0.1") in resolve("127.0.0.1", 80)
    with pytest.raises(AddressRefused):
        resolve("no-such-host.invalid", 80)
