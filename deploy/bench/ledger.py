"""Postings of the stock ledger against the same double entry written as one would at first: statement by statement."""

import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from statistics import median
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from deploy.bench.factory import Factory
from deploy.bench.figures import Figure
from models.connections.ids import new_id
from models.connections.postgres import begin
from models.messages.stock import StockMove
from models.records import stock
from models.rules.stock import ROUTES, MoveKind
from models.tables.base import utc_now

_LINES, _POSTINGS = 10, 60
_PARTS = text("SELECT id FROM parts ORDER BY sku LIMIT :count")
_PART = text("SELECT id, uom, unit_cost FROM parts WHERE id = :id")
_BALANCE = text("SELECT quantity FROM stock_balances WHERE part_id = :part AND location = :location FOR UPDATE")
_KNOWN = text("SELECT 1 FROM stock_entries WHERE move_key = :key AND part_id = :part AND location = :location")
_ENTRY = text("""
    INSERT INTO stock_entries (tenant_id, id, move_key, kind, part_id, location, quantity, uom, unit_cost, occurred_at,
        posted_at) VALUES (:tenant, :id, :key, 'issue', :part, :location, :quantity, :uom, :cost, :at, now())
""")
_CHANGE = text("""
    UPDATE stock_balances SET quantity = quantity + :quantity WHERE part_id = :part AND location = :location
    RETURNING quantity
""")
_FIRST = text("""
    INSERT INTO stock_balances (tenant_id, part_id, location, quantity) VALUES (:tenant, :part, :location, :quantity)
""")


def measure(factory: Factory, pairs: int) -> list[Figure]:
    """Return postings per second of the product's ledger as a multiple of the plain way, ten parts per posting."""
    tenant = factory.actor.tenant_id
    with begin(tenant) as session:
        parts = list(session.execute(_PARTS, {"count": _LINES}).scalars())
    ratios, rates = [], []
    for _ in range(pairs):
        plain, ours = (_rate(partial(post, tenant, parts)) for post in (_plainly, _ours))
        ratios.append(ours / plain)
        rates.append((ours, plain))
    ours, plain = max(rates)
    note = f"{ours:.0f}/s against {plain:.0f}/s, one connection, {_LINES} parts each"
    return [
        Figure("ledger", "posting ÷ the same, statement by statement", median(ratios), "x", at_least=2.3, note=note)
    ]


def _rate(post: Callable[[], None]) -> float:
    began = time.perf_counter()
    for _ in range(_POSTINGS):
        post()
    return _POSTINGS / (time.perf_counter() - began)


def _ours(tenant: UUID, parts: list[UUID]) -> None:
    key, at = new_id(), utc_now()
    with begin(tenant) as session:
        stock.post(session, [
            StockMove(key=f"{key}", kind=MoveKind.ISSUE, part_id=part, quantity=Decimal(1), occurred_at=at)
            for part in parts
        ])  # fmt: skip


def _plainly(tenant: UUID, parts: list[UUID]) -> None:
    key = new_id()
    with begin(tenant) as session:
        for part in parts:
            _post_one(session, tenant, f"{key}", part)


def _post_one(session: Session, tenant: UUID, key: str, part: UUID) -> None:
    """Read the part and its balance, then write two entries and two balances, each after asking for repetition."""
    row = session.execute(_PART, {"id": part}).one()
    source, target = ROUTES[MoveKind.ISSUE]
    on_hand = session.execute(_BALANCE, {"part": part, "location": source.value}).scalar_one()
    if on_hand < 1:
        raise ValueError("the benchmark's stock is used up")
    for location, quantity in ((source.value, Decimal(-1)), (target.value, Decimal(1))):
        leg = {"tenant": tenant, "key": key, "part": part, "location": location, "quantity": quantity}
        if session.execute(_KNOWN, leg).first() is None:
            session.execute(_ENTRY, leg | {"id": new_id(), "uom": row.uom, "cost": row.unit_cost, "at": utc_now()})
            if session.execute(_CHANGE, leg).first() is None:
                session.execute(_FIRST, leg)
