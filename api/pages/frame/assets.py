"""What browsers load beside a page: built by deploy/assets, held in memory, named by its content and kept for ever."""

import json
from dataclasses import dataclass
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from api.deps import PUBLIC

FOLDER = Path(__file__).parents[2] / "static"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_FOR_EVER = "public, max-age=31536000, immutable"
# A worker lives by the policy it came with, not by its page's: only this one may compile WebAssembly.
_SCANNER, _SCANNERS_POLICY = "scanner-", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
router = APIRouter(include_in_schema=False, dependencies=[PUBLIC])


class NotBuilt(RuntimeError):  # noqa: N818 - errors name the refusal
    """Pages were asked for before their style and scripts were built."""

    def __init__(self) -> None:
        super().__init__(f"{FOLDER} is not there: run `make setup`, which builds what the pages load.")


@dataclass(frozen=True, slots=True)
class Assets:
    """Files by the name templates use, and the icons there are."""

    files: dict[str, str]
    icons: frozenset[str]
    first_load: int

    def url(self, name: str) -> str:
        """Return the address of a file. Raises KeyError."""
        return f"/static/{self.files[name]}"

    def icon(self, name: str) -> str:
        """Return the address of an icon. Raises KeyError for one that icons.txt does not list."""
        if name not in self.icons:
            raise KeyError(f"the icon '{name}' is missing in api/assets/icons.txt")
        return f"{self.url('icons.svg')}#{name}"


@lru_cache(maxsize=1)
def assets() -> Assets:
    """Return what was built. Raises NotBuilt."""
    try:
        manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotBuilt from error
    return Assets(manifest["files"], frozenset(manifest["icons"]), manifest["firstLoad"])


@lru_cache(maxsize=1)
def _contents() -> dict[str, bytes]:
    """Return every built file: some thirty, less than a megabyte together."""
    return {file.name: file.read_bytes() for file in FOLDER.iterdir()} if FOLDER.is_dir() else {}


def content_of(name: str) -> bytes:
    """Return a built file by the name templates use. Raises KeyError."""
    return _contents()[assets().files[name]]


@router.get("/static/{name}")
async def get_asset(name: str, request: Request) -> Response:
    """Serve one built file, compressed as the browser likes it."""
    there = _contents()
    if name not in there or name.endswith((".br", ".gz")):
        raise HTTPException(404)
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if name.startswith(_SCANNER):
        headers["Content-Security-Policy"] = _SCANNERS_POLICY
    media_type = "text/javascript" if name.endswith(".js") else guess_type(name)[0]
    accepted = request.headers.get("accept-encoding", "")
    for encoding, ending in _ENCODINGS:
        if encoding in accepted and name + ending in there:
            headers["Content-Encoding"] = encoding
            return Response(there[name + ending], media_type=media_type, headers=headers)
    return Response(there[name], media_type=media_type, headers=headers)
