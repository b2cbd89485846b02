"""Orders become work: a manufacturing order with its needs, its jobs by lots, and their work orders, part by part."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.connections.ids import new_id
from models.messages.orders import Scaled
from models.messages.templates import Plan
from models.records import codes, plans
from models.rules.boms import requirement
from models.rules.costs import money, planned_cost, planned_minutes

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
_MADE = text("""
    SELECT o.quantity, o.lot_size, (SELECT count(*) FROM jobs j WHERE j.order_id = o.id) AS jobs
      FROM orders o WHERE o.id = :order
""")


def lot_count(quantity: Decimal, lot_size: Decimal) -> int:
    """Return how many lots a quantity makes, the last one smaller. Decimal's // cuts off towards zero."""
    whole, rest = divmod(quantity, lot_size)
    return int(whole) + (1 if rest else 0)


def scaled_up(
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


def jobs_made(session: Session, order_id: UUID) -> tuple[int, int]:
    """Return how many jobs of an order have been made so far, and how many there will be."""
    row = session.execute(_MADE, {"order": order_id}).one()
    return row.jobs, lot_count(row.quantity, row.lot_size)


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
        return lot_count(self.quantity, self.lot_size)

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
    needs, time_cost = scaled_up(scaling.plan, scaling.quantity, scaling.lot_size)
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
