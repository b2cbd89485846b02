import re
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import File, Query, Response, UploadFile

from api.deps import Forbidden, MayAddFiles, MayEditTemplates, MayReadFiles
from api.errors import Problem, documented
from api.idempotency import Once
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.files import AttachmentCaption, AttachmentDraft, Attachments, AttachmentView, FileView
from models.records import attachments
from models.records import files as records
from models.rules.access import Permission
from models.rules.sentences import Sentence

LARGEST_BYTES = 5_000_000
LARGEST_FORM = 6_000_000
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f/\\\ud800-\udfff]")
# The content decides what a file is. SVG and HTML are not taken: they can carry scripts.
_KINDS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-"), "application/pdf"),
)
_TOO_LARGE = Sentence("A file may have 5 MB at most: take a smaller picture, or choose a smaller file.")
_NOT_TAKEN = Sentence(
    "Only PNG, JPEG, GIF and WebP pictures and PDF documents are taken: choose one of these, or take a photo."
)
router = feature("files", "/files")
attachments_router = feature("files", "/attachments")


def _media_type(content: bytes) -> str:
    for pattern, media_type in _KINDS:
        if pattern.match(content):
            return media_type
    raise Problem("unsupported-media", _NOT_TAKEN)


def taken(file: UploadFile) -> tuple[str, str, bytes]:
    """Return name, kind and content of an uploaded file. Raises Problem for one too large or of another kind."""
    content = file.file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise Problem("too-large", _TOO_LARGE)
    name = _UNWRITABLE.sub("_", file.filename or "").strip()[:200] or "unnamed"
    return name, _media_type(content), content


@router.post(
    "", status_code=201, summary="Upload a file", response_model=FileView, max_body_size=LARGEST_FORM,
    responses=documented("too-large", "unsupported-media", "idempotency-key-missing"),
)  # fmt: skip
def upload_file(file: Annotated[UploadFile, File()], actor: MayAddFiles, once: Once) -> Response:
    """Keep a picture or PDF of at most 5 MB, for instance one that a work order's data field asks for."""
    name, media_type, content = taken(file)
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


@attachments_router.get("", summary="List the files of a place", responses=documented("not-found"))
def list_attachments(
    actor: MayReadFiles,
    work_order_id: Annotated[UUID | None, Query(description="Its own files and those of its instructions")] = None,
    template_id: Annotated[UUID | None, Query(description="The files of all its steps")] = None,
) -> Attachments:
    """Return the files of one work order or of one template."""
    if (work_order_id is None) is (template_id is None):
        raise Problem("invalid-request", "Name a work order or a template, and not both.")
    with read(actor.sight) as session:
        if work_order_id is not None:
            return Attachments(items=attachments.of_work_order(session, work_order_id))
        if template_id is None or not actor.may(Permission.TEMPLATES_READ):
            raise Forbidden(actor, Permission.TEMPLATES_READ)
        return Attachments(items=attachments.of_template(session, template_id))


@attachments_router.post(
    "", status_code=201, summary="Attach a file", response_model=AttachmentView,
    responses=documented("not-found", "conflict", "forbidden", "idempotency-key-missing"),
)  # fmt: skip
def attach_file(draft: AttachmentDraft, actor: MayAddFiles, once: Once) -> Response:
    """Put an uploaded file at a work order, or beside a step of a template that is a draft."""
    if draft.template_id is not None and not actor.may(Permission.TEMPLATES_EDIT):
        raise Forbidden(actor, Permission.TEMPLATES_EDIT)
    return once(draft, lambda session: attachments.attach(session, actor, draft), status=201)


@attachments_router.put(
    "/{attachment_id}/caption", summary="Caption a step's file", responses=documented("not-found", "conflict")
)
def caption_file(attachment_id: UUID, wanted: AttachmentCaption, actor: MayEditTemplates) -> AttachmentView:
    """Write something else under a file of a draft's step."""
    with begin(actor.sight) as session:
        return attachments.recaption(session, actor, attachment_id, wanted)


@attachments_router.delete(
    "/{attachment_id}", summary="Take a file from a step", status_code=204,
    responses=documented("not-found", "conflict"),
)  # fmt: skip
def detach_file(attachment_id: UUID, actor: MayEditTemplates) -> None:
    """Take a file from a step of a draft; what was attached at work is part of its record and stays."""
    with begin(actor.sight) as session:
        attachments.detach(session, actor, attachment_id)
