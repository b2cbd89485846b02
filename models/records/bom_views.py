"""A part's bill of materials as pages show it."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from models.messages.access import Actor
from models.messages.boms import BomLineEdit, BomView
from models.records import boms
from models.records.refusals import Conflict, found
from models.rules.sentences import Sentence
from models.tables.catalog import Part


def bom(session: Session, part_id: UUID) -> BomView:
    """Return a part's lines with the part's version. Raises Missing."""
    part: Part = found("part", part_id, session.get(Part, part_id, populate_existing=True))
    return BomView(id=part.id, sku=part.sku, row_version=part.row_version, lines=boms.lines(session, part_id))


def change_bom(session: Session, actor: Actor, part_id: UUID, lines: Sequence[BomLineEdit], expected: int) -> BomView:
    """Replace a part's lines. Raises Missing, Stale, Unfit, BomHasCycle, and Conflict for a bought part."""
    part: Part = found("part", part_id, session.get(Part, part_id))
    if part.kind == "bought" and lines:
        raise Conflict(
            Sentence("'{part}' is bought; only made and phantom parts have a bill of materials.", part=part.sku)
        )
    boms.replace_lines(
        session, tenant_id=actor.tenant_id, actor_id=actor.user_id, parent_id=part_id, edits=lines,
        expected_version=expected,
    )  # fmt: skip
    return bom(session, part_id)
