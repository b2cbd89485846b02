import re
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import File, Response, UploadFile

from api.deps import MayAddFiles, MayReadFiles
from api.errors import Problem, documented
from api.idempotency import Once
from api.routing import feature
from models.connections.postgres import read
from models.messages.files import FileView
from models.records import files as records

LARGEST_BYTES = 5_000_000
_LARGEST_FORM = 6_000_000
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f/\\\ud800-\udfff]")
# The content decides what a file is. SVG and HTML are not taken: they can carry scripts.
_KINDS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-"), "application/pdf"),
)
router = feature("files", "/files")


def _media_type(content: bytes) -> str:
    for pattern, media_type in _KINDS:
        if pattern.match(content):
            return media_type
    raise Problem("unsupported-media", "Only PNG, JPEG, GIF and WebP pictures and PDF documents are taken.")


@router.post(
    "", status_code=201, summary="Upload a file", response_model=FileView, max_body_size=_LARGEST_FORM,
    responses=documented("too-large", "unsupported-media", "idempotency-key-missing"),
)  # fmt: skip
def upload_file(file: Annotated[UploadFile, File()], actor: MayAddFiles, once: Once) -> Response:
    """Keep a picture or PDF of at most 5 MB, for instance one that a work order's data field asks for."""
    content = file.file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise Problem("too-large", "A file may have 5 MB at most.")
    media_type = _media_type(content)
    name = _UNWRITABLE.sub("_", file.filename or "").strip()[:200] or "unnamed"
    return once(
        f"{name}\n".encode() + content,
        lambda session: records.store_file(session, actor, name, media_type, content),
        status=201,
        location="/files",
    )


@router.get(
    "/{file_id}", summary="Download a file", response_class=Response,
    responses=documented("not-found") | {200: {"content": {"application/octet-stream": {}}}},
)  # fmt: skip
def get_file(file_id: UUID, actor: MayReadFiles) -> Response:
    """Return the content, as a download under its own name."""
    with read(actor.sight) as session:
        view, content = records.file(session, file_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(view.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": f'"{view.sha256}"',
    }
    return Response(content, media_type=view.media_type, headers=headers)
