"""What makes the pages an app on a tablet: the manifest, and the worker that keeps the station for a lost network.

The worker stands at the root, because it serves what lies below its own address.
"""

import json

from fastapi import APIRouter, Response

from api.deps import PUBLIC
from api.pages.frame.assets import assets, content_of

_KEPT = ("app.css", "app.js", "theme.js", "station.js", "icons.svg", "favicon.svg")
# A worker's own policy says where it may fetch from.
_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
# Android installs an app with these alone; the maskable ones leave room for whatever shape it cuts.
_SIZES = (192, 512)
router = APIRouter(include_in_schema=False, dependencies=[PUBLIC])


@router.get("/service-worker.js")
def get_service_worker() -> Response:
    """Serve the worker with the list of files it keeps; another list makes browsers take the new one."""
    kept = json.dumps([assets().url(name) for name in _KEPT])
    script = f"const PRECACHED = {kept};\n".encode() + content_of("service-worker.js")
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}
    return Response(script, media_type="text/javascript", headers=headers)


@router.get("/manifest.webmanifest")
def get_manifest() -> Response:
    """Say how FactoryOS looks as an app."""
    drawn = {"src": assets().url("favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    icons = [drawn, *(_png(size, purpose) for size in _SIZES for purpose in ("any", "maskable"))]
    told = {
        "name": "FactoryOS", "short_name": "FactoryOS", "id": "/", "start_url": "/", "scope": "/",
        "display": "standalone", "background_color": "#0d1b2e", "theme_color": "#0d1b2e", "icons": icons,
    }  # fmt: skip
    return Response(json.dumps(told), media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


def _png(size: int, purpose: str) -> dict[str, str]:
    return {
        "src": assets().url(f"{purpose}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose
    }  # fmt: skip
