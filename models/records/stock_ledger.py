"""The stock ledger as people read it: each movement with its cause, whoever made it and when."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select, true, union
from sqlmodel import Session, col

from models.messages.paging import Page
from models.messages.stock import EntryFilters, EntryView
from models.records.cells import Cells, whole_as_cells
from models.records.paging import Listing, holds, leading, page
from models.tables.access.people import User
from models.tables.catalog import Part
from models.tables.jobs import Job
from models.tables.orders import Order
from models.tables.stock import StockEntry
from models.tables.work_orders import WorkOrder

_LISTING = Listing(
    "stock_entries", StockEntry.id, sorts={"posted_at": StockEntry.posted_at},
    search=(Part.sku, Part.name, StockEntry.reason),
)  # fmt: skip

_LABELS = {
    "sku": Part.sku, "name": Part.name, "actor": User.display_name, "order_id": Order.id, "order": Order.code,
    "job": Job.code, "work_order": WorkOrder.code, "step": WorkOrder.name,
}  # fmt: skip
_COLUMNS = {name: _LABELS.get(name) or getattr(StockEntry, name) for name in EntryView.model_fields}


def entries(session: Session, filters: EntryFilters) -> Page[EntryView]:
    """Return one page of the ledger."""
    wanted = _wanted(filters)
    if filters.q:
        wanted = wanted.where(col(StockEntry.id).in_(_holding(session, filters, filters.q)))
    return page(session, wanted, _LISTING, filters, _entry)


def every_entry(session: Session, filters: EntryFilters) -> Cells:
    """Return all rows of the ledger that fit, as cells, in the order asked for."""
    return whole_as_cells(session, _wanted(filters), _LISTING, filters, _COLUMNS)


def _holding(session: Session, filters: EntryFilters, words: str) -> Sequence[UUID]:
    """Return the rows of one page that hold a text.

    Parts are few and the ledger is long: the newest rows of each part that is called so are read by its index, and
    beside them those that have a reason, which are few as well.
    """
    rows = _narrowed(select(col(StockEntry.id), col(StockEntry.posted_at)), filters)
    of_part = leading(rows.where(col(StockEntry.part_id) == col(Part.id)), _LISTING, filters).lateral("of_part")
    called = select(of_part).select_from(Part).join(of_part, true()).where(holds(words, Part.sku, Part.name))
    with_reason = rows.where(col(StockEntry.reason).is_not(None), holds(words, StockEntry.reason))
    found = union(called, select(leading(with_reason, _LISTING, filters).subquery())).subquery()
    order = (found.c.posted_at, found.c.id)
    backwards = filters.sort.startswith("-")
    newest = select(found.c.id).order_by(*(each.desc() if backwards else each for each in order))
    return session.scalars(newest.limit(filters.limit + 1)).all()


def _wanted(filters: EntryFilters) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            StockEntry,
            Part,
            col(User.display_name).label("actor"),
            col(Order.id).label("order_id"),
            col(Order.code).label("order"),
            col(Job.code).label("job"),
            col(WorkOrder.code).label("work_order"),
            col(WorkOrder.name).label("step"),
        )
        .join(Part, col(Part.id) == col(StockEntry.part_id))
        .outerjoin(User, col(User.id) == col(StockEntry.actor_id))
        .outerjoin(Job, col(Job.id) == col(StockEntry.job_id))
        .outerjoin(Order, col(Order.id) == col(Job.order_id))
        .outerjoin(WorkOrder, col(WorkOrder.id) == col(StockEntry.work_order_id))
    )
    return _narrowed(statement, filters)


def _narrowed(statement: Select[*tuple[Any, ...]], filters: EntryFilters) -> Select[*tuple[Any, ...]]:
    """Return the statement with its filters, all by columns of the ledger, so that their indexes are walked."""
    named = (
        (StockEntry.part_id, select(col(Part.id)).where(col(Part.sku) == filters.part), filters.part),
        (StockEntry.actor_id, select(col(User.id)).where(col(User.username) == filters.actor), filters.actor),
    )
    wanted = (
        (StockEntry.kind, filters.kind),
        (StockEntry.location, filters.location),
        (StockEntry.actor_id, filters.actor_id),
        (StockEntry.job_id, filters.job_id),
        (StockEntry.work_order_id, filters.work_order_id),
        (StockEntry.lot, filters.lot),
    )
    statement = statement.where(
        *(col(column) == value for column, value in wanted if value is not None),
        *(col(column) == one.scalar_subquery() for column, one, asked in named if asked is not None),
    )
    if filters.order_id is not None:
        statement = statement.where(_of_order(select(col(Job.id)).where(col(Job.order_id) == filters.order_id)))
    if filters.order is not None:
        ordered = select(col(Job.id)).join(Order, col(Order.id) == col(Job.order_id))
        statement = statement.where(_of_order(ordered.where(col(Order.code) == filters.order)))
    if filters.posted_from is not None:
        statement = statement.where(col(StockEntry.posted_at) >= filters.posted_from)
    if filters.posted_before is not None:
        statement = statement.where(col(StockEntry.posted_at) < filters.posted_before)
    return statement


def _of_order(jobs: Select[UUID]) -> ColumnElement[bool]:
    # As an array: few jobs are looked up in the ledger, instead of the ledger in many jobs.
    return col(StockEntry.job_id) == func.any(func.array(jobs.scalar_subquery()))


def _entry(row: Row[Any]) -> EntryView:
    return EntryView(
        **row.StockEntry.model_dump(exclude={"tenant_id"}), sku=row.Part.sku, name=row.Part.name, actor=row.actor,
        order_id=row.order_id, order=row.order, job=row.job, work_order=row.work_order, step=row.step,
    )  # fmt: skip
