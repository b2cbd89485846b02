"""How a device comes to trust this box: its certificate, and the steps for each kind of device. Open to everybody."""

from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.deps import PUBLIC
from api.pages.frame.routing import pages
from api.pages.frame.screen import open_screen
from models.connections.authority import Authority, authority
from models.connections.settings import settings

router = pages("trust")
file_router = APIRouter(include_in_schema=False)
_THE_BOX_ITSELF = {"localhost", "127.0.0.1"}
_FILE = "/ca/factoryos-ca.crt"


@router.get("/ca", dependencies=[PUBLIC])
def get_trust(request: Request, own: Annotated[Authority | None, Depends(authority)]) -> HTMLResponse:
    """Show the way to trust this box, and a code that leads other devices here."""
    screen = open_screen(request, None)
    if own is None:
        return screen.show("trust/page.html", own=None, code=None, home="", file=_FILE)
    home = _home(request, own)
    drawn = segno.make(f"{home}/ca", error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return screen.show("trust/page.html", own=own, code=Markup(drawn), home=home, file=_FILE)  # noqa: S704 - drawn here


@file_router.get(_FILE, dependencies=[PUBLIC])
def get_certificate(own: Annotated[Authority | None, Depends(authority)]) -> Response:
    """Give the certificate in the form that every kind of device takes."""
    if own is None:
        return Response("HTTPS is not set up here; `factoryos tls init` does it.", 404, media_type="text/plain")
    return Response(own.content, media_type="application/x-x509-ca-cert")


def _home(request: Request, own: Authority) -> str:
    """Return the address by HTTPS: the installation's own, else the host this page was opened by.

    Opened on the box itself, the one by which other devices find it.
    """
    told = settings().factoryos_public_url.rstrip("/")
    if told.startswith("https://"):
        return told
    here = request.url.hostname or ""
    host = own.found_at if here in _THE_BOX_ITSELF else here
    return f"https://{host}:{settings().factoryos_tls_port}"
