"""Calls to addresses that people typed in: checked where they lead, and made to the very address that was checked.

A name is resolved once per call. The connection goes to the address that was looked at, with the name in the Host
header and in TLS, so a name that answers differently a moment later (DNS rebinding) gains nothing.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import httpx2

from models.connections.settings import settings
from models.rules.addresses import Address, Reach, networks, why_not
from models.rules.sentences import Sentence

SECONDS = 10.0
_PORTS = {"http": 80, "https": 443}
_LARGEST_ANSWER = 1_000_000
OPTIONS: dict[str, Any] = {
    "timeout": SECONDS, "follow_redirects": False, "trust_env": False,
    "headers": {"User-Agent": "FactoryOS", "Accept-Encoding": "identity"},
}  # fmt: skip
Resolve = Callable[[str, int], list[Address]]


class AddressRefused(Exception):  # noqa: N818 - names the refusal
    """An address that may not be called; says why without telling what the name resolved to."""


def webhook_reach() -> Reach:
    """Return where webhooks may go."""
    return Reach(networks(settings().factoryos_webhook_networks))


def issuer_reach() -> Reach:
    """Return where identity providers may be: an installation of a company's own has them in its own network."""
    return Reach(networks(settings().factoryos_webhook_networks), private=settings().factoryos_mode == "onprem")


def resolve(host: str, port: int) -> list[Address]:
    """Return the addresses of a host, best first. Raises AddressRefused for a name without any."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, OverflowError) as error:
        raise AddressRefused(Sentence("the name '{host}' has no address", host=host)) from error
    return [ip_address(entry[4][0]) for entry in found]


def check(url: str, reach: Reach) -> None:
    """Refuse an address that may not be called. Raises AddressRefused."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise AddressRefused(Sentence("it is not an address")) from error
    _addresses(parsed, reach, resolve)


def client(reach: Reach, resolver: Resolve = resolve) -> httpx2.AsyncClient:
    """Return a client that calls only what `reach` allows; it follows no redirect and asks no proxy.

    Its calls raise AddressRefused, and httpx2.HTTPError as usual.
    """
    return httpx2.AsyncClient(transport=Guarded(reach, resolver), **OPTIONS)


def _addresses(url: httpx2.URL, reach: Reach, resolver: Resolve) -> list[Address]:
    """Return where a call may connect to; one address that is refused refuses the name."""
    if url.userinfo:
        raise AddressRefused(Sentence("it must not hold a user name or password"))
    if url.scheme not in _PORTS or not url.host:
        raise AddressRefused(Sentence("it must begin with https://"))
    port = _PORTS[url.scheme] if url.port is None else url.port
    found = resolver(url.host, port)
    for address in found:
        reason = why_not(url.scheme, port, address, reach)
        if reason is not None:
            raise AddressRefused(reason)
    return found


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Capped(httpx2.AsyncByteStream):
    """The body of an answer, which breaks off where it grows beyond reason."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body. Raises httpx2.ReadError when it is too large."""
        size = 0
        async for piece in self._inner:
            size += len(piece)
            if size > _LARGEST_ANSWER:
                raise httpx2.ReadError("the answer is too large")
            yield piece

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._inner.aclose()


def _capped(response: httpx2.Response) -> httpx2.Response:
    """Return an answer bounded in size; it is never unpacked, for a small one may hold a very large one."""
    headers = httpx2.Headers([pair for pair in response.headers.raw if pair[0].lower() != b"content-encoding"])
    if not isinstance(response.stream, httpx2.AsyncByteStream):
        raise TypeError("an asynchronous transport answers with an asynchronous stream")
    return httpx2.Response(
        response.status_code, headers=headers, stream=_Capped(response.stream), extensions=response.extensions
    )


class Guarded(httpx2.AsyncBaseTransport):
    """Connects to checked addresses only, and hands on at most a megabyte of what they say.

    No connection is kept: another name may share an address.
    """

    def __init__(self, reach: Reach, resolver: Resolve = resolve) -> None:
        self._reach, self._resolver = reach, resolver
        limits = httpx2.Limits(max_keepalive_connections=0)
        self._inner = httpx2.AsyncHTTPTransport(verify=_tls(), trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the first of its host's addresses that takes it. Raises AddressRefused."""
        name = request.url.host
        addresses = await asyncio.to_thread(_addresses, request.url, self._reach, self._resolver)
        told = {**request.extensions, "sni_hostname": name}
        failure: httpx2.TransportError = httpx2.ConnectError(f"'{name}' has no address")
        for address in addresses:
            url = request.url.copy_with(host=str(address))
            pinned = httpx2.Request(
                request.method, url, headers=request.headers, stream=request.stream, extensions=told
            )
            try:
                return _capped(await self._inner.handle_async_request(pinned))
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def aclose(self) -> None:
        """Let go of what is open."""
        await self._inner.aclose()
