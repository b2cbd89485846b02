"""Dates of orders that were moved, until the workflows of the order and of its open jobs have heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

_UNTOLD = text("""
    SELECT o.id, o.due_at, array(SELECT j.id FROM jobs j WHERE j.order_id = o.id AND j.ended_at IS NULL ORDER BY j.id)
      FROM orders o WHERE o.date_untold AND o.launched_at IS NOT NULL ORDER BY o.id LIMIT :limit
""")
# Not where the date was moved once more meanwhile.
_TOLD = text("UPDATE orders SET date_untold = false WHERE id = :order AND due_at = :due")


@dataclass(frozen=True, slots=True)
class MovedDate:
    """An order's new date, and the open jobs that have it too."""

    order_id: UUID
    due_at: datetime
    job_ids: Sequence[UUID]


def moved_dates(session: Session, limit: int = 20) -> list[MovedDate]:
    """Return this tenant's moved dates that workflows have not heard of."""
    return [MovedDate(*row) for row in session.execute(_UNTOLD, {"limit": limit})]


def note_told(session: Session, order_id: UUID, due_at: datetime) -> None:
    """Note that the workflows of an order know its date."""
    session.execute(_TOLD, {"order": order_id, "due": due_at})
