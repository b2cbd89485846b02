"""How a job begins and ends in the database."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlmodel import Session

from models.messages.jobs import FinishJob, GraphData, GraphRequest, OpenWorkOrders
from models.messages.stock import StockMove
from models.records import costs, plans, stock
from models.records.errors import StateSkew
from models.records.work_orders.rows import JobRow, lock_job
from models.rules.costs import money
from models.rules.orders import Status
from models.rules.stock import MoveKind
from models.tables.base import utc_now

_READY = text("""
    UPDATE work_orders SET state = 'READY', ready_at = now()
     WHERE job_id = :job AND state = 'WAITING' AND attempt = 1 AND step_index = ANY(:steps)
""")
_FACT = text("""
    INSERT INTO job_events (tenant_id, job_id, seq, kind, command_id, data, occurred_at, recorded_at)
    VALUES (:tenant, :job, :seq, :kind, :command, CAST(:data AS jsonb), :at, :at)
""")
_SEQ = text("UPDATE jobs SET seq = :seq WHERE id = :job")
_CLOSE_JOB = text("""
    UPDATE jobs SET seq = :seq, status = :status, produced = :produced, ended_at = :at, held = false WHERE id = :job
""")
_CLOSE_TIME = text("""
    UPDATE time_entries t SET ended_at = greatest(:at, t.started_at),
           minutes = round(extract(epoch FROM greatest(:at, t.started_at) - t.started_at) / 60, 6)
      FROM work_orders w WHERE w.job_id = :job AND t.work_order_id = w.id AND t.ended_at IS NULL
""")
_MO_PRODUCED = text("UPDATE manufacturing_orders SET produced = produced + :produced WHERE id = :mo")
_FINISHED_PART = text("""
    SELECT p.part_id FROM products p JOIN manufacturing_orders m ON m.product_id = p.id WHERE m.id = :mo
""")


def graph(session: Session, request: GraphRequest) -> GraphData:
    """Return the graph of a job. Raises LookupError where job or plan is unknown."""
    quantity = session.execute(text("SELECT quantity FROM jobs WHERE id = :job"), {"job": request.job_id}).scalar()
    if quantity is None:
        raise LookupError("There is no such job.")
    return plans.graph_data(plans.plan(session, request.tenant_id, request.plan_hash), quantity)


def _fact(session: Session, tenant_id: UUID, job: JobRow, kind: str, at: datetime) -> None:
    session.execute(_FACT, {
        "tenant": tenant_id, "job": job.id, "seq": job.seq + 1, "kind": kind, "command": uuid5(job.id, kind),
        "data": "{}", "at": at,
    })  # fmt: skip


def _fence(job: JobRow, epoch: int) -> None:
    if job.epoch != epoch:
        raise StateSkew(f"Job {job.code} was rebuilt; this workflow is of an older epoch.")


def open_work_orders(session: Session, request: OpenWorkOrders) -> int:
    """Make a job's first work orders ready; a second call changes nothing. Returns the job's fact number, 1."""
    job = lock_job(session, request.job_id)
    _fence(job, request.epoch)
    if job.seq > 0:
        return 1
    session.execute(_READY, {"job": job.id, "steps": [change.step for change in request.changes]})
    _fact(session, request.tenant_id, job, "jobs:opened", utc_now())
    session.execute(_SEQ, {"job": job.id, "seq": 1})
    return 1


def finish(session: Session, request: FinishJob) -> None:
    """Close a job: finished goods go in at their actual cost, clocks stop; a second call changes nothing."""
    job = lock_job(session, request.job_id)
    _fence(job, request.epoch)
    if job.ended:
        return
    if job.seq != request.seq:
        raise StateSkew(f"Job {job.code} is at fact {job.seq}, the workflow at {request.seq}.")
    at = utc_now()
    session.execute(_CLOSE_TIME, {"job": job.id, "at": at})
    if request.produced > 0:
        _produce(session, job, request.produced, at)
    kind = "jobs:finished" if request.status is Status.DONE else "jobs:ended_by_cancel"
    _fact(session, request.tenant_id, job, kind, at)
    session.execute(_CLOSE_JOB, {
        "job": job.id, "seq": job.seq + 1, "status": request.status, "produced": request.produced, "at": at,
    })  # fmt: skip


def _produce(session: Session, job: JobRow, produced: Decimal, at: datetime) -> None:
    part_id = session.execute(_FINISHED_PART, {"mo": job.manufacturing_order_id}).scalar_one()
    unit_cost = money(costs.actual_of_job(session, job.id).total / produced)
    stock.post(session, [StockMove(
        key=f"{job.id}:produced", kind=MoveKind.PRODUCE, part_id=part_id, quantity=produced, unit_cost=unit_cost,
        job_id=job.id, occurred_at=at,
    )])  # fmt: skip
    session.execute(_MO_PRODUCED, {"mo": job.manufacturing_order_id, "produced": produced})
