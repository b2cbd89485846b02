"""Jobs as people read them. What is read at every glance is put together by PostgreSQL in one statement."""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, and_, cast, func, select, text
from sqlmodel import Session, col

from models.messages.paging import Page
from models.messages.work_orders import EventFilters, JobEventView, JobFilters, JobView
from models.records import plans
from models.records.beside import Beside, beside
from models.records.cells import Cells, whole_as_cells
from models.records.paging import Listing, page
from models.records.refusals import found
from models.rules.orders import ENDED
from models.tables.access.credentials import ApiKey, Station
from models.tables.access.people import User
from models.tables.catalog import Product
from models.tables.jobs import Command, Job, JobEvent
from models.tables.orders import Order
from models.tables.work_orders import WorkOrder

_LISTING = Listing(
    "jobs", Job.id,
    sorts={
        "standing": (col(Job.ended_at).is_not(None), Job.due_at), "due_at": Job.due_at, "created_at": Job.created_at,
        "code": Job.code,
    },
    search=(Job.code,),
)  # fmt: skip
_LABELS = {"order_code": Order.code, "product_sku": Product.sku}
_COLUMNS = {name: _LABELS.get(name) or getattr(Job, name) for name in JobView.model_fields}
_EVENTS = Listing("job_events", JobEvent.command_id, sorts={"seq": JobEvent.seq})

# Numbers leave as text without trailing zeros, as everywhere in the API.
_DETAIL = text("""
    SELECT json_build_object(
        'id', j.id, 'code', j.code, 'order_id', j.order_id, 'order_code', o.code,
        'manufacturing_order_id', j.manufacturing_order_id, 'product_sku', p.sku, 'lot_number', j.lot_number,
        'quantity', trim_scale(j.quantity)::text, 'produced', trim_scale(j.produced)::text, 'status', j.status,
        'held', j.held, 'hold_reason', j.hold_reason, 'seq', j.seq, 'priority', j.priority, 'due_at', j.due_at,
        'created_at', j.created_at, 'started_at', j.started_at, 'ended_at', j.ended_at, 'steps', s.steps)::text
      FROM jobs j JOIN orders o ON o.id = j.order_id JOIN products p ON p.id = o.product_id
     CROSS JOIN LATERAL (
        SELECT json_agg(json_build_object(
            'work_order_id', w.id, 'code', w.code, 'step_index', w.step_index, 'step_key', w.step_key, 'name', w.name,
            'attempt', w.attempt, 'state', w.state, 'held', w.held, 'work_center', c.code, 'assignee', u.display_name,
            'team_id', w.team_id, 'team', g.code, 'optional', w.optional, 'quality_gate', w.quality_gate,
            'after', coalesce(w.after, '[]'), 'planned_minutes', trim_scale(w.planned_minutes)::text,
            'actual_minutes', trim_scale(coalesce(t.minutes, 0))::text, 'quantity', trim_scale(w.quantity)::text,
            'good', trim_scale(w.good)::text, 'scrapped', trim_scale(w.scrapped)::text,
            'rejected', trim_scale(w.rejected)::text, 'started_at', w.started_at, 'ended_at', w.ended_at)
            ORDER BY w.step_index) AS steps
          FROM (SELECT DISTINCT ON (w.step_index) w.*, k.after FROM work_orders w
                  LEFT JOIN (SELECT (e->>'index')::int AS step_index, e->'after' AS after
                               FROM jsonb_array_elements(CAST(:after AS jsonb)) e) k USING (step_index)
                 WHERE w.job_id = j.id ORDER BY w.step_index, w.attempt DESC) w
          JOIN work_centers c ON c.id = w.work_center_id
          LEFT JOIN users u ON u.id = w.assignee_id
          LEFT JOIN teams g ON g.id = w.team_id
          LEFT JOIN (SELECT x.step_index, sum(t.minutes) AS minutes FROM time_entries t
                       JOIN work_orders x ON x.id = t.work_order_id WHERE x.job_id = j.id GROUP BY x.step_index) t
                 ON t.step_index = w.step_index) s
     WHERE j.id = :job
""")
_CODES = text("SELECT id, code FROM jobs WHERE id = ANY(:ids)")
_PLAN = text("SELECT plan_hash FROM jobs WHERE id = :job")
_WORK_ORDERS = text("SELECT id FROM work_orders WHERE job_id = :job")
_STATES = text("""
    SELECT DISTINCT ON (step_index) step_key, state, attempt, held FROM work_orders WHERE job_id = :job
     ORDER BY step_index, attempt DESC
""")


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(Job, col(Order.code).label("order_code"), col(Product.sku).label("product_sku"))
        .join(Order, col(Order.id) == col(Job.order_id))
        .join(Product, col(Product.id) == col(Order.product_id))
    )


def _view(row: Row[Any]) -> JobView:
    hidden = {"tenant_id", "plan_hash", "epoch", "heard"}
    return JobView(**row.Job.model_dump(exclude=hidden), order_code=row.order_code, product_sku=row.product_sku)


def jobs(session: Session, filters: JobFilters) -> Page[JobView]:
    """Return one page of jobs."""
    return page(session, _wanted(filters), _LISTING, _ordered(filters), _view)


def every_job(session: Session, filters: JobFilters) -> Cells:
    """Return all jobs that fit, as cells, in the order asked for."""
    return whole_as_cells(session, _wanted(filters), _LISTING, _ordered(filters), _COLUMNS)


def beside_job(session: Session, filters: JobFilters, job_id: UUID) -> Beside:
    """Return the jobs before and after one in a list."""
    return beside(session, _wanted(filters), _LISTING, _ordered(filters), job_id)


def codes(session: Session, job_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the codes of those of some jobs that there are."""
    return {row.id: row.code for row in session.execute(_CODES, {"ids": list(job_ids)})}


def _ordered(filters: JobFilters) -> JobFilters:
    """Return the same request, by date where all that is asked for is open, or has ended: that index serves it."""
    alike = filters.late or filters.held is not None or len({status in ENDED for status in filters.status}) == 1
    return filters.model_copy(update={"sort": "due_at"}) if filters.sort == "standing" and alike else filters


def _wanted(filters: JobFilters) -> Select[*tuple[Any, ...]]:
    statement = _statement()
    if filters.status:
        statement = statement.where(col(Job.status).in_(filters.status))
    if filters.order_id is not None:
        statement = statement.where(col(Job.order_id) == filters.order_id)
    if filters.product is not None:
        statement = statement.where(col(Product.sku) == filters.product)
    if filters.held is not None:
        statement = statement.where(col(Job.held) == filters.held, col(Job.ended_at).is_(None))
    if filters.late:
        statement = statement.where(col(Job.due_at) < func.now(), col(Job.ended_at).is_(None))
    return statement


def job(session: Session, job_id: UUID) -> JobView:
    """Return one job. Raises Missing."""
    return _view(found("job", job_id, session.execute(_statement().where(col(Job.id) == job_id)).first()))


def plan_hash(session: Session, job_id: UUID) -> str:
    """Return the hash of the plan a job is run by. Raises Missing."""
    return str(found("job", job_id, session.execute(_PLAN, {"job": job_id}).scalar()))


def detail(session: Session, tenant_id: UUID, job_id: UUID) -> str:
    """Return a job with all its steps as the JSON of a JobDetail. Raises Missing."""
    frozen = plans.plan(session, tenant_id, plan_hash(session, job_id))
    keys = [step.key for step in frozen.steps]
    after = [{"index": s.index, "after": [keys[edge.step] for edge in s.predecessors]} for s in frozen.steps]
    return str(session.execute(_DETAIL, {"job": job_id, "after": json.dumps(after)}).scalar_one())


def work_order_ids(session: Session, job_id: UUID) -> frozenset[UUID]:
    """Return the work orders of a job, every attempt."""
    return frozenset(session.execute(_WORK_ORDERS, {"job": job_id}).scalars())


def states(session: Session, job_id: UUID) -> dict[str, tuple[str, int, bool]]:
    """Return, by step key, state, attempt and hold of each step's latest attempt."""
    return {row.step_key: (row.state, row.attempt, row.held) for row in session.execute(_STATES, {"job": job_id})}


def events(session: Session, job_id: UUID, filters: EventFilters) -> Page[JobEventView]:
    """Return one page of a job's history."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            JobEvent,
            col(WorkOrder.code).label("work_order_code"),
            col(User.display_name).label("actor"),
            func.coalesce(col(Station.name), col(ApiKey.name)).label("device"),
        )
        .outerjoin(WorkOrder, col(WorkOrder.id) == col(JobEvent.work_order_id))
        .outerjoin(User, col(User.id) == col(JobEvent.actor_id))
        .outerjoin(
            Command,
            and_(col(Command.tenant_id) == col(JobEvent.tenant_id), col(Command.id) == col(JobEvent.command_id)),
        )
        .outerjoin(Station, col(Station.id) == _came_through("station_id"))
        .outerjoin(ApiKey, col(ApiKey.id) == _came_through("key_id"))
        .where(col(JobEvent.job_id) == job_id)
    )
    return page(session, statement, _EVENTS, filters, _event)


def _came_through(what: str) -> ColumnElement[UUID]:
    return cast(col(Command.origin)[what].astext, Uuid)


def _event(row: Row[Any]) -> JobEventView:
    hidden = {"tenant_id", "job_id", "work_order_id", "actor_id"}
    return JobEventView(
        **row.JobEvent.model_dump(exclude=hidden), work_order_code=row.work_order_code, actor=row.actor,
        device=row.device,
    )  # fmt: skip
