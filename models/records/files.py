from hashlib import sha256
from uuid import UUID

from sqlmodel import Session

from models.messages.access import Actor
from models.messages.files import FileView
from models.records.refusals import found
from models.records.versioned import tell
from models.tables.files import File


def store_file(session: Session, actor: Actor, name: str, media_type: str, content: bytes) -> FileView:
    """Keep a file's content with the facts; the caller has checked size and kind."""
    row = File(
        tenant_id=actor.tenant_id, name=name, media_type=media_type, size=len(content), content=content,
        sha256=sha256(content).hexdigest(), uploaded_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    view = _view(row)
    tell(session, actor, "files:uploaded", row.id, module="files", after=view)
    return view


def file(session: Session, identity: UUID) -> tuple[FileView, bytes]:
    """Return a file and its content. Raises Missing."""
    row: File = found("file", identity, session.get(File, identity))
    return _view(row), row.content


def _view(row: File) -> FileView:
    return FileView(
        id=row.id, name=row.name, media_type=row.media_type, size=row.size, sha256=row.sha256,
        uploaded_by=row.uploaded_by, uploaded_at=row.uploaded_at,
    )  # fmt: skip
