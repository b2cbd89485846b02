"""Stock as people post it: receipts, adjustments, counts; balances, and a check of the books."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from secrets import randbits
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select, text
from sqlmodel import Session, col

from models.connections.ids import new_id
from models.messages.access import Actor
from models.messages.paging import Page
from models.messages.stock import (
    BalanceFault,
    BalanceFilters,
    BalanceView,
    CountedPart,
    Posted,
    Postings,
    StockCheck,
    StockCount,
    StockMove,
    StockPosting,
)
from models.records import audit
from models.records.catalog.parts import parts_by_sku
from models.records.paging import Listing, page
from models.records.refusals import StockShort, Unfit
from models.records.stock import lock, post
from models.rules.catalog import PartKind
from models.rules.sentences import Sentence
from models.rules.stock import MoveKind
from models.rules.units import MEASURE_STEP, UnitMismatch, UnknownUnit, convert, precision, word
from models.tables.base import utc_now
from models.tables.catalog import Part
from models.tables.stock import StockBalance, StockEntry

_BALANCES = Listing(
    "balances", StockBalance.part_id, sorts={"sku": Part.sku, "quantity": StockBalance.quantity},
    search=(Part.sku, Part.name),
)  # fmt: skip
# One walk of the ledger, however long. A movement's legs sum to zero: all of them do if their sums, each times a number
# that hangs on the movement's key and on chance, add up to zero. Only where they do not, the movement is looked for.
_CHECK = text("""
    WITH ledger AS MATERIALIZED (
        SELECT part_id, location, count(*) AS entries, sum(quantity) AS quantity,
               sum(quantity * hashtextextended(move_key, :chance)) AS weighted
          FROM stock_entries GROUP BY part_id, location),
    faults AS (
        SELECT coalesce(l.part_id, b.part_id) AS part_id, coalesce(l.location, b.location) AS location,
               coalesce(l.quantity, 0) AS ledger, coalesce(b.quantity, 0) AS balance
          FROM ledger l FULL JOIN stock_balances b ON b.part_id = l.part_id AND b.location = l.location
         WHERE coalesce(l.quantity, 0) <> coalesce(b.quantity, 0)
        UNION ALL
        SELECT part_id, NULL, sum(quantity), 0 FROM stock_entries
         WHERE part_id = ANY(ARRAY(SELECT part_id FROM ledger GROUP BY part_id HAVING sum(weighted) <> 0))
         GROUP BY part_id, move_key HAVING sum(quantity) <> 0)
    SELECT (SELECT coalesce(sum(entries), 0) FROM ledger) AS entries, f.*
      FROM (SELECT 1) books LEFT JOIN (SELECT f.*, p.sku FROM faults f JOIN parts p ON p.id = f.part_id) f ON true
     ORDER BY f.sku, f.location LIMIT 200
""")
_REBUILD = text("""
    INSERT INTO stock_balances (tenant_id, part_id, location, quantity)
    SELECT tenant_id, part_id, location, sum(quantity) FROM stock_entries GROUP BY tenant_id, part_id, location
    ON CONFLICT (part_id, location) DO UPDATE SET quantity = excluded.quantity
     WHERE stock_balances.quantity <> excluded.quantity
""")
_ZERO = text("""
    UPDATE stock_balances b SET quantity = 0 WHERE quantity <> 0 AND NOT EXISTS (
        SELECT 1 FROM stock_entries e WHERE e.part_id = b.part_id AND e.location = b.location)
""")
_STOP_POSTING = text("LOCK TABLE stock_balances IN SHARE ROW EXCLUSIVE MODE")


def _balances() -> Select[*tuple[Any, ...]]:
    """Return the query of balances with their parts and values."""
    by_ledger = (
        select(func.sum(col(StockEntry.quantity) * col(StockEntry.unit_cost)))
        .where(
            col(StockEntry.part_id) == col(StockBalance.part_id), col(StockEntry.location) == col(StockBalance.location)
        )
        .scalar_subquery()
    )
    by_price = col(StockBalance.quantity) * col(Part.unit_cost)
    value = case((col(Part.kind) == PartKind.MADE.value, func.coalesce(by_ledger, 0)), else_=by_price)
    return select(StockBalance, Part, func.round(value, 6).label("value")).join(
        Part, col(Part.id) == col(StockBalance.part_id)
    )


def balances(session: Session, filters: BalanceFilters) -> Page[BalanceView]:
    """Return one page of balances."""
    statement = _balances().where(col(StockBalance.location) == filters.location.value)
    if filters.short:
        statement = statement.where(col(StockBalance.quantity) < col(Part.minimum_stock))
    return page(session, statement, _BALANCES, filters, _balance)


def receive(session: Session, actor: Actor, postings: Postings) -> Posted:
    """Take goods in from outside, all lines or none. Raises Unfit."""
    return _post(session, actor, postings, MoveKind.RECEIPT)


def adjust(session: Session, actor: Actor, postings: Postings) -> Posted:
    """Correct stock up or down, all lines or none. Raises Unfit, and StockShort where it would fall below zero."""
    return _post(session, actor, postings, MoveKind.ADJUST)


def count(session: Session, actor: Actor, counted: StockCount) -> Posted:
    """Make stock what was counted; a part that was right is not moved. All lines or none. Raises Unfit."""
    lock(session, {line.part for line in counted.lines})
    parts = parts_by_sku(session, [line.part for line in counted.lines])
    there = {row.part_id: row.quantity for row in _present(session, [part.id for part in parts.values()])}
    lines = []
    for index, line in enumerate(counted.lines):
        part, found = _counted(line, index, parts)
        difference = found - there.get(part.id, Decimal(0))
        there[part.id] = found
        if difference:
            lines.append(StockPosting(part=part.sku, quantity=difference, reason=counted.reason))
    if not lines:
        return Posted(id=new_id(), balances=_present(session, [part.id for part in parts.values()]))
    return _post(session, actor, Postings(lines=tuple(lines), occurred_at=counted.occurred_at), MoveKind.ADJUST)


def check(session: Session) -> StockCheck:
    """Hold every balance against its ledger rows, and every movement's legs against zero."""
    rows = session.execute(_CHECK, {"chance": randbits(62)}).all()
    faults = tuple(
        BalanceFault(part_id=row.part_id, sku=row.sku, location=row.location, ledger=row.ledger, balance=row.balance)
        for row in rows
        if row.part_id is not None
    )
    return StockCheck(sound=not faults, entries=rows[0].entries, faults=faults)


def rebuild_balances(session: Session) -> None:
    """Make this factory's balances again from its ledger, whatever stands in them; postings wait meanwhile."""
    session.execute(_STOP_POSTING)
    session.execute(_REBUILD)
    session.execute(_ZERO)


def _post(session: Session, actor: Actor, postings: Postings, kind: MoveKind) -> Posted:
    now = utc_now()
    if postings.occurred_at is not None and postings.occurred_at > now:
        raise Unfit("Stock cannot move in the future.", "/occurred_at")
    parts = parts_by_sku(session, [line.part for line in postings.lines])
    identity = new_id()
    moves = [
        _move(f"{kind.value}:{identity}:{index}", kind, line, index, parts, actor, postings.occurred_at or now)
        for index, line in enumerate(postings.lines)
    ]
    short = post(session, moves)
    if short:
        raise StockShort(short)
    posted = Posted(id=identity, balances=_present(session, [part.id for part in parts.values()]))
    verb = "received" if kind is MoveKind.RECEIPT else "adjusted"
    audit.record(
        session, tenant_id=actor.tenant_id, action=f"stock:{verb}", module="stock", actor_id=actor.user_id,
        subject_id=identity, after=postings.model_dump(mode="json"),
    )  # fmt: skip
    return posted


def _move(  # noqa: PLR0913, PLR0917 - one movement has this many parts
    key: str, kind: MoveKind, line: StockPosting, index: int, parts: dict[str, Part], actor: Actor, instant: datetime
) -> StockMove:
    """Return one line as a movement in the part's stock unit. Raises Unfit at its place."""
    part = parts.get(line.part)
    if part is None:
        raise Unfit(Sentence("There is no part '{part}'.", part=line.part), f"/lines/{index}/part")
    if part.kind == "phantom":
        raise Unfit(Sentence("'{part}' is a phantom and never stocked.", part=part.sku), f"/lines/{index}/part")
    if line.quantity == 0 or (kind is MoveKind.RECEIPT and line.quantity < 0):
        raise Unfit("A receipt is more than nothing; an adjustment is not zero.", f"/lines/{index}/quantity")
    if kind is MoveKind.ADJUST and not line.reason:
        raise Unfit("An adjustment needs a reason.", f"/lines/{index}/reason")
    try:
        quantity = convert(line.quantity, line.uom or part.uom, part.uom)
    except (UnknownUnit, UnitMismatch) as error:
        raise Unfit(error.args[0], f"/lines/{index}/uom") from error
    if quantity % precision(part.uom) != 0:
        raise Unfit(_uneven(part), f"/lines/{index}/quantity")
    return StockMove(
        key=key, kind=kind, part_id=part.id, quantity=quantity.quantize(MEASURE_STEP), unit_cost=line.unit_cost,
        reason=line.reason, lot=line.lot, actor_id=actor.user_id, occurred_at=instant,
    )  # fmt: skip


def _counted(line: CountedPart, index: int, parts: dict[str, Part]) -> tuple[Part, Decimal]:
    """Return the part of a line and how much was found, in its stock unit. Raises Unfit at its place."""
    part = parts.get(line.part)
    if part is None:
        raise Unfit(Sentence("There is no part '{part}'.", part=line.part), f"/lines/{index}/part")
    try:
        found = convert(line.counted, line.uom or part.uom, part.uom)
    except (UnknownUnit, UnitMismatch) as error:
        raise Unfit(error.args[0], f"/lines/{index}/uom") from error
    if found % precision(part.uom) != 0:
        raise Unfit(_uneven(part), f"/lines/{index}/counted")
    return part, found


def _uneven(part: Part) -> str:
    step = precision(part.uom)
    return Sentence("'{part}' is counted in steps of {step} {uom}.", part=part.sku, step=step, uom=word(part.uom))


def _present(session: Session, parts: Sequence[UUID]) -> tuple[BalanceView, ...]:
    wanted = (col(StockBalance.part_id).in_(parts), col(StockBalance.location) == "stock")
    statement = _balances().where(*wanted).order_by(col(Part.sku))
    return tuple(_balance(row) for row in session.execute(statement))


def _balance(row: Row[Any]) -> BalanceView:
    balance, part = row.StockBalance, row.Part
    return BalanceView(
        part_id=part.id, sku=part.sku, name=part.name, uom=part.uom, location=balance.location,
        quantity=balance.quantity, minimum_stock=part.minimum_stock, value=row.value,
    )  # fmt: skip
