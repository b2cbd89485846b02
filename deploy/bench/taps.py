"""An operator's tap as cheaply as HTTP allows, so that the load costs little of what is measured."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Any, Self
from urllib.parse import urlsplit

_OK = 200
_numbers = count()


class TapFailed(Exception):  # noqa: N818 - errors name the refusal
    """The product did not apply a command; a benchmark of refusals would say nothing."""


class Tablet:
    """One kept-alive connection of one logged-in person."""

    def __init__(self, url: str, token: str) -> None:
        self._address = urlsplit(url)
        self._headers = f"Host: {self._address.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_reason: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up; the next request dials again."""
        if self._line is not None:
            self._line[1].close()
            await self._line[1].wait_closed()
            self._line = None

    async def get(self, path: str) -> bytes:
        """Read something. Raises TapFailed for another answer than 200."""
        return await self._asked(f"GET /api/v1{path} HTTP/1.1\r\n{self._headers}\r\n".encode())

    async def page(self, path: str) -> bytes:
        """Read a part of a page, as a page that is open does. Raises TapFailed for another answer than 200."""
        asked = f"GET {path} HTTP/1.1\r\n{self._headers}Accept: text/html\r\nHX-Request: true\r\n\r\n"
        return await self._asked(asked.encode())

    async def stream(self, path: str) -> AsyncIterator[bytes]:
        """Follow a stream of events line by line, on a connection of its own. Raises TapFailed where it is refused."""
        reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\n{self._headers}Accept: text/event-stream\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                raise TapFailed(head.decode())
            while line := await reader.readline():
                yield line.strip()
        finally:
            writer.close()

    async def post(self, path: str, content: object = None, key: str | None = None) -> Any:  # noqa: ANN401 - JSON
        """Send something under a fresh key. Raises TapFailed for another answer than 200 or 201."""
        body = b"" if content is None else json.dumps(content).encode()
        head = (
            f"POST /api/v1{path} HTTP/1.1\r\n{self._headers}Idempotency-Key: {key or f'tap-{next(_numbers)}'}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return json.loads(await self._asked(head.encode() + body))

    async def act(self, work_order_id: str, action: str) -> dict[str, Any]:
        """Tap start or complete on a work order; returns its fate. Raises TapFailed unless it was applied."""
        outcome: dict[str, Any] = await self.post(f"/work-orders/{work_order_id}/{action}", {})
        if outcome["state"] != "APPLIED":
            raise TapFailed(f"{action} came back {outcome['state']}")
        return outcome

    async def together(self, taps: list[tuple[str, str]]) -> list[dict[str, Any]]:
        """Send several (work order, action) in one request. Raises TapFailed unless all were applied."""
        commands = [
            {"key": f"tap-{next(_numbers)}", "work_order_id": work_order, "request": {"action": action}}
            for work_order, action in taps
        ]
        outcomes: list[dict[str, Any]] = (await self.post("/commands", {"commands": commands}))["outcomes"]
        failed = next((each for each in outcomes if each["state"] != "APPLIED"), None)
        if failed:
            raise TapFailed(f"a command of a batch came back {failed['state']}: {failed.get('refusal')}")
        return outcomes

    async def _asked(self, request: bytes) -> bytes:
        try:
            head, answer = await self._sent(request)
        except (asyncio.IncompleteReadError, ConnectionError):
            # The server hangs up on whoever is silent for long; the key makes the second time harmless.
            self._line = None
            head, answer = await self._sent(request)
        status_line, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        body = await answer.readexactly(int(headers["content-length"]))
        if int(status_line.split(" ")[1]) not in (_OK, _OK + 1):
            raise TapFailed(f"{status_line}: {body[:500].decode()}")
        return body

    async def _sent(self, request: bytes) -> tuple[bytes, asyncio.StreamReader]:
        if self._line is None:
            self._line = await asyncio.open_connection(self._address.hostname, self._address.port)
        answer, line = self._line
        line.write(request)
        return await answer.readuntil(b"\r\n\r\n"), answer
