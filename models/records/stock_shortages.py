"""What is short, for which order and when, and how much to get of it."""

from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from models.messages.stock import PartShortage, WaitingOrder
from models.records.stock_levels import SHORT

_SHOWN_ORDERS = 20
# What is on hand goes to the orders as they are due: an order is short of what the stock no longer covers at its turn.
_SHORTAGES = text(f"""
    {SHORT}, queue AS (
        SELECT n.part_id, m.order_id, m.due_at, n.needed, o.code AS order_code, d.name AS product,
               sum(n.needed) OVER (PARTITION BY n.part_id ORDER BY m.due_at, o.priority, o.id) AS until_here
          FROM needs n JOIN manufacturing_orders m ON m.id = n.mo JOIN orders o ON o.id = m.order_id
          JOIN products d ON d.id = m.product_id WHERE n.needed > 0),
         late AS (
        SELECT q.*, least(q.needed, q.until_here - s.on_hand) AS lacking,
               row_number() OVER (PARTITION BY q.part_id ORDER BY q.until_here) AS place,
               count(*) OVER (PARTITION BY q.part_id) AS orders,
               min(q.due_at) OVER (PARTITION BY q.part_id) AS first_due
          FROM queue q JOIN short s ON s.id = q.part_id WHERE q.until_here > s.on_hand)
    SELECT s.id, p.sku, p.name, p.kind, p.uom, s.on_hand, s.needed, s.minimum_stock, p.unit_cost, p.lead_time_days,
           p.supplier_id, u.name AS supplier, l.order_id, l.order_code, l.product, l.due_at, l.lacking, l.orders,
           l.needed AS order_needed
      FROM short s JOIN parts p ON p.id = s.id LEFT JOIN suppliers u ON u.id = p.supplier_id
      LEFT JOIN late l ON l.part_id = s.id AND l.place <= :most
     ORDER BY l.first_due NULLS LAST, p.sku, l.place
""")  # noqa: S608 - built from constants only


def shortages(session: Session) -> tuple[PartShortage, ...]:
    """Return every part that is short, the most urgent first; what only lacks its minimum comes last."""
    rows = session.execute(_SHORTAGES, {"most": _SHOWN_ORDERS}).all()
    return tuple(_shortage(list(of_part)) for _, of_part in groupby(rows, attrgetter("id")))


def _shortage(rows: list[Row[Any]]) -> PartShortage:
    part = rows[0]
    orders = [row for row in rows if row.order_id is not None]
    missing = max(part.needed + part.minimum_stock - part.on_hand, 0)
    first = orders[0].due_at if orders else None
    days = part.lead_time_days
    return PartShortage(
        part_id=part.id, sku=part.sku, name=part.name, kind=part.kind, uom=part.uom, on_hand=part.on_hand,
        needed=part.needed, minimum_stock=part.minimum_stock, missing=missing, cost=missing * part.unit_cost,
        supplier=part.supplier, supplier_id=part.supplier_id, lead_time_days=days, first_due_at=first,
        order_by=None if first is None or days is None else first - timedelta(days=days),
        order_count=part.orders or 0,
        orders=tuple(
            WaitingOrder(
                order_id=row.order_id, order=row.order_code, product=row.product, due_at=row.due_at,
                needed=row.order_needed, short=row.lacking,
            )
            for row in orders
        ),
    )  # fmt: skip
