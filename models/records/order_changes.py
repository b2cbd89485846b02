"""Changes of orders already placed: date and priority move with everything of the order that is still open."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.orders import ChangeOrder, OrderChangeView, OrderView
from models.records import audit, order_views
from models.records.refusals import Conflict, check_version, found
from models.rules.orders import ENDED
from models.rules.sentences import Sentence
from models.tables.base import utc_now
from models.tables.orders import Order, OrderChange

# Jobs before their order: a move locks its job first and then the order, and two who lock in turn never meet.
_JOBS = text("SELECT id FROM jobs WHERE order_id = :order AND ended_at IS NULL ORDER BY id FOR UPDATE")
_MOVE_JOBS = text("UPDATE jobs SET due_at = :due, priority = :priority WHERE order_id = :order AND ended_at IS NULL")
_MOVE_WORK = text("""
    UPDATE work_orders SET due_at = :due, priority = :priority
     WHERE ended_at IS NULL AND job_id IN (SELECT id FROM jobs WHERE order_id = :order AND ended_at IS NULL)
""")
_MOVE_MO = text("UPDATE manufacturing_orders SET due_at = :due WHERE order_id = :order AND ended_at IS NULL")
_CHANGES = text("""
    SELECT c.changed_at, u.display_name AS changed_by, c.reason, c.before, c.after
      FROM order_changes c JOIN users u ON u.id = c.changed_by
     WHERE c.order_id = :order ORDER BY c.changed_at DESC, c.id DESC LIMIT 200
""")


def change_order(
    session: Session, actor: Actor, order_id: UUID, ask: ChangeOrder, expected: int | None = None
) -> OrderView:
    """Move an order's date or priority, with its open jobs and work orders; a change that is none leaves no trace.

    Raises Missing, Stale for another version than expected, and Conflict where the order has ended.
    """
    session.execute(_JOBS, {"order": order_id})
    row: Order = found("order", order_id, session.get(Order, order_id, with_for_update=True, populate_existing=True))
    if expected is not None:
        check_version("order", expected, row.row_version)
    if row.status in ENDED:
        raise Conflict(Sentence("Order {order} has ended; nothing on it can be changed any more.", order=row.code))
    wanted = ask.model_dump(exclude={"reason"}, exclude_none=True)
    before = {name: getattr(row, name) for name, value in wanted.items() if getattr(row, name) != value}
    if before:
        _move(session, row, {name: wanted[name] for name in before})
        _note(session, actor, row, before, ask.reason)
    return order_views.order(session, order_id)


def _move(session: Session, row: Order, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.row_version += 1
    row.date_untold = row.date_untold or "due_at" in values
    session.flush()
    moved = {"order": row.id, "due": row.due_at, "priority": row.priority}
    for statement in (_MOVE_JOBS, _MOVE_WORK):
        session.execute(statement, moved)
    session.execute(_MOVE_MO, {"order": row.id, "due": row.due_at})


def _note(session: Session, actor: Actor, row: Order, values: dict[str, Any], reason: str) -> None:
    """Keep what a change was, beside its order and in the audit trail."""
    before = {name: _plain(value) for name, value in values.items()}
    after = {name: _plain(getattr(row, name)) for name in values}
    session.add(OrderChange(
        tenant_id=actor.tenant_id, order_id=row.id, changed_by=actor.user_id, changed_at=utc_now(), reason=reason,
        before=before, after=after,
    ))  # fmt: skip
    audit.record(
        session, tenant_id=actor.tenant_id, action="orders:changed", module="orders", actor_id=actor.user_id,
        subject_id=row.id, before={"code": row.code, **before}, after={"code": row.code, **after, "reason": reason},
    )  # fmt: skip


def _plain(value: datetime | int) -> str | int:
    return value.isoformat() if isinstance(value, datetime) else value


def changes(session: Session, order_id: UUID) -> tuple[OrderChangeView, ...]:
    """Return what was changed of an order since it was placed, the newest first. Raises Missing."""
    order_views.order(session, order_id)
    return tuple(_view(row) for row in session.execute(_CHANGES, {"order": order_id}))


def _view(row: Row[Any]) -> OrderChangeView:
    moved = {f"{name}_{when}": value for when in ("before", "after") for name, value in getattr(row, when).items()}
    return OrderChangeView(changed_at=row.changed_at, changed_by=row.changed_by, reason=row.reason, **moved)
