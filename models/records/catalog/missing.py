"""Adds what an imported file names and the catalog lacks: a few statements, however many there are."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.catalog import PartDraft, WorkCenterDraft
from models.records.catalog import parts, work_centers
from models.records.versioned import tell
from models.tables.catalog import Part, WorkCenter


def add_missing_parts(session: Session, actor: Actor, drafts: Sequence[PartDraft]) -> tuple[str, ...]:
    """Add the parts whose SKU is not there, leave the others as they are; return the added SKUs."""
    present = set(parts.parts_by_sku(session, [draft.sku for draft in drafts]))
    rows = [
        Part(
            tenant_id=actor.tenant_id, **draft.model_dump(exclude={"supplier", "kind"}), kind=draft.kind.value
        )
        for draft in drafts
        if draft.sku not in present
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    for row in rows:
        tell(session, actor, "parts:created", row.id, module="catalog", after=parts.view(row, None))
    return tuple(row.sku for row in rows)


def add_missing_work_centers(session: Session, actor: Actor, drafts: Sequence[WorkCenterDraft]) -> tuple[str, ...]:
    """Add the work centres whose code is not there, leave the others as they are; return the added codes."""
    wanted = select(col(WorkCenter.code)).where(col(WorkCenter.code).in_([draft.code for draft in drafts]))
    present = set(session.scalars(wanted))
    rows = [
        WorkCenter(tenant_id=actor.tenant_id, **draft.model_dump()) for draft in drafts if draft.code not in present
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        tell(session, actor, "work_centers:created", row.id, module="catalog", after=work_centers.view(row))
    return tuple(row.code for row in rows)
