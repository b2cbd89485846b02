"""Moves become facts here: one transaction, fenced, with the database's rows as the referee."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.commands import (
    Applied,
    ApplyMoves,
    AssignWorkOrder,
    CompleteWorkOrder,
    Move,
    Outcome,
    ReportWorkOrder,
)
from models.messages.stock import Shortage
from models.records import codes, plans, stock
from models.records.errors import StateSkew
from models.records.work_orders.consumption import Booking, movements
from models.records.work_orders.rows import JobRow, WorkOrderRow, attempts, decided, lock_job
from models.records.work_orders.write import Fact, write, write_fate
from models.rules.collected_data import Value, check
from models.rules.commands import CommandState, Refusal, RefusalKind
from models.rules.templates import DataKind
from models.rules.work_orders import HANDS_ON, Action

_CLOCK_SLACK = timedelta(minutes=5)  # how far a tablet's clock may run ahead before its times are refused
_PERSON = text("SELECT 1 FROM users WHERE id = :id AND active")
_RECORDED = text("SELECT key, value FROM collected_data WHERE work_order_id = :work_order")
_FILES = text("SELECT id FROM files WHERE id = ANY(:ids)")


@dataclass
class _Batch:
    """One delivery of moves, and how far it has come."""

    session: Session
    request: ApplyMoves
    job: JobRow
    seq: int
    known: dict[UUID, Outcome]
    written: int = 0
    outcomes: list[Outcome] = field(default_factory=list)


class _Refused(Exception):  # noqa: N818 - carries a refusal, is not an error
    def __init__(self, refusal: Refusal, shortages: tuple[Shortage, ...] = ()) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal
        self.shortages = shortages


def apply(session: Session, request: ApplyMoves) -> Applied:
    """Write moves as the job's next facts, up to the first that fares otherwise than decided.

    A command decided before gives its stored fate again. Raises StateSkew where the workflow and the database
    disagree, LookupError for an unknown job.
    """
    job = lock_job(session, request.job_id)
    if job.epoch != request.epoch:
        raise StateSkew(f"Job {job.code} was rebuilt; this workflow is of an older epoch.")
    known = decided(session, [move.command.id for move in request.moves])
    batch = _Batch(session, request, job, request.seq, known)
    for move in request.moves:
        as_decided = _take(batch, move)
        if not as_decided:
            break
    return Applied(outcomes=tuple(batch.outcomes))


def _take(batch: _Batch, move: Move) -> bool:
    """Settle one move; tell whether the following ones still stand on firm ground."""
    stored = batch.known.get(move.command.id)
    if stored is not None:
        batch.outcomes.append(stored)
        if stored.seq == batch.seq + 1:
            # This very delivery was written before and its answer got lost on the way.
            batch.seq += 1
            return True
        return stored.state is CommandState.REFUSED and move.decision.refusal is not None
    if batch.seq != batch.job.seq + batch.written:
        raise StateSkew(f"Job {batch.job.code} is at fact {batch.job.seq}, the workflow at {batch.seq}.")
    try:
        outcome = _refused(move, move.decision.refusal) if move.decision.refusal else _accept(batch, move)
    except _Refused as refused:
        outcome = _refused(move, refused.refusal, refused.shortages)
    batch.outcomes.append(outcome)
    batch.known[move.command.id] = outcome
    write_fate(batch.session, batch.request.tenant_id, batch.job.id, move.command, outcome)
    return outcome.state is CommandState.APPLIED or move.decision.refusal is not None


def _refused(move: Move, refusal: Refusal, shortages: tuple[Shortage, ...] = ()) -> Outcome:
    return Outcome(
        command_id=move.command.id, state=CommandState.REFUSED, refusal=refusal, shortages=shortages,
        work_order_id=move.command.work_order_id,
    )  # fmt: skip


def _accept(batch: _Batch, move: Move) -> Outcome:
    command, decision = move.command, move.decision
    keys = {(change.step, change.attempt) for change in decision.changes}
    if command.step is not None:
        keys.add((command.step, command.attempt))
    rows = attempts(batch.session, batch.job.id, sorted(keys))
    row = rows.get((command.step, command.attempt)) if command.step is not None else None
    at = _when(move)
    data: dict[str, Value] = {}
    if row is not None:
        _check_person(batch, move, row)
        data = _check_data(batch, move, row)
        _move_stock(batch, move, row, at)
    count = len(decision.openings)
    opened = codes.take(batch.session, batch.request.tenant_id, "WO", count) if count else []
    fact = Fact(
        tenant_id=batch.request.tenant_id, job=batch.job, seq=batch.seq + 1, command=command, decision=decision,
        row=row, data=data, codes=tuple(opened), at=at,
    )  # fmt: skip
    write(batch.session, fact)
    batch.seq += 1
    batch.written += 1
    own = next((c.after for c in decision.changes if (c.step, c.attempt) == (command.step, command.attempt)), None)
    ready = [rows[c.step, c.attempt].code for c in decision.changes if c.after == "READY" and c.before != "READY"]
    return Outcome(
        command_id=command.id, state=CommandState.APPLIED, work_order_id=row.id if row else None, work_order_state=own,
        seq=fact.seq, ready=tuple(ready), opened=tuple(opened), job_ended=decision.ended,
    )  # fmt: skip


def _when(move: Move) -> datetime:
    """Return when it happened: by the person's own clock where it acted offline, else when it reached us."""
    claimed = move.command.occurred_at
    if claimed is None:
        return move.command.received_at.astimezone(UTC)
    if claimed > move.command.received_at + _CLOCK_SLACK:
        raise _Refused(Refusal(
            RefusalKind.BAD_TIME, f"It claims to have happened at {claimed:%Y-%m-%d %H:%M %Z}, which is still to come."
        ))  # fmt: skip
    return min(claimed, move.command.received_at).astimezone(UTC)


def _check_person(batch: _Batch, move: Move, row: WorkOrderRow) -> None:
    command = move.command
    someone_else = row.assignee_id not in (None, command.actor_id)
    if command.request.action in HANDS_ON and someone_else and not command.may_act_for_others:
        detail = f"{row.code} is assigned to somebody else; ask a manager to assign it to you."
        raise _Refused(Refusal(RefusalKind.NOT_YOURS, detail))
    if isinstance(command.request, AssignWorkOrder) and command.request.user_id is not None:
        person = batch.session.execute(_PERSON, {"id": command.request.user_id}).first()
        if person is None:
            raise _Refused(Refusal(RefusalKind.UNKNOWN_PERSON, "There is no such active person to assign the work to."))


def _check_data(batch: _Batch, move: Move, row: WorkOrderRow) -> dict[str, Value]:
    request = move.command.request
    if not isinstance(request, CompleteWorkOrder | ReportWorkOrder):
        return {}
    step = plans.plan(batch.session, batch.request.tenant_id, batch.job.plan_hash).steps[row.step_index]
    entries = _recorded(batch.session, row) | {entry.key: entry.value for entry in request.data}
    passes = isinstance(request, CompleteWorkOrder) and move.decision.pieces.good + row.good > 0
    values = check(step.data, entries, good=passes)
    if isinstance(values, Refusal):
        raise _Refused(values)
    files = {UUID(str(values[f.key])) for f in step.data if f.kind is DataKind.FILE and f.key in values}
    if files:
        found = {found.id for found in batch.session.execute(_FILES, {"ids": sorted(files)})}
        if found != files:
            detail = "The attached file was not uploaded; upload it first and give its id."
            raise _Refused(Refusal(RefusalKind.UNKNOWN_FILE, detail))
    return values


def _recorded(session: Session, row: WorkOrderRow) -> dict[str, Value]:
    """Return what earlier progress reports of this attempt recorded."""
    if row.processed == 0:
        return {}
    return {entry.key: entry.value for entry in session.execute(_RECORDED, {"work_order": row.id})}


def _move_stock(batch: _Batch, move: Move, row: WorkOrderRow, at: datetime) -> None:
    if move.command.request.action not in (Action.COMPLETE, Action.REPORT):
        return
    step = plans.plan(batch.session, batch.request.tenant_id, batch.job.plan_hash).steps[row.step_index]
    booking = Booking(row, move.command, batch.job.id, batch.seq + 1, at)
    moves = movements(batch.session, booking, step, row.processed + move.decision.pieces.total)
    if isinstance(moves, Refusal):
        raise _Refused(moves)
    short = stock.post(batch.session, moves)
    if short:
        lines = "; ".join(f"{s.sku}: {_plain(s.wanted)} {s.uom} wanted, {_plain(s.on_hand)} there" for s in short[:5])
        raise _Refused(Refusal(RefusalKind.STOCK_SHORT, f"Not enough in stock. {lines}."), short)


def _plain(number: object) -> str:
    text_form = f"{number:f}"
    return text_form.rstrip("0").rstrip(".") if "." in text_form else text_form
