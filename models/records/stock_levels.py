"""What there is of each part beside what open orders still need: levels, and totals."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select, text
from sqlmodel import Session, col

from models.messages.paging import Page
from models.messages.stock import LevelFilters, StockLevel, StockTotals
from models.records.paging import Listing, page, whole
from models.rules.catalog import PartKind
from models.tables.catalog import Part, Supplier
from models.tables.stock import StockBalance, StockEntry

_LISTING = Listing("stock_levels", Part.id, sorts={"sku": Part.sku, "name": Part.name}, search=(Part.sku, Part.name))
_ZERO = Decimal(0)
_OPEN = "SELECT id FROM manufacturing_orders WHERE status IN ('PLANNED', 'IN_PROGRESS', 'ON_HOLD')"
# What an order took is found by its jobs, and only for the parts asked for. Here as below, OFFSET 0 keeps the planner
# going from the open orders, which are few, to their needs and jobs: never through all that there ever were.
_TAKEN = """
    SELECT m.id AS mo, e.part_id, sum(-e.quantity) AS quantity
      FROM open_orders m CROSS JOIN LATERAL (
           SELECT id FROM jobs j WHERE j.manufacturing_order_id = m.id OFFSET 0) j
     CROSS JOIN LATERAL (
           SELECT e.part_id, e.quantity FROM stock_entries e WHERE e.job_id = j.id AND e.location = 'stock'
              AND e.kind IN ('issue', 'return') OFFSET 0) e
"""
_NEEDS = text(f"""
    WITH open_orders AS MATERIALIZED ({_OPEN}),
         wanted AS MATERIALIZED (
             SELECT m.id AS mo, r.part_id, r.quantity FROM open_orders m CROSS JOIN LATERAL (
                    SELECT * FROM requirements r WHERE r.manufacturing_order_id = m.id OFFSET 0) r
              WHERE r.part_id = ANY(:parts)),
         issued AS MATERIALIZED ({_TAKEN} WHERE e.part_id = ANY(:parts) GROUP BY 1, 2)
    SELECT w.part_id, sum(greatest(w.quantity - coalesce(i.quantity, 0), 0)) AS needed
      FROM wanted w LEFT JOIN issued i ON i.mo = w.mo AND i.part_id = w.part_id GROUP BY w.part_id
""")  # noqa: S608 - built from constants only
# Only parts whose whole requirement exceeds the stock can be short: of few parts what was taken is summed.
SHORT = f"""
    WITH open_orders AS MATERIALIZED ({_OPEN}),
         open_needs AS MATERIALIZED (
             SELECT r.* FROM open_orders m CROSS JOIN LATERAL (
                    SELECT * FROM requirements r WHERE r.manufacturing_order_id = m.id OFFSET 0) r),
         doubtful AS MATERIALIZED (
             SELECT p.id, coalesce(b.quantity, 0) AS on_hand, p.minimum_stock
               FROM parts p LEFT JOIN stock_balances b ON b.part_id = p.id AND b.location = 'stock'
               LEFT JOIN (SELECT r.part_id, sum(r.quantity) AS quantity FROM open_needs r GROUP BY 1) w
                      ON w.part_id = p.id
              WHERE p.active AND coalesce(b.quantity, 0) < greatest(coalesce(w.quantity, 0), p.minimum_stock)),
         issued AS MATERIALIZED ({_TAKEN} WHERE e.part_id IN (SELECT id FROM doubtful) GROUP BY 1, 2),
         needs AS MATERIALIZED (
             SELECT r.manufacturing_order_id AS mo, r.part_id,
                    greatest(r.quantity - coalesce(i.quantity, 0), 0) AS needed
               FROM open_needs r JOIN doubtful d ON d.id = r.part_id
               LEFT JOIN issued i ON i.mo = r.manufacturing_order_id AND i.part_id = r.part_id),
         short AS MATERIALIZED (
             SELECT d.id, d.on_hand, d.minimum_stock, coalesce(n.needed, 0) AS needed
               FROM doubtful d LEFT JOIN (SELECT part_id, sum(needed) AS needed FROM needs GROUP BY 1) n
                 ON n.part_id = d.id
              WHERE coalesce(n.needed, 0) > d.on_hand OR d.on_hand < d.minimum_stock)
"""  # noqa: S608 - built from constants only
_SHORT_IDS = text(f"{SHORT} SELECT id FROM short")  # noqa: S608 - built from constants only
_TOTALS = text(f"""
    {SHORT} SELECT
        (SELECT count(*) FROM stock_balances WHERE location = 'stock' AND quantity > 0) AS parts,
        (SELECT count(*) FROM short) AS short,
        (SELECT coalesce(round(sum(b.quantity * p.unit_cost), 6), 0) FROM stock_balances b
           JOIN parts p ON p.id = b.part_id AND p.kind <> 'made' WHERE b.location = 'stock')
        + (SELECT coalesce(round(sum(e.value), 6), 0) FROM parts p CROSS JOIN LATERAL (
                  SELECT e.quantity * e.unit_cost AS value FROM stock_entries e
                   WHERE e.part_id = p.id AND e.location = 'stock' OFFSET 0) e WHERE p.kind = 'made') AS value
""")  # noqa: S608 - built from constants only


def levels(session: Session, filters: LevelFilters) -> Page[StockLevel]:
    """Return one page of stock levels; two statements."""
    found = page(session, _wanted(session, filters), _LISTING, filters, _shown)
    needs = needed(session, [level.part_id for level in found.items])
    return found.model_copy(update={"items": tuple(_with(level, needs) for level in found.items)})


def every_level(session: Session, filters: LevelFilters) -> Iterator[StockLevel]:
    """Yield all stock levels that fit, in the order asked for."""
    found = list(whole(session, _wanted(session, filters), _LISTING, filters, _shown))
    needs = needed(session, [level.part_id for level in found])
    for level in found:
        yield _with(level, needs)


def level(session: Session, part_id: UUID) -> StockLevel | None:
    """Return the stock level of one part; None where there is no such part."""
    row = session.execute(_levels().where(col(Part.id) == part_id)).first()
    return None if row is None else _with(_shown(row), needed(session, [part_id]))


def levels_of(session: Session, parts: Sequence[UUID]) -> dict[UUID, StockLevel]:
    """Return the stock levels of some parts."""
    needs = needed(session, parts)
    rows = session.execute(_levels().where(col(Part.id).in_(parts)))
    return {row.Part.id: _with(_shown(row), needs) for row in rows}


def needed(session: Session, parts: Sequence[UUID]) -> dict[UUID, Decimal]:
    """Return what open orders have yet to take of each of these parts; those of which nothing is needed are missing."""
    if not parts:
        return {}
    return {row.part_id: row.needed for row in session.execute(_NEEDS, {"parts": sorted(parts)})}


def totals(session: Session) -> StockTotals:
    """Return how many parts are on hand and short, and what lies in stock is worth."""
    return StockTotals.model_validate(dict(session.execute(_TOTALS).mappings().one()))


def _levels() -> Select[*tuple[Any, ...]]:
    by_ledger = (
        select(func.sum(col(StockEntry.quantity) * col(StockEntry.unit_cost)))
        .where(col(StockEntry.part_id) == col(Part.id), col(StockEntry.location) == "stock")
        .scalar_subquery()
    )
    on_hand = func.coalesce(col(StockBalance.quantity), 0)
    value = case(
        (col(Part.kind) == PartKind.MADE.value, func.coalesce(by_ledger, 0)), else_=on_hand * col(Part.unit_cost)
    )
    here = (col(StockBalance.part_id) == col(Part.id)) & (col(StockBalance.location) == "stock")
    return select(Part, on_hand.label("on_hand"), func.round(value, 6).label("value")).outerjoin(StockBalance, here)


def _wanted(session: Session, filters: LevelFilters) -> Select[*tuple[Any, ...]]:
    """Return the statement of a list; a part that is no longer used is shown for as long as some of it is there."""
    statement = _levels().where(
        col(Part.kind) != PartKind.PHANTOM.value, col(Part.active) | (func.coalesce(col(StockBalance.quantity), 0) > 0)
    )
    if filters.kind is not None:
        statement = statement.where(col(Part.kind) == filters.kind.value)
    if filters.supplier is not None:
        named = select(col(Supplier.id)).where(col(Supplier.code) == filters.supplier)
        statement = statement.where(col(Part.supplier_id).in_(named))
    if filters.short:
        statement = statement.where(col(Part.id).in_(session.scalars(_SHORT_IDS).all()))
    return statement


def _shown(row: Row[Any]) -> StockLevel:
    part: Part = row.Part
    return StockLevel(
        part_id=part.id, sku=part.sku, name=part.name, kind=PartKind(part.kind), uom=part.uom, on_hand=row.on_hand,
        needed=_ZERO, available=row.on_hand, minimum_stock=part.minimum_stock, unit_cost=part.unit_cost,
        value=row.value, active=part.active,
    )  # fmt: skip


def _with(level: StockLevel, needs: dict[UUID, Decimal]) -> StockLevel:
    wanted = needs.get(level.part_id, _ZERO)
    return level.model_copy(update={"needed": wanted, "available": level.on_hand - wanted})
