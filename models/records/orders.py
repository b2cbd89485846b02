"""Orders: placed in one transaction, then scaled into a manufacturing order with its jobs and work orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.connections.ids import new_id
from models.messages.access import Actor
from models.messages.orders import OrderInput, OrderProgress, OrderView, PlaceOrder, Scaled
from models.messages.templates import Plan
from models.records import audit, codes, order_views, plans
from models.rules.boms import requirement
from models.rules.costs import money, planned_cost, planned_minutes
from models.rules.orders import Status, most_jobs
from models.rules.sentences import Sentence
from models.rules.units import precision
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
_ORDER = text("""
    SELECT o.id, o.code, o.product_id, o.quantity, o.lot_size, o.due_at, o.priority, o.site, t.plan_hash, o.status
      FROM orders o JOIN templates t ON t.id = o.template_id WHERE o.id = :order FOR UPDATE OF o
""")
_MO = text("SELECT id, code, job_count FROM manufacturing_orders WHERE order_id = :order")
_NEW_MO = text("""
    INSERT INTO manufacturing_orders (tenant_id, id, code, order_id, product_id, plan_hash, quantity, produced,
        job_count, due_at, status, planned_material_cost, planned_time_cost, created_at)
    VALUES (:tenant, :id, :code, :order, :product, :hash, :quantity, 0, :jobs, :due, 'PLANNED', :material, :time, now())
""")
_REQUIREMENTS = text("""
    INSERT INTO requirements (tenant_id, manufacturing_order_id, part_id, quantity, uom, planned_cost)
    SELECT :tenant, :mo, * FROM unnest(CAST(:parts AS uuid[]), CAST(:quantities AS numeric[]), CAST(:uoms AS text[]),
        CAST(:costs AS numeric[]))
""")
_LAST_LOT = text("SELECT coalesce(max(lot_number), 0) FROM jobs WHERE manufacturing_order_id = :mo")
_NEW_JOBS = text("""
    INSERT INTO jobs (tenant_id, id, code, manufacturing_order_id, order_id, lot_number, quantity, plan_hash, status,
        held, seq, epoch, due_at, priority, produced, created_at)
    SELECT :tenant, j.id, j.code, :mo, :order, j.lot, j.quantity, :hash, 'PLANNED', false, 0, 0, :due, :priority, 0,
           now()
      FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[]), CAST(:lots AS int[]), CAST(:quantities AS numeric[]))
           AS j(id, code, lot, quantity)
""")
_NEW_WORK_ORDERS = text("""
    INSERT INTO work_orders (tenant_id, id, code, job_id, step_index, step_key, name, attempt, state, held,
        work_center_id, optional, quality_gate, priority, due_at, planned_minutes, quantity, skills)
    SELECT :tenant, w.id, w.code, w.job, w.step, w.key, w.name, 1, 'WAITING', false, w.center, w.optional, w.gate,
           :priority, :due, w.minutes, w.quantity, string_to_array(w.skills, ',')
      FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[]), CAST(:jobs AS uuid[]), CAST(:steps AS int[]),
           CAST(:keys AS text[]), CAST(:names AS text[]), CAST(:centers AS uuid[]), CAST(:optionals AS bool[]),
           CAST(:gates AS bool[]), CAST(:minutes AS numeric[]), CAST(:quantities AS numeric[]),
           CAST(:skills AS text[]))
           AS w(id, code, job, step, key, name, center, optional, gate, minutes, quantity, skills)
""")
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
_MADE = text("""
    SELECT o.quantity, o.lot_size, (SELECT count(*) FROM jobs j WHERE j.order_id = o.id) AS jobs
      FROM orders o WHERE o.id = :order
""")
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
            product=ask.product, uom=row.uom,
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


def jobs_made(session: Session, order_id: UUID) -> tuple[int, int]:
    """Return how many jobs of an order have been made so far, and how many there will be."""
    row = session.execute(_MADE, {"order": order_id}).one()
    return row.jobs, _lots(row.quantity, row.lot_size)


def _lots(quantity: Decimal, lot_size: Decimal) -> int:
    """Return how many lots a quantity makes, the last one smaller. Decimal's // cuts off towards zero."""
    whole, rest = divmod(quantity, lot_size)
    return int(whole) + (1 if rest else 0)


def _refuse_if_too_many(plan: Plan, quantity: Decimal, lot_size: Decimal, step: Decimal) -> None:
    """Refuse more jobs and work orders than one order should have, and name the smallest lot that would do."""
    lots, most = _lots(quantity, lot_size), most_jobs(len(plan.steps))
    if lots > most:
        smallest = _lots(quantity, most * step) * step
        raise OrderRefused(Sentence(
            "That would be {lots} jobs of {steps} steps, and an order may have {most} of them: "
            "choose a lot size of at least {smallest}, or place several orders.",
            lots=f"{lots:,}", steps=len(plan.steps), most=f"{most:,}", smallest=f"{smallest.normalize():f}",
        ))  # fmt: skip


def _refuse_if_too_large(plan: Plan, quantity: Decimal, lot_size: Decimal) -> None:
    """Refuse what could be placed but never scaled, because its sums are wider than the columns that keep them."""
    needs, time_cost = _scaled_up(plan, quantity, lot_size)
    minutes = (planned_minutes(step, lot_size) for step in plan.steps)
    figures = [time_cost, sum((cost for _, _, cost in needs.values()), Decimal(0)), *minutes]
    if max([*figures, *(needed for needed, _, _ in needs.values())]) >= _WIDEST:
        raise OrderRefused("This quantity needs more parts, minutes or money than can be counted; order less at once.")


def job_ids(session: Session, order_id: UUID) -> list[UUID]:
    """Return the jobs of an order, ended ones too, in lot order."""
    return list(session.execute(_JOB_IDS, {"order": order_id}).scalars())


@dataclass(frozen=True, slots=True)
class _Scaling:
    """One order on its way to jobs."""

    session: Session
    tenant_id: UUID
    order_id: UUID
    quantity: Decimal
    lot_size: Decimal
    due_at: datetime
    priority: int
    plan_hash: str
    plan: Plan

    @property
    def job_count(self) -> int:
        return _lots(self.quantity, self.lot_size)

    def lot(self, number: int) -> Decimal:
        """Return the pieces of a lot; the last one takes what is left."""
        return min(self.lot_size, self.quantity - self.lot_size * (number - 1))


def scale(session: Session, tenant_id: UUID, order_id: UUID, most_work_orders: int) -> tuple[Scaled, int]:
    """Make the next part of an order's manufacturing order; return it with the number of jobs made so far.

    Called again and again until all jobs are there, each call one transaction of at most about `most_work_orders`
    rows; a call repeated after a crash goes on where the last commit stood.
    """
    order = session.execute(_ORDER, {"order": order_id}).one()
    scaling = _Scaling(
        session, tenant_id, order_id, order.quantity, order.lot_size, order.due_at, order.priority, order.plan_hash,
        plans.plan(session, tenant_id, order.plan_hash),
    )  # fmt: skip
    mo = session.execute(_MO, {"order": order_id}).first()
    scaled = (
        Scaled(manufacturing_order_id=mo.id, code=mo.code, job_count=mo.job_count)
        if mo
        else _make_mo(scaling, order.product_id)
    )
    made: int = session.execute(_LAST_LOT, {"mo": scaled.manufacturing_order_id}).scalar_one()
    at_once = max(1, most_work_orders // len(scaling.plan.steps))
    last = min(made + at_once, scaling.job_count)
    if last > made:
        _make_jobs(scaling, scaled.manufacturing_order_id, range(made + 1, last + 1))
    return scaled, last


def _make_mo(scaling: _Scaling, product_id: UUID) -> Scaled:
    mo_id = new_id()
    code = codes.take(scaling.session, scaling.tenant_id, "MO")[0]
    needs, time_cost = _scaled_up(scaling.plan, scaling.quantity, scaling.lot_size)
    material = sum((cost for _, _, cost in needs.values()), Decimal(0))
    scaling.session.execute(_NEW_MO, {
        "tenant": scaling.tenant_id, "id": mo_id, "code": code, "order": scaling.order_id, "product": product_id,
        "hash": scaling.plan_hash, "quantity": scaling.quantity, "jobs": scaling.job_count, "due": scaling.due_at,
        "material": money(material), "time": money(time_cost),
    })  # fmt: skip
    scaling.session.execute(_REQUIREMENTS, {
        "tenant": scaling.tenant_id, "mo": mo_id, "parts": list(needs),
        "quantities": [quantity for quantity, _, _ in needs.values()], "uoms": [uom for _, uom, _ in needs.values()],
        "costs": [money(cost) for _, _, cost in needs.values()],
    })  # fmt: skip
    return Scaled(manufacturing_order_id=mo_id, code=code, job_count=scaling.job_count)


def _scaled_up(
    plan: Plan, quantity: Decimal, lot_size: Decimal
) -> tuple[dict[UUID, tuple[Decimal, str, Decimal]], Decimal]:
    """Return per part (quantity, unit, cost), and the time's cost: each lot rounds and sets up for itself."""
    whole = int(quantity // lot_size)
    rest = quantity - lot_size * whole
    lots = [(lot_size, whole), (rest, 1)] if rest else [(lot_size, whole)]
    needs: dict[UUID, tuple[Decimal, str, Decimal]] = {}
    time_cost = Decimal(0)
    for step in plan.steps:
        for pieces, count in lots:
            time_cost += planned_cost(step, pieces).total * count
            for line in step.parts:
                needed, uom, cost = needs.get(line.part_id, (Decimal(0), line.uom, Decimal(0)))
                more = requirement(line, pieces) * count
                needs[line.part_id] = (needed + more, uom, cost + more * line.unit_cost)
    return needs, time_cost


def _make_jobs(scaling: _Scaling, mo_id: UUID, lots: range) -> None:
    job_ids = [new_id() for _ in lots]
    scaling.session.execute(_NEW_JOBS, {
        "tenant": scaling.tenant_id, "mo": mo_id, "order": scaling.order_id, "hash": scaling.plan_hash,
        "due": scaling.due_at, "priority": scaling.priority, "ids": job_ids, "lots": list(lots),
        "codes": codes.take(scaling.session, scaling.tenant_id, "JOB", len(lots)),
        "quantities": [scaling.lot(number) for number in lots],
    })  # fmt: skip
    steps = scaling.plan.steps
    rows = [(job_id, scaling.lot(number), step) for job_id, number in zip(job_ids, lots, strict=True) for step in steps]
    scaling.session.execute(_NEW_WORK_ORDERS, {
        "tenant": scaling.tenant_id, "due": scaling.due_at, "priority": scaling.priority,
        "ids": [new_id() for _ in rows], "codes": codes.take(scaling.session, scaling.tenant_id, "WO", len(rows)),
        "jobs": [job_id for job_id, _, _ in rows], "steps": [step.index for _, _, step in rows],
        "keys": [step.key for _, _, step in rows], "names": [step.name for _, _, step in rows],
        "centers": [step.work_center_id for _, _, step in rows], "optionals": [step.optional for _, _, step in rows],
        "gates": [step.quality_gate for _, _, step in rows],
        "minutes": [planned_minutes(step, pieces) for _, pieces, step in rows],
        "skills": [",".join(step.skills) for _, _, step in rows],
        "quantities": [pieces for _, pieces, _ in rows],
    })  # fmt: skip


def conclude(session: Session, order_id: UUID) -> OrderProgress:
    """End an order all of whose jobs have ended; tell how many are still open. Changes nothing the second time."""
    session.execute(_ORDER, {"order": order_id}).one()
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
