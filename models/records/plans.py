"""Frozen plans, read once per process: a snapshot never changes under its hash."""

from decimal import Decimal
from threading import Lock
from uuid import UUID

from sqlmodel import Session, col, select

from models.messages.jobs import GraphData
from models.messages.templates import Plan
from models.tables.templates import PlanSnapshot

_lock = Lock()
_plans: dict[tuple[UUID, str], Plan] = {}
_KEPT = 64


def plan(session: Session, tenant_id: UUID, content_hash: str) -> Plan:
    """Return a compiled plan. Raises LookupError where the tenant has none of this hash."""
    key = (tenant_id, content_hash)
    with _lock:
        if key in _plans:
            return _plans[key]
    document = session.exec(
        select(PlanSnapshot.document).where(
            col(PlanSnapshot.tenant_id) == tenant_id, col(PlanSnapshot.content_hash) == content_hash
        )
    ).first()
    if document is None:
        raise LookupError(f"There is no plan {content_hash[:12]}.")
    loaded = Plan.model_validate(document)
    with _lock:
        while len(_plans) >= _KEPT:
            del _plans[next(iter(_plans))]
        _plans[key] = loaded
    return loaded


def graph_data(frozen: Plan, quantity: Decimal) -> GraphData:
    """Return what a job's brain needs of a plan, for a lot of `quantity` pieces."""
    return GraphData(
        quantity=quantity,
        keys=tuple(step.key for step in frozen.steps),
        incoming=tuple(tuple(edge.step for edge in step.predecessors) for step in frozen.steps),
        successors=tuple(step.successors for step in frozen.steps),
        send_ahead=tuple(
            (step.index, edge.step, edge.send_ahead)
            for step in frozen.steps
            for edge in step.predecessors
            if edge.send_ahead is not None
        ),
        optional=tuple(step.index for step in frozen.steps if step.optional),
        rework_to=tuple((step.index, step.rework_to) for step in frozen.steps if step.rework_to is not None),
    )
