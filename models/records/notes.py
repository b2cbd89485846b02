"""Notes that one person leaves at a work order for the next."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.notes import NoteDraft, NoteView
from models.records.refusals import found
from models.records.versioned import tell
from models.tables.floor import Note
from models.tables.work_orders import WorkOrder

_COLUMNS = "n.id, n.work_order_id, n.text, u.display_name AS written_by, n.written_at"
_OF = text(f"""
    SELECT {_COLUMNS} FROM notes n JOIN users u ON u.id = n.written_by
     WHERE n.work_order_id = :work_order ORDER BY n.written_at DESC, n.id DESC LIMIT 50
""")  # noqa: S608 - the columns are ours
_NEWEST = text(f"""
    SELECT DISTINCT ON (n.work_order_id) {_COLUMNS} FROM notes n JOIN users u ON u.id = n.written_by
     WHERE n.work_order_id = ANY(:work_orders) ORDER BY n.work_order_id, n.written_at DESC, n.id DESC
""")  # noqa: S608 - as above


def notes_of(session: Session, work_order_id: UUID) -> tuple[NoteView, ...]:
    """Return the notes at a work order, the newest first. Raises Missing."""
    found("work order", work_order_id, session.get(WorkOrder, work_order_id))
    return tuple(_view(row) for row in session.execute(_OF, {"work_order": work_order_id}).mappings())


def newest_notes(session: Session, work_orders: Collection[UUID]) -> dict[UUID, NoteView]:
    """Return the newest note at each of some work orders that has one; one statement."""
    rows = session.execute(_NEWEST, {"work_orders": list(work_orders)}).mappings()
    return {row["work_order_id"]: _view(row) for row in rows}


def _view(row: RowMapping) -> NoteView:
    return NoteView.model_validate(dict(row))


def write_note(session: Session, actor: Actor, work_order_id: UUID, draft: NoteDraft) -> NoteView:
    """Leave a note at a work order. Raises Missing."""
    found("work order", work_order_id, session.get(WorkOrder, work_order_id))
    row = Note(tenant_id=actor.tenant_id, work_order_id=work_order_id, text=draft.text, written_by=actor.user_id)
    session.add(row)
    session.flush()
    view = NoteView(
        id=row.id, work_order_id=work_order_id, text=row.text, written_by=actor.display_name, written_at=row.written_at
    )
    tell(session, actor, "notes:written", row.id, module="notes", after=view)
    return view
