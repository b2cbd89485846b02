"""A body beyond its limit is heard to its end and refused in a problem document, like any other bad request."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import MEDIA_TYPE, problem
from api.problems import BY_SLUG

_HEARD_OUT_BYTES = 100_000_000


class Oversized:
    """ASGI middleware around the framework's limits, which answer in bare text where no exception handler comes by."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and put a refusal of its size into our words."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(receive, invited="expect" not in Headers(scope=scope))
        await self.app(scope, body.receive, _worded(Request(scope), body, send))


class _Body:
    """What the sender has said so far. Who waits for an invitation (Expect) is not heard out."""

    def __init__(self, receive: Receive, *, invited: bool) -> None:
        self._receive = receive
        self._more = invited

    async def receive(self) -> Message:
        message = await self._receive()
        self._more = bool(message.get("more_body"))
        return message

    async def hear_out(self) -> None:
        """Throw the rest away: a connection closed on a sender who still speaks is reset, and the answer lost."""
        heard = 0
        while self._more and heard < _HEARD_OUT_BYTES:
            heard += len((await self.receive()).get("body", b""))


def _worded(request: Request, body: _Body, send: Send) -> Callable[[Message], Awaitable[None]]:
    replaced = False

    async def worded(message: Message) -> None:
        nonlocal replaced
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            await body.hear_out()
            replaced = Headers(raw=message["headers"]).get("content-type") != MEDIA_TYPE
            if replaced:
                kind = BY_SLUG["too-large"]
                await problem(request, kind, kind.meaning)(request.scope, body.receive, send)
        if not replaced:
            await send(message)

    return worded
