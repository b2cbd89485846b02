"""The stock ledger as people read it: each movement with its cause, whoever made it and when."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from models.messages.paging import Page
from models.messages.stock import EntryFilters, EntryView
from models.records.paging import Listing, page, whole
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


def entries(session: Session, filters: EntryFilters) -> Page[EntryView]:
    """Return one page of the ledger."""
    return page(session, _wanted(filters), _LISTING, filters, _entry)


def every_entry(session: Session, filters: EntryFilters) -> Iterator[EntryView]:
    """Yield all rows of the ledger that fit, in the order asked for."""
    return whole(session, _wanted(filters), _LISTING, filters, _entry)


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
    wanted = (
        (col(StockEntry.kind), filters.kind),
        (col(StockEntry.location), filters.location),
        (col(Order.id), filters.order_id),
        (col(Order.code), filters.order),
        (col(StockEntry.actor_id), filters.actor_id),
        (col(User.username), filters.actor),
        (col(StockEntry.job_id), filters.job_id),
        (col(StockEntry.work_order_id), filters.work_order_id),
    )
    statement = statement.where(*(column == value for column, value in wanted if value is not None))
    if filters.part is not None:
        # By its id, so that the part's own rows are walked in their order and not the whole ledger.
        named = select(col(Part.id)).where(col(Part.sku) == filters.part).scalar_subquery()
        statement = statement.where(col(StockEntry.part_id) == named)
    if filters.posted_from is not None:
        statement = statement.where(col(StockEntry.posted_at) >= filters.posted_from)
    if filters.posted_before is not None:
        statement = statement.where(col(StockEntry.posted_at) < filters.posted_before)
    return statement


def _entry(row: Row[Any]) -> EntryView:
    return EntryView(
        **row.StockEntry.model_dump(exclude={"tenant_id"}), sku=row.Part.sku, name=row.Part.name, actor=row.actor,
        order_id=row.order_id, order=row.order, job=row.job, work_order=row.work_order, step=row.step,
    )  # fmt: skip
