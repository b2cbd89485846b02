"""The stock ledger: one way in, for every movement there is."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.connections.ids import new_id
from models.messages.stock import Shortage, StockMove
from models.rules.catalog import PartKind
from models.rules.stock import ROUTES, Location, MoveKind

# Balance rows are locked in part order first, so that two postings of the same parts never wait for each other in a
# circle; the guarded update then refuses what would fall below zero.
# The parts are sorted below the join: sorted above it, they would be locked in whatever order they were found.
_LOCKED = """
    SELECT p.id, p.sku, p.name, p.kind, p.uom, p.unit_cost, coalesce(b.quantity, 0) AS on_hand
      FROM (SELECT * FROM parts WHERE {wanted} ORDER BY id) p LEFT JOIN LATERAL (
           SELECT quantity FROM stock_balances WHERE part_id = p.id AND location = 'stock' FOR UPDATE) b ON true
     ORDER BY p.id
"""
_LOCK = text(_LOCKED.format(wanted="id = ANY(:parts)"))
_LOCK_SKUS = text(_LOCKED.format(wanted="sku = ANY(:skus)"))
# Read after the lock: a statement that waits for one row sees all others as they were before.
_AVERAGE = text("""
    SELECT part_id, round(greatest(sum(quantity * unit_cost), 0) / sum(quantity), 6) AS cost
      FROM stock_entries WHERE part_id = ANY(:parts) AND location = 'stock' GROUP BY part_id HAVING sum(quantity) > 0
""")

# New balance rows are made in the same order for the same reason.
_POST = text("""
    WITH wanted AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:kinds AS text[]),
            CAST(:parts AS uuid[]), CAST(:locations AS text[]), CAST(:quantities AS numeric[]),
            CAST(:uoms AS text[]), CAST(:costs AS numeric[]), CAST(:jobs AS uuid[]), CAST(:work_orders AS uuid[]),
            CAST(:reasons AS text[]), CAST(:lots AS text[]), CAST(:actors AS uuid[]), CAST(:instants AS timestamptz[]))
        AS w(id, move_key, kind, part_id, location, quantity, uom, unit_cost, job_id, work_order_id, reason, lot,
             actor_id, occurred_at)
    ), posted AS (
        INSERT INTO stock_entries (tenant_id, id, move_key, kind, part_id, location, quantity, uom, unit_cost, job_id,
            work_order_id, reason, lot, actor_id, occurred_at, posted_at)
        SELECT current_setting('app.tenant')::uuid, w.*, now() FROM wanted w
        ON CONFLICT (tenant_id, move_key, part_id, location) DO NOTHING
        RETURNING part_id, location, quantity
    ), delta AS (
        SELECT part_id, location, sum(quantity) AS quantity FROM posted GROUP BY part_id, location
    ), changed AS (
        UPDATE stock_balances b SET quantity = b.quantity + d.quantity FROM delta d
         WHERE b.part_id = d.part_id AND b.location = d.location
        RETURNING b.part_id, b.location
    )
    INSERT INTO stock_balances (tenant_id, part_id, location, quantity)
    SELECT current_setting('app.tenant')::uuid, d.part_id, d.location, d.quantity FROM delta d
     WHERE NOT EXISTS (SELECT 1 FROM changed c WHERE c.part_id = d.part_id AND c.location = d.location)
     ORDER BY d.part_id, d.location
    ON CONFLICT (part_id, location) DO UPDATE SET quantity = stock_balances.quantity + excluded.quantity
""")


class _Legs:
    """The columns of the rows to write, two per movement."""

    def __init__(self) -> None:
        self.columns: dict[str, list[object]] = defaultdict(list)

    def add(self, move: StockMove, location: Location, quantity: Decimal, uom: str, cost: Decimal) -> None:
        row = {
            "ids": new_id(), "keys": move.key, "kinds": move.kind.value, "parts": move.part_id,
            "locations": location.value, "quantities": quantity, "uoms": uom, "costs": cost, "jobs": move.job_id,
            "work_orders": move.work_order_id, "reasons": move.reason, "lots": move.lot,
            "actors": move.actor_id, "instants": move.occurred_at,
        }  # fmt: skip
        for column, value in row.items():
            self.columns[column].append(value)


def _needs(moves: Sequence[StockMove]) -> dict[UUID, Decimal]:
    """Return, per part, how much the movements take out of stock on balance."""
    needs: dict[UUID, Decimal] = defaultdict(Decimal)
    for move in moves:
        source, target = ROUTES[move.kind]
        if source is Location.STOCK:
            needs[move.part_id] += move.quantity
        if target is Location.STOCK:
            needs[move.part_id] -= move.quantity
    return needs


def lock(session: Session, skus: Collection[str]) -> None:
    """Lock the balances of all parts that several postings of this transaction will touch, in the order of `post`."""
    session.execute(_LOCK_SKUS, {"skus": sorted(skus)})


def post(session: Session, moves: Sequence[StockMove]) -> tuple[Shortage, ...]:
    """Write movements to ledger and balances together; a key already posted is left as it is.

    Quantities are in each part's stock unit. Returns the parts that are short, and then nothing was written.
    Raises LookupError for a part this tenant does not have.
    """
    moves = [move for move in moves if move.quantity != 0]
    if not moves:
        return ()
    needs = _needs(moves)
    parts = {row.id: row for row in session.execute(_LOCK, {"parts": sorted(needs)})}
    if len(parts) != len(needs):
        raise LookupError("one of the parts does not exist")
    short = tuple(
        Shortage(part_id=row.id, sku=row.sku, name=row.name, uom=row.uom, wanted=needs[row.id], on_hand=row.on_hand)
        for row in parts.values()
        if needs[row.id] > 0 and needs[row.id] > row.on_hand
    )
    if short:
        return short
    averages = _averages(session, {move.part_id for move in moves if _at_average(move, parts[move.part_id].kind)})
    legs = _Legs()
    for move in moves:
        part, (source, target) = parts[move.part_id], ROUTES[move.kind]
        own = averages.get(part.id, part.unit_cost) if _at_average(move, part.kind) else part.unit_cost
        cost = own if move.unit_cost is None else move.unit_cost
        legs.add(move, source, -move.quantity, part.uom, cost)
        legs.add(move, target, move.quantity, part.uom, cost)
    session.execute(_POST, legs.columns)
    return ()


def _at_average(move: StockMove, kind: str) -> bool:
    """Tell whether a movement is valued at what the goods on hand cost: a made part's, which has no price."""
    return kind == PartKind.MADE and move.unit_cost is None and move.kind is not MoveKind.RECEIPT


def _averages(session: Session, parts: Collection[UUID]) -> dict[UUID, Decimal]:
    """Return what a unit of each part on hand has cost on average; a part of which nothing is there is missing."""
    if not parts:
        return {}
    return {row.part_id: row.cost for row in session.execute(_AVERAGE, {"parts": sorted(parts)})}
