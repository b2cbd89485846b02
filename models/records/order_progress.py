"""How far an order is, for those who see the order and nothing of the floor."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.orders import OrderProgressView
from models.records import order_views
from models.rules.orders import Status

_NEARLY = 99  # what is not done is never told to be
_STEPS = text("""
    SELECT count(*) AS steps, count(*) FILTER (WHERE w.ended_at IS NOT NULL) AS done,
           coalesce(sum(w.planned_minutes), 0) AS minutes,
           coalesce(sum(w.planned_minutes) FILTER (WHERE w.ended_at IS NOT NULL), 0) AS minutes_done,
           min(w.started_at) AS begun_at
      FROM work_orders w JOIN jobs j ON j.id = w.job_id WHERE j.order_id = :order
""")


def progress(session: Session, order_id: UUID) -> OrderProgressView:
    """Return sums over an order's work, and no row of it; the session must see the work. Raises Missing."""
    order = order_views.order(session, order_id)
    row = session.execute(_STEPS, {"order": order_id}).one()
    share = int(100 * row.minutes_done / row.minutes) if row.minutes else 0
    return OrderProgressView(
        status=order.status, quantity=order.quantity, produced=order.produced, steps=row.steps, steps_done=row.done,
        percent=100 if order.status is Status.DONE else min(_NEARLY, share), begun_at=row.begun_at,
        ended_at=order.ended_at,
    )  # fmt: skip
