"""Work orders as the people who do them read them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, case, func, literal_column, or_, select, text
from sqlmodel import Session, col

from models.messages.paging import Page
from models.messages.templates import PlanStep
from models.messages.work_orders import (
    PartToUse,
    RecordedValue,
    TimeEntryView,
    WorkOrderDetail,
    WorkOrderFilters,
    WorkOrderView,
)
from models.records import plans
from models.records.beside import Beside, beside
from models.records.cells import Cells, whole_as_cells
from models.records.paging import Column, Listing, page
from models.records.refusals import found
from models.rules.boms import requirement
from models.rules.search import sought
from models.rules.work_orders import standing
from models.tables.access.people import Team, TeamMember, User
from models.tables.catalog import WorkCenter
from models.tables.jobs import Job
from models.tables.work_orders import WorkOrder

# Written out as in its index, by which the list is walked; the rule `standing` says the same of a state.
_STANDING = case(
    (col(WorkOrder.ended_at).is_not(None), literal_column("2", Integer)),
    (col(WorkOrder.state) == literal_column("'WAITING'"), literal_column("1", Integer)),
    else_=literal_column("0", Integer),
)
_LISTING = Listing(
    "work_orders", WorkOrder.id,
    sorts={
        "standing": (_STANDING, WorkOrder.due_at), "due_at": WorkOrder.due_at, "code": WorkOrder.code,
        "priority": WorkOrder.priority,
    },
)  # fmt: skip
# What is through stays what it became, whatever holds its job.
_JOB_HELD = and_(col(Job.held), col(WorkOrder.ended_at).is_(None))
_LABELS: dict[str, Column] = {
    "job_code": col(Job.code), "job_held": _JOB_HELD, "job_hold_reason": case((_JOB_HELD, col(Job.hold_reason))),
    "work_center": col(WorkCenter.code), "assignee": col(User.display_name), "team": col(Team.code),
}  # fmt: skip
_COLUMNS = {name: _LABELS[name] if name in _LABELS else getattr(WorkOrder, name) for name in WorkOrderView.model_fields}
# Work orders are many and their names few: each name is jumped to in its index, and its rows are not read.
_NAMES = text("""
    WITH RECURSIVE one AS (
        (SELECT name FROM work_orders ORDER BY name LIMIT 1)
        UNION ALL
        SELECT (SELECT w.name FROM work_orders w WHERE w.name > one.name ORDER BY w.name LIMIT 1)
          FROM one WHERE one.name IS NOT NULL)
    SELECT name FROM one WHERE strpos(lower(name), :words) > 0
""")
_CODES = text("SELECT id, code FROM work_orders WHERE id = ANY(:ids)")
_TIMES = text("""
    SELECT u.display_name AS "user", t.started_at, t.ended_at, t.minutes, t.stated
      FROM time_entries t JOIN users u ON u.id = t.user_id WHERE t.work_order_id = :id ORDER BY t.started_at
""")
_DATA = text("SELECT key, value FROM collected_data WHERE work_order_id = :id ORDER BY key")
_PARTS = text("""
    SELECT p.id, coalesce(b.quantity, 0) AS on_hand, coalesce(e.used, 0) AS used
      FROM parts p LEFT JOIN stock_balances b ON b.part_id = p.id AND b.location = 'stock'
      LEFT JOIN (SELECT part_id, sum(-quantity) AS used FROM stock_entries
                  WHERE work_order_id = :id AND location = 'stock' GROUP BY part_id) e ON e.part_id = p.id
     WHERE p.id = ANY(:parts)
""")


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(
            WorkOrder,
            col(Job.plan_hash).label("plan_hash"),
            *(column.label(name) for name, column in _LABELS.items()),
        )
        .join(Job, col(Job.id) == col(WorkOrder.job_id))
        .join(WorkCenter, col(WorkCenter.id) == col(WorkOrder.work_center_id))
        .outerjoin(User, col(User.id) == col(WorkOrder.assignee_id))
        .outerjoin(Team, col(Team.id) == col(WorkOrder.team_id))
    )


def _fields(row: Row[Any]) -> dict[str, Any]:
    hidden = {"tenant_id", "work_center_id", "returned", "retrieved"}
    return {**row.WorkOrder.model_dump(exclude=hidden), **{label: getattr(row, label) for label in _LABELS}}


def _mine(me: UUID) -> ColumnElement[bool]:
    """Return what is given to a person, or to a team of theirs and not yet taken by anybody."""
    # As an array, so that both halves of the OR are found by their index.
    teams = func.array(select(col(TeamMember.team_id)).where(col(TeamMember.user_id) == me).scalar_subquery())
    shared = and_(col(WorkOrder.assignee_id).is_(None), col(WorkOrder.team_id) == func.any(teams))
    return or_(col(WorkOrder.assignee_id) == me, shared)


def work_orders(session: Session, filters: WorkOrderFilters, me: UUID) -> Page[WorkOrderView]:
    """Return one page of work orders."""
    return page(session, _wanted(session, filters, me), _LISTING, _ordered(filters), _view)


def every_work_order(session: Session, filters: WorkOrderFilters, me: UUID) -> Cells:
    """Return all work orders that fit, as cells, in the order asked for."""
    return whole_as_cells(session, _wanted(session, filters, me), _LISTING, _ordered(filters), _COLUMNS)


def beside_work_order(session: Session, filters: WorkOrderFilters, me: UUID, work_order_id: UUID) -> Beside:
    """Return the work orders before and after one in a list."""
    return beside(session, _wanted(session, filters, me), _LISTING, _ordered(filters), work_order_id)


def codes(session: Session, work_order_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the codes of those of some work orders that there are."""
    return {row.id: row.code for row in session.execute(_CODES, {"ids": list(work_order_ids)})}


def _view(row: Row[Any]) -> WorkOrderView:
    return WorkOrderView(**_fields(row))


def _ordered(filters: WorkOrderFilters) -> WorkOrderFilters:
    """Return the same request, by date where all that is asked for stands alike: an index of its own serves it."""
    alike = filters.late or len({standing(state) for state in filters.state}) == 1
    return filters.model_copy(update={"sort": "due_at"}) if filters.sort == "standing" and alike else filters


def _called(session: Session, words: str) -> ColumnElement[bool]:
    """Return the condition that a code is the one looked for, by its beginning or its number, or a name holds it."""
    asked = sought(words)
    code = col(WorkOrder.code)
    names = session.scalars(_NAMES, {"words": asked.words.lower()}).all()
    by_name = (col(WorkOrder.name).in_(names),) if names else ()
    return or_(code.in_(asked.codes), and_(code >= asked.code, code < asked.code_end), *by_name)


def _wanted(session: Session, filters: WorkOrderFilters, me: UUID) -> Select[*tuple[Any, ...]]:
    statement = _statement()
    wanted = (
        (col(WorkOrder.job_id), filters.job_id),
        (col(Job.order_id), filters.order_id),
        (col(WorkOrder.assignee_id), filters.assignee_id),
        (or_(col(WorkOrder.held), _JOB_HELD), filters.held),
    )
    statement = statement.where(*(column == value for column, value in wanted if value is not None))
    if filters.work_center is not None:
        # By its id, so that its own work orders are walked in their order.
        named = select(col(WorkCenter.id)).where(col(WorkCenter.code) == filters.work_center).scalar_subquery()
        statement = statement.where(col(WorkOrder.work_center_id) == named)
    if filters.mine:
        statement = statement.where(_mine(me))
    if filters.unassigned:
        statement = statement.where(col(WorkOrder.assignee_id).is_(None), col(WorkOrder.team_id).is_(None))
    if filters.q:
        statement = statement.where(_called(session, filters.q))
    if filters.state:
        statement = statement.where(col(WorkOrder.state).in_(filters.state))
    if filters.late:
        statement = statement.where(col(WorkOrder.due_at) < func.now(), col(WorkOrder.ended_at).is_(None))
    return statement


def work_order(session: Session, tenant_id: UUID, work_order_id: UUID) -> WorkOrderDetail:
    """Return one work order with instructions, parts, data and times. Raises Missing."""
    statement = _statement().where(col(WorkOrder.id) == work_order_id)
    row = found("work order", work_order_id, session.execute(statement).first())
    step = plans.plan(session, tenant_id, row.plan_hash).steps[row.WorkOrder.step_index]
    times = session.execute(_TIMES, {"id": work_order_id}).mappings()
    return WorkOrderDetail(
        **_fields(row), instructions=step.instructions, crew=step.crew, fields=step.data,
        parts=_parts(session, row.WorkOrder, step),
        data=tuple(RecordedValue(key=d.key, value=d.value) for d in session.execute(_DATA, {"id": work_order_id})),
        times=tuple(TimeEntryView.model_validate(dict(time)) for time in times),
    )  # fmt: skip


def _parts(session: Session, row: WorkOrder, step: PlanStep) -> tuple[PartToUse, ...]:
    """Return the planned lines; rework has no plan of its own."""
    found_parts = session.execute(_PARTS, {"id": row.id, "parts": [line.part_id for line in step.parts]})
    facts = {part.id: part for part in found_parts}
    return tuple(
        PartToUse(
            sku=line.sku, name=line.name, uom=line.uom, used=facts[line.part_id].used,
            planned=requirement(line, row.quantity) if row.attempt == 1 else row.quantity * 0,
            on_hand=facts[line.part_id].on_hand,
        )
        for line in step.parts
    )  # fmt: skip
