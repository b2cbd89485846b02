"""What a job's workflow is started with, from the database alone: by its order, or by repair."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.messages.jobs import JobInput, JobRef
from models.messages.orders import JobPage, JobsToStart
from models.records import plans
from models.records.jobs.backlog import hand_over
from models.records.jobs.state import load_state

_OPEN = """
    SELECT j.id, j.order_id, j.code, j.lot_number, j.plan_hash, j.due_at, p.sku, o.site, j.epoch, j.seq, j.quantity,
           j.status
      FROM jobs j JOIN orders o ON o.id = j.order_id JOIN products p ON p.id = o.product_id
     WHERE j.status NOT IN ('DONE', 'CANCELLED')
"""
_OF_ORDER = text(f"{_OPEN} AND j.order_id = :order AND j.lot_number > :after ORDER BY j.lot_number LIMIT :limit")
_ONE = text(f"{_OPEN} AND j.id = :job FOR UPDATE OF j")
_NEXT_EPOCH = text("UPDATE jobs SET epoch = epoch + 1 WHERE id = :job")
_ALL_OPEN = text("SELECT id, code, seq FROM jobs WHERE status NOT IN ('DONE', 'CANCELLED') ORDER BY created_at, id")
_SEQ = text("SELECT seq FROM jobs WHERE id = :job")


def jobs_to_start(session: Session, page: JobPage) -> JobsToStart:
    """Return the next open jobs of an order as inputs for their workflows."""
    rows = session.execute(_OF_ORDER, {"order": page.order_id, "after": page.after_lot, "limit": page.limit}).all()
    jobs = tuple(_input(session, page.tenant_id, row, row.epoch) for row in rows)
    return JobsToStart(jobs=jobs, last_lot=rows[-1].lot_number if rows else page.after_lot)


def rebuilt(session: Session, tenant_id: UUID, job_id: UUID) -> tuple[JobInput, str] | None:
    """Return input and status for a job's new workflow, in a new epoch; None where the job has ended meanwhile.

    The epoch is what refuses every other workflow of the job from this transaction on. Commands not decided yet travel
    with the input, so that nothing asked later overtakes them.
    """
    row = session.execute(_ONE, {"job": job_id}).first()
    if row is None:
        return None
    session.execute(_NEXT_EPOCH, {"job": job_id})
    start = _input(session, tenant_id, row, row.epoch + 1)
    return start.model_copy(update={"backlog": hand_over(session, job_id)}), str(row.status)


def all_open(session: Session) -> Sequence[Row[tuple[UUID, str, int]]]:
    """Return (id, code, seq) of every job that has not ended."""
    return session.execute(_ALL_OPEN).all()


def fact_number(session: Session, job_id: UUID) -> int:
    """Return the number of a job's last fact."""
    return int(session.execute(_SEQ, {"job": job_id}).scalar_one())


def _input(session: Session, tenant_id: UUID, row: Row[Any], epoch: int) -> JobInput:
    state = None
    if row.seq > 0:
        graph = plans.graph_data(plans.plan(session, tenant_id, row.plan_hash), row.quantity).graph()
        state = load_state(session, row.id, graph)
    ref = JobRef(
        tenant_id=tenant_id, job_id=row.id, order_id=row.order_id, code=row.code, product=row.sku, site=row.site,
        due_at=row.due_at,
    )  # fmt: skip
    return JobInput(job=ref, plan_hash=row.plan_hash, epoch=epoch, seq=row.seq, state=state)
