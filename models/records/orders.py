"""Orders: placed in one transaction, launched once, and ended when all their jobs have ended."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.orders import OrderInput, OrderProgress, OrderView, PlaceOrder
from models.messages.templates import Plan
from models.records import audit, codes, order_views, plans
from models.records.order_scaling import lot_count, scaled_up
from models.rules.costs import planned_minutes
from models.rules.orders import Status, most_jobs
from models.rules.sentences import Sentence
from models.rules.units import precision, word
from models.tables.orders import Order

_WIDEST = Decimal(10) ** 12  # NUMERIC(18,6)

_TEMPLATE = text("""
    SELECT t.id, t.plan_hash, t.status, p.id AS product_id, p.sku, p.active, made.uom
      FROM products p JOIN parts made ON made.id = p.part_id LEFT JOIN LATERAL (
           SELECT * FROM templates t WHERE t.product_id = p.id
              AND (CASE WHEN CAST(:template AS uuid) IS NULL THEN t.status = 'published' ELSE t.id = :template END)
            ORDER BY t.version_number DESC LIMIT 1) t ON true
     WHERE p.sku = :product
""")
_LOCK = text("SELECT id FROM orders WHERE id = :order FOR UPDATE")
_OPEN_JOBS = text("""
    SELECT count(*) FILTER (WHERE status NOT IN ('DONE', 'CANCELLED')) AS open,
           count(*) FILTER (WHERE status = 'DONE') AS done FROM jobs WHERE order_id = :order
""")
_END = text("""
    WITH mo AS (UPDATE manufacturing_orders SET status = :status, ended_at = now()
                 WHERE order_id = :order AND ended_at IS NULL)
    UPDATE orders SET status = :status, ended_at = now(), row_version = row_version + 1
     WHERE id = :order AND ended_at IS NULL
""")
_UNFINISHED = text("""
    SELECT o.id, o.code, o.site, o.due_at, p.sku FROM orders o JOIN products p ON p.id = o.product_id
     WHERE o.launched_at IS NOT NULL AND o.ended_at IS NULL ORDER BY o.created_at
""")
_NOT_LAUNCHED = text("""
    SELECT o.id, o.code, o.site, o.due_at, p.sku FROM orders o JOIN products p ON p.id = o.product_id
     WHERE o.launched_at IS NULL ORDER BY o.created_at LIMIT 100 FOR UPDATE OF o SKIP LOCKED
""")
_LAUNCHED = text("UPDATE orders SET launched_at = coalesce(launched_at, now()) WHERE id = :order")
_SITE = text("SELECT site FROM tenants WHERE id = current_setting('app.tenant')::uuid")
_JOB_IDS = text("SELECT id FROM jobs WHERE order_id = :order ORDER BY lot_number")
_TENANTS = text("SELECT tenants_with_launches()")


class OrderRefused(Exception):  # noqa: N818 - named for what it is to the person
    """An order that cannot be placed; the text says why and what to do."""


def place(session: Session, actor: Actor, ask: PlaceOrder) -> OrderView:
    """Place an order. Raises OrderRefused where product, template or quantities do not allow it."""
    tenant_id = actor.tenant_id
    row = session.execute(_TEMPLATE, {"product": ask.product, "template": ask.template_id}).first()
    if row is None or not row.active:
        raise OrderRefused(Sentence("There is no product {product} that can be ordered.", product=ask.product))
    if row.id is None:
        raise OrderRefused(
            Sentence("Product {product} has no such template; publish one first.", product=ask.product)
            if ask.template_id
            else Sentence("Product {product} has no published template; publish one first.", product=ask.product)
        )
    if row.status != "published":
        raise OrderRefused(Sentence(
            "This template of {product} is {status}; only a published one can be ordered.",
            product=ask.product, status=Sentence(row.status),
        ))  # fmt: skip
    if any(amount % precision(row.uom) for amount in (ask.quantity, ask.lot_size or ask.quantity)):
        raise OrderRefused(Sentence(
            "{product} is counted in {uom}: order and lot size must be whole numbers.",
            product=ask.product, uom=word(row.uom),
        ))  # fmt: skip
    lot_size = min(ask.lot_size or ask.quantity, ask.quantity)
    plan = plans.plan(session, tenant_id, row.plan_hash)
    _refuse_if_too_many(plan, ask.quantity, lot_size, precision(row.uom))
    _refuse_if_too_large(plan, ask.quantity, lot_size)
    order = Order(
        tenant_id=tenant_id, code=codes.take(session, tenant_id, "ORD")[0], kind=ask.kind, product_id=row.product_id,
        template_id=row.id, quantity=ask.quantity, lot_size=lot_size, due_at=ask.due_at, priority=ask.priority,
        customer_name=ask.customer_name, customer_reference=ask.customer_reference, notes=ask.notes,
        site=session.execute(_SITE).scalar_one(), created_by=actor.user_id,
    )  # fmt: skip
    session.add(order)
    session.flush()
    audit.record(
        session, tenant_id=tenant_id, action="orders:placed", module="orders", actor_id=actor.user_id,
        subject_id=order.id, after={"code": order.code, **ask.model_dump(mode="json")},
    )  # fmt: skip
    return order_views.order(session, order.id)


def _refuse_if_too_many(plan: Plan, quantity: Decimal, lot_size: Decimal, step: Decimal) -> None:
    """Refuse more jobs and work orders than one order should have, and name the smallest lot that would do."""
    jobs, most = lot_count(quantity, lot_size), most_jobs(len(plan.steps))
    if jobs > most:
        smallest = lot_count(quantity, most * step) * step
        raise OrderRefused(Sentence(
            "That would be {lots} jobs of {steps} steps, and an order may have {most} of them: "
            "choose a lot size of at least {smallest}, or place several orders.",
            lots=f"{jobs:,}", steps=len(plan.steps), most=f"{most:,}", smallest=f"{smallest.normalize():f}",
        ))  # fmt: skip


def _refuse_if_too_large(plan: Plan, quantity: Decimal, lot_size: Decimal) -> None:
    """Refuse what could be placed but never scaled, because its sums are wider than the columns that keep them."""
    needs, time_cost = scaled_up(plan, quantity, lot_size)
    minutes = (planned_minutes(step, lot_size) for step in plan.steps)
    figures = [time_cost, sum((cost for _, _, cost in needs.values()), Decimal(0)), *minutes]
    if max([*figures, *(needed for needed, _, _ in needs.values())]) >= _WIDEST:
        raise OrderRefused("This quantity needs more parts, minutes or money than can be counted; order less at once.")


def job_ids(session: Session, order_id: UUID) -> list[UUID]:
    """Return the jobs of an order, ended ones too, in lot order."""
    return list(session.execute(_JOB_IDS, {"order": order_id}).scalars())


def conclude(session: Session, order_id: UUID) -> OrderProgress:
    """End an order all of whose jobs have ended; tell how many are still open. Changes nothing the second time."""
    session.execute(_LOCK, {"order": order_id}).one()
    count = session.execute(_OPEN_JOBS, {"order": order_id}).one()
    if count.open:
        return OrderProgress(open_jobs=count.open, status=Status.IN_PROGRESS)
    status = Status.DONE if count.done else Status.CANCELLED
    session.execute(_END, {"order": order_id, "status": status})
    return OrderProgress(open_jobs=0, status=status)


def unfinished(session: Session, tenant_id: UUID) -> Sequence[OrderInput]:
    """Return every order that was launched and has not ended."""
    return [_input(tenant_id, row) for row in session.execute(_UNFINISHED)]


def _input(tenant_id: UUID, row: Row[Any]) -> OrderInput:
    return OrderInput(
        tenant_id=tenant_id, order_id=row.id, code=row.code, product=row.sku, site=row.site, due_at=row.due_at
    )


def not_launched(session: Session, tenant_id: UUID) -> Sequence[OrderInput]:
    """Lock and return orders whose workflow has not been started yet."""
    return [_input(tenant_id, row) for row in session.execute(_NOT_LAUNCHED)]


def mark_launched(session: Session, order_id: UUID) -> None:
    """Note that an order's workflow runs."""
    session.execute(_LAUNCHED, {"order": order_id})


def tenants_waiting(session: Session) -> list[UUID]:
    """Return the tenants that have orders not launched yet, whatever tenant the session is bound to."""
    return list(session.execute(_TENANTS).scalars())
