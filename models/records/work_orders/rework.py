"""Where the pieces of a work order may be sent back to."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from models.messages.templates import PlanStep
from models.messages.work_orders import ReworkTarget
from models.records import plans
from models.records.refusals import found
from models.tables.jobs import Job
from models.tables.work_orders import WorkOrder


def rework_targets(session: Session, tenant_id: UUID, work_order_id: UUID) -> tuple[ReworkTarget, ...]:
    """Return the step of a work order and all that lead to it, the nearest first. Raises Missing."""
    statement = (
        select(col(Job.plan_hash), col(WorkOrder.step_index))
        .join(Job, col(Job.id) == col(WorkOrder.job_id))
        .where(col(WorkOrder.id) == work_order_id)
    )
    row = found("work order", work_order_id, session.execute(statement).first())
    steps = plans.plan(session, tenant_id, row.plan_hash).steps
    back = steps[row.step_index].rework_to
    usual = row.step_index if back is None else back
    return tuple(
        ReworkTarget(key=step.key, name=step.name, usual=step.index == usual)
        for step in _leading_to(steps, row.step_index)
    )


def _leading_to(steps: Sequence[PlanStep], last: int) -> list[PlanStep]:
    leading = {last}
    for index in range(last, -1, -1):
        if index in leading:
            leading.update(edge.step for edge in steps[index].predecessors)
    return [steps[index] for index in sorted(leading, reverse=True)]
