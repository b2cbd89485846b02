"""What every answer, whoever made it, tells the browser: not to guess types, frame it, run scripts in it or keep it."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.connections.settings import settings

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_DRAWING = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
_ONLY_BY_TLS = "max-age=31536000"
_NEVER_KEPT, _KEPT_AND_ASKED_FOR = "no-store", "private, no-cache"


class SecurityHeaders:
    """ASGI middleware around everything else, so that errors nobody expected leave with these headers as well.

    A route that sets one of them itself is left alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back with headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), scope)
            await send(message)

        await self.app(scope, receive, guarded)


def _add(headers: MutableHeaders, scope: Scope) -> None:
    if headers.get("content-type", "").startswith("image/svg+xml"):
        headers.setdefault("Content-Security-Policy", _DRAWING)
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    # A box of its own serves plain HTTP beside HTTPS; a browser told otherwise would no longer find it there.
    if scope["scheme"] == "https" and settings().factoryos_tls_dir is None:
        headers.setdefault("Strict-Transport-Security", _ONLY_BY_TLS)
    asked = Headers(scope=scope)
    if "authorization" in asked or "cookie" in asked:
        # What has a version may be kept by its reader, who asks whether it is still the present one.
        headers.setdefault("Cache-Control", _KEPT_AND_ASKED_FOR if "etag" in headers else _NEVER_KEPT)
