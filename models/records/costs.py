"""Actual cost, summed from the stock ledger and the time entries; nothing is kept twice."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.messages.costs import ActualCost, CostSheet
from models.records import plans
from models.records.refusals import found
from models.rules.boms import requirement
from models.rules.costs import money, planned_cost

# Rates are those frozen in the job's plan, so a later change of a work centre does not rewrite history. A plan is taken
# apart once, not for each time entry: it may be megabytes long.
_TIME = """
    SELECT coalesce(sum(t.minutes), 0) AS minutes, coalesce(sum(t.minutes / 60 * r.per_hour), 0) AS cost
      FROM time_entries t
      JOIN work_orders w ON w.id = t.work_order_id
      JOIN jobs j ON j.id = w.job_id
      JOIN rates r ON r.content_hash = j.plan_hash AND r.step_index = w.step_index
"""
_RATES = """
    WITH rates AS MATERIALIZED (
        SELECT p.content_hash, s.place - 1 AS step_index, (s.step->>'cost_per_hour')::numeric
                   + (s.step->>'crew')::numeric * (s.step->>'labor_cost_per_hour')::numeric AS per_hour
          FROM plan_snapshots p
         CROSS JOIN LATERAL jsonb_array_elements(p.document->'steps') WITH ORDINALITY AS s(step, place)
         WHERE p.content_hash IN (SELECT j.plan_hash FROM jobs j WHERE {jobs}))
"""
_MATERIAL = """
    SELECT coalesce(sum(e.quantity * e.unit_cost) FILTER (WHERE e.location = 'production'
                                                           AND e.kind IN ('issue', 'return')), 0) AS material,
           coalesce(sum(e.quantity * e.unit_cost) FILTER (WHERE e.location = 'scrap'), 0) AS scrapped
      FROM stock_entries e
"""
_JOB = text(f"""
    {_RATES.format(jobs="j.id = :job")}
    SELECT * FROM ({_MATERIAL} WHERE e.job_id = :job) m, ({_TIME} WHERE w.job_id = :job) t
""")  # noqa: S608 - constants
_ORDER = text(f"""
    {_RATES.format(jobs="j.order_id = :order")}
    SELECT * FROM ({_MATERIAL} JOIN jobs j ON j.id = e.job_id WHERE j.order_id = :order) m,
                  ({_TIME} WHERE j.order_id = :order) t
""")  # noqa: S608 - constants
_LOT = text("SELECT quantity, plan_hash FROM jobs WHERE id = :job")
_PLANNED = text("""
    SELECT coalesce(sum(planned_material_cost), 0) AS material, coalesce(sum(planned_time_cost), 0) AS time
      FROM manufacturing_orders WHERE order_id = :order
""")


def actual_of_job(session: Session, job_id: UUID) -> ActualCost:
    """Return what a job has cost so far."""
    return _actual(session.execute(_JOB, {"job": job_id}).one())


def _actual(row: Row[Any]) -> ActualCost:
    """Return sums as money: each rounded once, when all is added up."""
    return ActualCost(
        material=money(row.material), scrapped_material=money(row.scrapped), time=money(row.cost), minutes=row.minutes
    )


def sheet_of_job(session: Session, tenant_id: UUID, job_id: UUID) -> CostSheet:
    """Return planned and actual cost of one job; the plan is that of its lot, by the plan's own prices. Raises Missing.

    Parts and minutes are reckoned per lot, so the plans of an order's jobs add up to the order's.
    """
    job = found("job", job_id, session.execute(_LOT, {"job": job_id}).first())
    plan = plans.plan(session, tenant_id, job.plan_hash)
    material = sum(
        (requirement(line, job.quantity) * line.unit_cost for step in plan.steps for line in step.parts), Decimal(0)
    )
    time = sum((planned_cost(step, job.quantity).total for step in plan.steps), Decimal(0))
    actual = actual_of_job(session, job_id)
    return CostSheet(
        planned_material=money(material), planned_time=money(time), actual_material=actual.material,
        actual_scrap=actual.scrapped_material, actual_time=actual.time, actual_minutes=actual.minutes,
    )  # fmt: skip


def sheet_of_order(session: Session, order_id: UUID) -> CostSheet:
    """Return planned and actual cost of an order, all its jobs together."""
    actual = _actual(session.execute(_ORDER, {"order": order_id}).one())
    planned = session.execute(_PLANNED, {"order": order_id}).one()
    return CostSheet(
        planned_material=planned.material, planned_time=planned.time, actual_material=actual.material,
        actual_scrap=actual.scrapped_material, actual_time=actual.time, actual_minutes=actual.minutes,
    )  # fmt: skip
