"""Orders and manufacturing orders as people read them."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, text
from sqlmodel import Session, col

from models.messages.orders import (
    ManufacturingOrderFilters,
    ManufacturingOrderView,
    OrderFilters,
    OrderView,
    RequirementView,
)
from models.messages.paging import Page
from models.records.beside import Beside, beside
from models.records.paging import Listing, page, whole
from models.records.refusals import found
from models.rules.orders import short
from models.tables.catalog import Product
from models.tables.orders import ManufacturingOrder, Order
from models.tables.templates import Template

_ORDERS = Listing(
    "orders", Order.id,
    sorts={
        "standing": (col(Order.ended_at).is_not(None), Order.due_at), "due_at": Order.due_at,
        "created_at": Order.created_at, "code": Order.code, "priority": Order.priority,
    },
    search=(Order.code, Order.customer_name, Order.customer_reference, Product.sku, Product.name),
)  # fmt: skip
_MOS = Listing(
    "manufacturing_orders", ManufacturingOrder.id,
    sorts={
        "standing": (col(ManufacturingOrder.ended_at).is_not(None), ManufacturingOrder.due_at),
        "due_at": ManufacturingOrder.due_at, "created_at": ManufacturingOrder.created_at,
        "code": ManufacturingOrder.code,
    },
    search=(ManufacturingOrder.code, Order.code),
)  # fmt: skip
_CODES = text("SELECT id, code FROM orders WHERE id = ANY(:ids)")
_REQUIREMENTS = text("""
    SELECT r.part_id, p.sku, p.name, r.uom, r.quantity, coalesce(i.issued, 0) AS issued,
           coalesce(b.quantity, 0) AS on_hand
      FROM requirements r JOIN parts p ON p.id = r.part_id
      LEFT JOIN stock_balances b ON b.part_id = r.part_id AND b.location = 'stock'
      LEFT JOIN (SELECT e.part_id, sum(-e.quantity) AS issued FROM stock_entries e JOIN jobs j ON j.id = e.job_id
                  WHERE j.manufacturing_order_id = :mo AND e.location = 'stock' AND e.kind IN ('issue', 'return')
                  GROUP BY e.part_id) i ON i.part_id = r.part_id
     WHERE r.manufacturing_order_id = :mo ORDER BY p.sku
""")


def _orders() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Order,
            col(Product.sku).label("product_sku"),
            col(Product.name).label("product_name"),
            col(Template.code).label("template_code"),
            func.coalesce(col(ManufacturingOrder.produced), 0).label("produced"),
        )
        .join(Product, col(Product.id) == col(Order.product_id))
        .join(Template, col(Template.id) == col(Order.template_id))
        .outerjoin(ManufacturingOrder, col(ManufacturingOrder.order_id) == col(Order.id))
    )


def _order(row: Row[Any]) -> OrderView:
    return OrderView(
        **row.Order.model_dump(exclude={"tenant_id", "product_id", "created_by", "date_untold"}),
        product_sku=row.product_sku, product_name=row.product_name, template_code=row.template_code,
        produced=row.produced, short=short(row.Order.status, row.Order.quantity, row.produced),
    )  # fmt: skip


def orders(session: Session, filters: OrderFilters) -> Page[OrderView]:
    """Return one page of orders."""
    return page(session, _wanted(filters), _ORDERS, filters, _order)


def every_order(session: Session, filters: OrderFilters) -> Iterator[OrderView]:
    """Yield all orders that fit, in the order asked for."""
    return whole(session, _wanted(filters), _ORDERS, filters, _order)


def beside_order(session: Session, filters: OrderFilters, order_id: UUID) -> Beside:
    """Return the orders before and after one in a list."""
    return beside(session, _wanted(filters), _ORDERS, filters, order_id)


def codes(session: Session, order_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the codes of those of some orders that there are."""
    return {row.id: row.code for row in session.execute(_CODES, {"ids": list(order_ids)})}


def _wanted(filters: OrderFilters) -> Select[*tuple[Any, ...]]:
    statement = _orders()
    if filters.status:
        statement = statement.where(col(Order.status).in_(filters.status))
    if filters.kind is not None:
        statement = statement.where(col(Order.kind) == filters.kind)
    if filters.product is not None:
        statement = statement.where(col(Product.sku) == filters.product)
    if filters.due_from is not None:
        statement = statement.where(col(Order.due_at) >= filters.due_from)
    if filters.due_before is not None:
        statement = statement.where(col(Order.due_at) < filters.due_before)
    if filters.late:
        statement = statement.where(col(Order.due_at) < func.now(), col(Order.ended_at).is_(None))
    return statement


def order(session: Session, order_id: UUID) -> OrderView:
    """Return one order. Raises Missing."""
    return _order(found("order", order_id, session.execute(_orders().where(col(Order.id) == order_id)).first()))


def _mos() -> Select[*tuple[Any, ...]]:
    return (
        select(ManufacturingOrder, col(Order.code).label("order_code"), col(Product.sku).label("product_sku"))
        .join(Order, col(Order.id) == col(ManufacturingOrder.order_id))
        .join(Product, col(Product.id) == col(ManufacturingOrder.product_id))
    )


def _mo(row: Row[Any]) -> ManufacturingOrderView:
    hidden, mo = {"tenant_id", "product_id", "plan_hash"}, row.ManufacturingOrder
    return ManufacturingOrderView(
        **mo.model_dump(exclude=hidden), order_code=row.order_code, product_sku=row.product_sku,
        short=short(mo.status, mo.quantity, mo.produced),
    )  # fmt: skip


def manufacturing_orders(session: Session, filters: ManufacturingOrderFilters) -> Page[ManufacturingOrderView]:
    """Return one page of manufacturing orders."""
    return page(session, _wanted_mos(filters), _MOS, filters, _mo)


def every_manufacturing_order(session: Session, filters: ManufacturingOrderFilters) -> Iterator[ManufacturingOrderView]:
    """Yield all manufacturing orders that fit, in the order asked for."""
    return whole(session, _wanted_mos(filters), _MOS, filters, _mo)


def _wanted_mos(filters: ManufacturingOrderFilters) -> Select[*tuple[Any, ...]]:
    statement = _mos()
    if filters.status:
        statement = statement.where(col(ManufacturingOrder.status).in_(filters.status))
    if filters.order_id is not None:
        statement = statement.where(col(ManufacturingOrder.order_id) == filters.order_id)
    if filters.product is not None:
        statement = statement.where(col(Product.sku) == filters.product)
    if filters.late:
        late = col(ManufacturingOrder.due_at) < func.now()
        statement = statement.where(late, col(ManufacturingOrder.ended_at).is_(None))
    return statement


def manufacturing_order(session: Session, mo_id: UUID) -> ManufacturingOrderView:
    """Return one manufacturing order. Raises Missing."""
    statement = _mos().where(col(ManufacturingOrder.id) == mo_id)
    return _mo(found("manufacturing order", mo_id, session.execute(statement).first()))


def requirements(session: Session, mo_id: UUID) -> tuple[RequirementView, ...]:
    """Return what a manufacturing order needs, part by part. Raises Missing."""
    manufacturing_order(session, mo_id)
    rows = session.execute(_REQUIREMENTS, {"mo": mo_id}).mappings()
    return tuple(RequirementView.model_validate(dict(row)) for row in rows)
