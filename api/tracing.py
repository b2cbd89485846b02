"""A trace id for each request: in its answer, in its problem document and on every line it logs."""

import logging
import re
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.messages.origin import Origin, origin

_log = logging.getLogger(__name__)
_HEADER = "X-Request-Id"
_OURS = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SLOW_SECONDS = 2.0
_LONGEST_AGENT = 200


def _origin(scope: Scope, trace_id: str) -> Origin:
    client, agent = scope.get("client"), Headers(scope=scope).get("user-agent")
    return Origin(
        address=client[0] if client else None, agent=agent[:_LONGEST_AGENT] if agent else None, trace_id=trace_id
    )


class Tracing:
    """ASGI middleware that gives each request its trace id, the caller's own where it is a sensible one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, named."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(_HEADER, "")
        trace_id = given if _OURS.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["trace_id"] = trace_id
        began = perf_counter()

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[_HEADER] = trace_id
            await send(message)

        origin.set(_origin(scope, trace_id))
        with structlog.contextvars.bound_contextvars(trace_id=trace_id):
            await self.app(scope, receive, named)
            if (seconds := perf_counter() - began) > _SLOW_SECONDS:
                _log.warning("%s %s took %.1f s", scope["method"], scope["path"], seconds)
