"""Why each open work order of a job is not moving, answered from the facts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.messages.templates import Plan
from models.messages.work_orders import Explanation, JobExplanation, Reason, Undelivered
from models.records import plans
from models.records.jobs.state import load_state
from models.records.jobs.views import job as job_view
from models.records.jobs.views import plan_hash
from models.rules.boms import requirement
from models.rules.explanations import AT_WORK, HANDS, Next, Why
from models.rules.jobs import Job
from models.rules.orders import Status
from models.rules.sentences import Sentence
from models.rules.units import word
from models.rules.work_orders import FINISHED, WaitReason, WorkOrderState

_OPEN = text("""
    SELECT DISTINCT ON (w.step_index) w.id, w.code, w.name, w.step_index, w.attempt, w.state, w.held, w.hold_reason,
           w.quantity, w.ready_at, w.started_at, u.display_name AS assignee, c.name AS center, c.machines,
           (SELECT count(*) FROM work_orders b WHERE b.work_center_id = w.work_center_id
             AND b.state = 'IN_PROGRESS' AND b.id <> w.id) AS busy
      FROM work_orders w JOIN work_centers c ON c.id = w.work_center_id LEFT JOIN users u ON u.id = w.assignee_id
     WHERE w.job_id = :job ORDER BY w.step_index, w.attempt DESC
""")
_STOCK = text("SELECT part_id, quantity FROM stock_balances WHERE location = 'stock' AND part_id = ANY(:parts)")
_QUEUED = text("""
    SELECT work_order_id, count(*) AS queued, count(*) FILTER (WHERE received_at <= now() - :late) AS late,
           min(received_at) AS since
      FROM commands WHERE job_id = :job AND state = 'PENDING' GROUP BY work_order_id
""")
_LATE = timedelta(seconds=10)  # an Update is given four seconds, then a relay takes over
_S = WorkOrderState
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the reasons are read from."""

    plan: Plan
    job: Job
    held: bool
    hold_reason: str | None
    stock: dict[UUID, Decimal]
    late: frozenset[UUID | None]


def explain(session: Session, tenant_id: UUID, job_id: UUID) -> JobExplanation:
    """Return, for each open work order of a job, what keeps it from moving. Raises Missing."""
    view = job_view(session, job_id)
    plan = plans.plan(session, tenant_id, plan_hash(session, job_id))
    graph = plans.graph_data(plan, view.quantity).graph()
    rows = [row for row in session.execute(_OPEN, {"job": job_id}) if row.state not in FINISHED]
    queues = session.execute(_QUEUED, {"job": job_id, "late": _LATE}).all()
    late = [queue for queue in queues if queue.late]
    facts = _Facts(
        plan, Job(graph, load_state(session, job_id, graph)), view.held, view.hold_reason, _stock(session, plan, rows),
        frozenset(queue.work_order_id for queue in late),
    )  # fmt: skip
    found = tuple(_explain(facts, row) for row in rows)
    undelivered = (
        Undelivered(count=sum(queue.late for queue in late), since=min(queue.since for queue in late)) if late else None
    )
    queued = sum(queue.queued for queue in queues) - (undelivered.count if undelivered else 0)
    return JobExplanation(
        job_id=job_id, code=view.code, status=view.status, work_orders=found, undelivered=undelivered,
        summary=" ".join(_summary(view.status, found, queued, undelivered)),
    )  # fmt: skip


def _stock(session: Session, plan: Plan, rows: Sequence[Row[Any]]) -> dict[UUID, Decimal]:
    parts = sorted({line.part_id for row in rows for line in plan.steps[row.step_index].parts})
    return {row.part_id: row.quantity for row in session.execute(_STOCK, {"parts": parts})}


def _explain(facts: _Facts, row: Row[Any]) -> Explanation:
    state = WorkOrderState(row.state)
    reasons = tuple(_reasons(facts, row, state))
    return Explanation(
        work_order_id=row.id, code=row.code, name=row.name, state=state, since=row.started_at or row.ready_at,
        reasons=reasons, next_action=_next_action(row, state, reasons, late=row.id in facts.late),
    )  # fmt: skip


def _reason(kind: WaitReason, why: Why, **names: object) -> Reason:
    return Reason(kind=kind, words=Sentence(why, **{name: value or "" for name, value in names.items()}))


def _reasons(facts: _Facts, row: Row[Any], state: WorkOrderState) -> list[Reason]:
    reasons = []
    if row.held:
        reasons.append(_reason(WaitReason.HOLD, Why.HELD, reason=row.hold_reason))
    elif facts.held:
        reasons.append(_reason(WaitReason.HOLD, Why.JOB_HELD, reason=facts.hold_reason))
    if state is _S.WAITING:
        reasons.append(_predecessors(facts, row))
    if state in (_S.WAITING, _S.READY):
        reasons += _materials(facts, row)
    if state is _S.READY and row.busy >= row.machines:
        reasons.append(_reason(WaitReason.MACHINE, Why.BUSY, count=row.machines, center=row.center))
    if state is _S.READY and row.assignee:
        reasons.append(_reason(WaitReason.PERSON, Why.GIVEN, person=row.assignee))
    if state in AT_WORK:
        named, unnamed = AT_WORK[state]
        reasons.append(_reason(WaitReason.PERSON, named if row.assignee else unnamed, person=row.assignee))
    return reasons


def _predecessors(facts: _Facts, row: Row[Any]) -> Reason:
    steps = facts.plan.steps
    waiting = facts.job.waits_for(row.step_index)
    if waiting:
        names, more = _named(steps[step].name for step in waiting[:_MOST_NAMED]), len(waiting) - _MOST_NAMED
        why = Why.WAITS_FOR_MANY if more > 0 else Why.WAITS
        return _reason(WaitReason.PREDECESSOR, why, steps=names, count=more)
    empty = [edge.step for edge in facts.job.graph.incoming[row.step_index] if facts.job.output(edge.step) <= 0]
    return _reason(WaitReason.PREDECESSOR, Why.NONE_CAME, steps=_named(steps[step].name for step in empty))


def _named(steps: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in steps)


def _materials(facts: _Facts, row: Row[Any]) -> list[Reason]:
    if row.attempt > 1:
        return []
    short = []
    for line in facts.plan.steps[row.step_index].parts:
        needed, there = requirement(line, row.quantity), facts.stock.get(line.part_id, Decimal(0))
        if needed > there:
            amounts = {"needed": f"{needed.normalize():f}", "there": f"{there.normalize():f}"}
            short.append(_reason(WaitReason.MATERIAL, Why.SHORT, part=line.sku, uom=word(line.uom), **amounts))
    return short[:_MOST_NAMED]


def _next_action(row: Row[Any], state: WorkOrderState, reasons: Sequence[Reason], *, late: bool) -> str:
    kinds = [reason.kind for reason in reasons]
    if late:
        return Next.DELIVERED
    if WaitReason.HOLD in kinds:
        return Next.RELEASED
    if state is _S.WAITING:
        return Next.BEFORE
    if WaitReason.MATERIAL in kinds:
        return Next.RECEIVED
    named, unnamed = HANDS[state]
    return Sentence(named, person=row.assignee) if row.assignee else unnamed


def _summary(
    status: Status, found: Sequence[Explanation], queued: int, undelivered: Undelivered | None
) -> Iterator[str]:
    if status in (Status.DONE, Status.CANCELLED):
        yield f"The job has ended: {status.value.lower()}."
    else:
        counts = {state: sum(1 for one in found if one.state is state) for state in WorkOrderState}
        yield (
            f"{counts[_S.IN_PROGRESS]} in progress, {counts[_S.PAUSED]} paused, {counts[_S.READY]} ready, "
            f"{counts[_S.WAITING]} waiting."
        )
    if undelivered:
        what = "1 command waits" if undelivered.count == 1 else f"{undelivered.count} commands wait"
        yield (
            f"{what} to be delivered since {undelivered.since:%Y-%m-%d %H:%M} UTC: Temporal or the workers are away "
            "(`factoryos status` shows them), or Temporal's data was lost: then run `factoryos repair`."
        )
    if queued:
        yield f"{queued} commands are queued and not decided yet."
