"""Which stock movements a completion or a progress report causes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.commands import Command, CompleteWorkOrder, PartUsed, ReportWorkOrder
from models.messages.stock import StockMove
from models.messages.templates import PlanStep
from models.records.work_orders.rows import WorkOrderRow
from models.rules.boms import cumulative
from models.rules.commands import Refusal, RefusalKind
from models.rules.sentences import Sentence
from models.rules.stock import MoveKind
from models.rules.units import UnitMismatch, UnknownUnit, convert, precision, word

_BOOKED = text("""
    SELECT part_id, sum(quantity) AS quantity FROM stock_entries
     WHERE work_order_id = :work_order AND location = 'production' AND kind = 'issue' GROUP BY part_id
""")
_PARTS = text("SELECT id, sku, uom FROM parts WHERE sku = ANY(:skus)")
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Booking:
    """The occasion of some movements."""

    row: WorkOrderRow
    command: Command
    job_id: UUID
    seq: int
    at: datetime

    def move(self, kind: MoveKind, line: str, part_id: UUID, quantity: Decimal, lot: str | None = None) -> StockMove:
        """Return one movement, keyed so that it happens once for this fact and line."""
        return StockMove(
            key=f"{self.row.id}:{self.seq}:{line}", kind=kind, part_id=part_id, quantity=quantity, job_id=self.job_id,
            work_order_id=self.row.id, lot=lot, actor_id=self.command.actor_id, occurred_at=self.at,
        )  # fmt: skip


def movements(
    session: Session, booking: Booking, step: PlanStep, processed: Decimal
) -> tuple[StockMove, ...] | Refusal:
    """Return what this fact takes from stock, `processed` pieces having come out of the attempt by now.

    Parts the person named replace the plan for these parts; all others are booked as planned. Rework has no plan of
    its own: it uses what the person names.
    """
    request = booking.command.request
    if not isinstance(request, CompleteWorkOrder | ReportWorkOrder):
        return ()
    used = request.parts_used or ()
    named = _resolve(session, used)
    if isinstance(named, Refusal):
        return named
    stated = _stated(booking, used, named)
    if isinstance(stated, Refusal) or booking.row.attempt > 1:
        return stated
    replaced = {part_id for part_id, _ in named.values()}
    return stated + tuple(_planned(session, booking, step, processed, replaced))


def _resolve(session: Session, used: Sequence[PartUsed]) -> dict[str, tuple[UUID, str]] | Refusal:
    if not used:
        return {}
    rows = session.execute(_PARTS, {"skus": sorted({part.part for part in used})})
    found = {row.sku: (row.id, row.uom) for row in rows}
    unknown = sorted({part.part for part in used} - found.keys())
    if unknown:
        return Refusal.saying(RefusalKind.UNKNOWN_PART, Sentence("There is no part {parts}.", parts=", ".join(unknown)))
    return found


def _stated(
    booking: Booking, used: Sequence[PartUsed], named: Mapping[str, tuple[UUID, str]]
) -> tuple[StockMove, ...] | Refusal:
    moves: list[StockMove] = []
    for number, part in enumerate(used):
        part_id, uom = named[part.part]
        try:
            issued, ruined = (convert(amount, part.uom or uom, uom) for amount in (part.quantity, part.scrapped))
        except (UnknownUnit, UnitMismatch) as fault:
            why = Sentence("Part '{part}': {why}", part=part.part, why=fault.args[0])
            return Refusal.saying(RefusalKind.UNKNOWN_PART, why)
        if any(amount % precision(uom) for amount in (issued, ruined)):
            detail = Sentence(
                "'{part}' is counted in steps of {step} {uom}.", part=part.part, step=precision(uom), uom=word(uom)
            )
            return Refusal.saying(RefusalKind.UNKNOWN_PART, detail)
        moves.append(booking.move(MoveKind.ISSUE, f"used{number}", part_id, issued, part.lot))
        moves.append(booking.move(MoveKind.SCRAP, f"ruined{number}", part_id, ruined, part.lot))
    return tuple(move for move in moves if move.quantity)


def _planned(
    session: Session, booking: Booking, step: PlanStep, processed: Decimal, replaced: set[UUID]
) -> Sequence[StockMove]:
    """Book up to the plan's target for the pieces so far, so that rounding cannot drift over several reports."""
    booked: dict[UUID, Decimal] = {}
    if booking.row.processed > 0:
        rows = session.execute(_BOOKED, {"work_order": booking.row.id})
        booked = {row.part_id: row.quantity for row in rows}
    moves = []
    for line in step.parts:
        if line.part_id in replaced:
            continue
        target = cumulative(line, processed, booking.row.quantity)
        already = min(booked.get(line.part_id, _ZERO), target)
        booked[line.part_id] = booked.get(line.part_id, _ZERO) - already
        moves.append(booking.move(MoveKind.ISSUE, f"line{line.line}", line.part_id, target - already))
    return [move for move in moves if move.quantity > 0]
