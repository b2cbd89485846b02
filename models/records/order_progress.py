"""How far an order is, for those who see the order and nothing of the floor."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.orders import OrderProgressView
from models.records.refusals import found
from models.rules.orders import Status

_NEARLY = 99  # what is not done is never told to be
_STEPS = text("""
    SELECT o.id, o.status, o.quantity, o.ended_at, coalesce(max(m.produced), 0) AS produced, count(w.id) AS steps,
           count(*) FILTER (WHERE w.ended_at IS NOT NULL) AS done, coalesce(sum(w.planned_minutes), 0) AS minutes,
           coalesce(sum(w.planned_minutes) FILTER (WHERE w.ended_at IS NOT NULL), 0) AS minutes_done,
           min(w.started_at) AS begun_at
      FROM orders o LEFT JOIN manufacturing_orders m ON m.order_id = o.id LEFT JOIN jobs j ON j.order_id = o.id
      LEFT JOIN work_orders w ON w.job_id = j.id
     WHERE o.id = ANY(:orders) GROUP BY o.id
""")


def progress_of_all(session: Session, order_ids: Collection[UUID]) -> dict[UUID, OrderProgressView]:
    """Return sums over the work of some orders, and no row of it; the session must see the work. One statement."""
    rows = session.execute(_STEPS, {"orders": list(order_ids)})
    return {
        row.id: OrderProgressView(
            status=row.status, quantity=row.quantity, produced=row.produced, steps=row.steps, steps_done=row.done,
            percent=100 if row.status == Status.DONE else min(_NEARLY, _share(row.minutes_done, row.minutes)),
            begun_at=row.begun_at, ended_at=row.ended_at,
        )
        for row in rows
    }  # fmt: skip


def progress(session: Session, order_id: UUID) -> OrderProgressView:
    """Return how far one order is. Raises Missing."""
    view: OrderProgressView = found("order", order_id, progress_of_all(session, [order_id]).get(order_id))
    return view


def _share(part: Decimal, whole: Decimal) -> int:
    return int(100 * part / whole) if whole else 0
