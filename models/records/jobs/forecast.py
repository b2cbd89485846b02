"""When jobs and orders will be done at the earliest, from the facts of their open steps."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.messages.forecasts import JobForecast, Obstacle, OrderForecast
from models.messages.templates import Plan
from models.messages.work_orders import Explanation, JobExplanation
from models.records import order_views, plans
from models.records.jobs.explain import explain
from models.rules.explanations import Why
from models.rules.forecasts import Standing, StepAhead, WayAhead, earliest, left, standing, way_ahead
from models.rules.work_orders import WaitReason

_MOST_JOBS = 50
# The latest attempt of each step that is open, with the minutes worked on it, those running now too.
_OPEN_STEPS = text("""
    SELECT w.job_id, w.step_index, w.planned_minutes, coalesce((
               SELECT sum(coalesce(t.minutes, extract(epoch FROM CAST(:now AS timestamptz) - t.started_at) / 60))
                 FROM time_entries t WHERE t.work_order_id = w.id), 0) AS worked
      FROM work_orders w WHERE w.job_id = ANY(:jobs) AND w.ended_at IS NULL ORDER BY w.job_id, w.step_index
""")
_JOB = text("SELECT id, code, due_at, plan_hash, ended_at FROM jobs WHERE id = ANY(:jobs) ORDER BY lot_number")
_OPEN_JOBS = text("SELECT id FROM jobs WHERE order_id = :order AND ended_at IS NULL ORDER BY lot_number")
_HINDERS = frozenset({WaitReason.HOLD, WaitReason.MATERIAL, WaitReason.MACHINE})


def forecast(
    session: Session, tenant_id: UUID, job_id: UUID, now: datetime, told: JobExplanation | None = None
) -> JobForecast:
    """Return when a job will be done; `told` is its explanation where the caller has it. Raises Missing."""
    told = told or explain(session, tenant_id, job_id)
    (job,) = session.execute(_JOB, {"jobs": [job_id]}).all()
    plan = plans.plan(session, tenant_id, job.plan_hash)
    way = _ways(session, {job_id: plan}, now)[job_id]
    return _forecast(job, plan, way, told, now)


def order_forecast(session: Session, tenant_id: UUID, order_id: UUID, now: datetime) -> OrderForecast:
    """Return when an order will be done, told by the open job that will be the last. Raises Missing."""
    order = order_views.order(session, order_id)
    open_jobs = list(session.execute(_OPEN_JOBS, {"order": order_id}).scalars())
    jobs = session.execute(_JOB, {"jobs": open_jobs[:_MOST_JOBS]}).all()
    made = {job.id: plans.plan(session, tenant_id, job.plan_hash) for job in jobs}
    ways = _ways(session, made, now)
    last = max(jobs, key=lambda job: ways[job.id].minutes, default=None)
    decided = None
    if last is not None:
        told = explain(session, tenant_id, last.id)
        decided = _forecast(last, made[last.id], ways[last.id], told, now)
    finish = decided.finish_at if decided else None
    blocked = decided is not None and decided.standing is Standing.BLOCKED
    ended = order.ended_at is not None or decided is None
    return OrderForecast(
        order_id=order_id, due_at=order.due_at, at=now, finish_at=finish, decided_by=decided, open_jobs=len(open_jobs),
        reckoned_jobs=len(jobs),
        standing=standing(now, order.due_at, None if ended else finish, blocked=blocked),
    )  # fmt: skip


def _ways(session: Session, made: dict[UUID, Plan], now: datetime) -> dict[UUID, WayAhead]:
    """Return the longest way ahead of each job; one statement for all."""
    steps: dict[UUID, list[StepAhead]] = defaultdict(list)
    for row in session.execute(_OPEN_STEPS, {"jobs": list(made), "now": now}):
        after = tuple(edge.step for edge in made[row.job_id].steps[row.step_index].predecessors)
        steps[row.job_id].append(StepAhead(row.step_index, left(row.planned_minutes, row.worked), after))
    return {job_id: way_ahead(steps[job_id]) for job_id in made}


def _forecast(job: Row[Any], plan: Plan, way: WayAhead, told: JobExplanation, now: datetime) -> JobForecast:
    finish = None if job.ended_at is not None else earliest(now, way)
    keys = tuple(plan.steps[index].key for index in way.steps)
    obstacle = _obstacle(told.work_orders, tuple(plan.steps[index].name for index in way.steps))
    blocked = obstacle is not None and obstacle.kind in _HINDERS
    return JobForecast(
        job_id=job.id, code=job.code, due_at=job.due_at, at=now, finish_at=finish, minutes_left=way.minutes, path=keys,
        obstacle=obstacle, standing=standing(now, job.due_at, finish, blocked=blocked),
    )  # fmt: skip


def _obstacle(found: Sequence[Explanation], path: Sequence[str]) -> Obstacle | None:
    """Return what stands first in the way: at the head of the longest way, else wherever something is hindered."""
    first = next((one for one in found if one.name in path[:1]), None)
    hindered = next((one for one in found if any(reason.kind in _HINDERS for reason in one.reasons)), None)
    chosen = first if first is not None and first.reasons else hindered or first
    if chosen is None:
        return None
    reasons = sorted(chosen.reasons, key=lambda reason: reason.kind not in _HINDERS)
    return Obstacle(
        work_order_id=chosen.work_order_id, code=chosen.code, step=chosen.name,
        kind=reasons[0].kind if reasons else None, words=reasons[0].words if reasons else Why.UNTOUCHED,
        next_action=chosen.next_action,
    )  # fmt: skip
