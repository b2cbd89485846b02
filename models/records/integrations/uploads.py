"""Files on their way in: kept until they are committed, with a person's corrections, which the next such file gets."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, select
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.integrations import BomCommit, BomPreview, ColumnMapping, ImportFilters, ImportView, UploadDraft
from models.messages.paging import Page
from models.records.paging import Listing, page
from models.records.refusals import Conflict, found
from models.records.versioned import change, lock, tell
from models.tables.access.people import User
from models.tables.base import utc_now
from models.tables.integrations import Import

_WHAT = "import"
_KEPT = timedelta(days=7)
_LISTING = Listing(
    "imports", Import.id, sorts={"created_at": Import.created_at}, search=(Import.file, Import.parent),
)  # fmt: skip
# A file's content is read only by those who work with it.
_SHOWN: tuple[Any, ...] = (
    Import.id, Import.file, Import.size, Import.parent, Import.name, Import.default_uom, Import.mapping, Import.result,
    Import.row_version, Import.created_at, Import.ended_at,
)  # fmt: skip
_STATEMENT: Select[*tuple[Any, ...]] = select(*_SHOWN, col(User.display_name).label("created_by")).join(
    User, col(User.id) == col(Import.created_by)
)


def shape_of(preview: BomPreview) -> str:
    """Return what files have in common whose columns are called alike, whatever stands below."""
    headers = [" ".join(column.header.lower().split()) for column in preview.columns]
    return sha256("\x1f".join(headers).encode()).hexdigest()


def imports(session: Session, filters: ImportFilters) -> Page[ImportView]:
    """Return one page of imports, open and done."""
    return page(session, _STATEMENT, _LISTING, filters, _view)


def upload(session: Session, identity: UUID) -> ImportView:
    """Return one import. Raises Missing."""
    return _view(found(_WHAT, identity, session.execute(_STATEMENT.where(col(Import.id) == identity)).first()))


def content_of(session: Session, identity: UUID) -> bytes:
    """Return the file of an import. Raises Missing, and Conflict once it is done."""
    row: Import = found(_WHAT, identity, session.get(Import, identity))
    if row.content is None:
        raise Conflict("This file was imported already; choose it again to import it once more.")
    return row.content


def keep(  # noqa: PLR0913 - a file, and what is wanted of it
    session: Session, actor: Actor, draft: UploadDraft, *, file: str, content: bytes, shape: str
) -> ImportView:
    """Keep a file to be looked at, read as the last one of its shape was; what nobody finished for a week goes."""
    session.execute(delete(Import).where(col(Import.ended_at).is_(None), col(Import.created_at) < utc_now() - _KEPT))
    row = Import(
        tenant_id=actor.tenant_id, **draft.model_dump(), file=file, size=len(content), content=content, shape=shape,
        mapping=remembered(session, shape).model_dump(mode="json"), created_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return upload(session, row.id)


def remembered(session: Session, shape: str) -> ColumnMapping:
    """Return the corrections of the last import of a shape; none where there was none."""
    statement = select(col(Import.mapping)).where(col(Import.shape) == shape, col(Import.ended_at).is_not(None))
    mapping = session.scalars(statement.order_by(col(Import.ended_at).desc()).limit(1)).first()
    return ColumnMapping.model_validate(mapping or {})


def correct(  # noqa: PLR0913, PLR0917 - who, what, and on which version
    session: Session, actor: Actor, identity: UUID, draft: UploadDraft, mapping: ColumnMapping, expected: int
) -> ImportView:
    """Change how an open import is read. Raises Missing, Stale, and Conflict once it is done."""
    del actor  # nothing is written to the catalog yet, so there is nothing to tell of
    row = _open(session, identity, expected)
    change(session, row, {**draft.model_dump(), "mapping": mapping.model_dump(mode="json")})
    return upload(session, identity)


def conclude(session: Session, actor: Actor, identity: UUID, commit: BomCommit) -> ImportView:
    """Let go of the file and keep what the import did. Raises Missing, and Conflict once it is done."""
    row = _open(session, identity, None)
    change(session, row, {"content": None, "result": commit.model_dump(mode="json"), "ended_at": utc_now()})
    view = upload(session, identity)
    tell(session, actor, "imports:finished", identity, module="integrations", after=view)
    return view


def discard(session: Session, identity: UUID) -> None:
    """Let go of an open import. Raises Missing, and Conflict once it is done."""
    session.delete(_open(session, identity, None))
    session.flush()


def _open(session: Session, identity: UUID, expected: int | None) -> Import:
    row = lock(session, Import, _WHAT, identity, expected)
    if row.ended_at is not None:
        raise Conflict("This import is done; choose the file again to import it once more.")
    return row


def _view(row: Row[Any]) -> ImportView:
    return ImportView.model_validate({name: getattr(row, name) for name in ImportView.model_fields})
