"""What a page may load and who may show it: nothing but our own, and nobody in a frame."""

from base64 import b64encode
from hashlib import sha256

from templates_engine.drawing_style import STYLE

# The one inline style there is: a drawing carries its own, so that it is whole as a file too.
_DRAWING = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'self'; style-src 'self' 'sha256-{_DRAWING}'; img-src 'self' data: blob:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Cookie, Accept-Language",
}


def local(path: str | None) -> str | None:
    """Return an address that stays on this site, such as the page somebody wanted before they logged in."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable():
        return None
    return path
