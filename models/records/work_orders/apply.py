"""Moves become facts here: one transaction, fenced, with the database's rows as the referee."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.commands import (
    Applied,
    ApplyMoves,
    AssignWorkOrder,
    CompleteWorkOrder,
    Missed,
    Move,
    Outcome,
    ReportWorkOrder,
    ReworkWorkOrder,
)
from models.messages.stock import Shortage
from models.records import codes, plans, stock
from models.records.access.skills import certificates
from models.records.errors import StateSkew
from models.records.refusals import named_shortages
from models.records.work_orders.consumption import Booking, movements
from models.records.work_orders.missed import missed
from models.records.work_orders.rows import JobRow, WorkOrderRow, fates_and_attempts, lock_job
from models.records.work_orders.standing import no_longer_allowed
from models.records.work_orders.write import Fact, write, write_refusal
from models.rules.collected_data import Value, check, failing
from models.rules.commands import CommandState, Refusal, RefusalKind
from models.rules.sentences import Sentence
from models.rules.skills import shortfall
from models.rules.templates import DataKind
from models.rules.units import PIECE_STEP, precision, word
from models.rules.work_orders import HANDS_ON, SKILLED, Action

_ZERO = Decimal(0)
_CLOCK_SLACK = timedelta(minutes=5)  # how far a tablet's clock may run ahead before its times are refused
_PERSON = text("SELECT 1 FROM users WHERE id = :id AND active AND kind = 'person'")
_TEAM = text("SELECT 1 FROM teams WHERE id = :id AND active")
_MEMBER = text("SELECT 1 FROM team_members WHERE team_id = :team AND user_id = :user")
_RECORDED = text("SELECT key, value FROM collected_data WHERE work_order_id = :work_order")
_FILES = text("SELECT id FROM files WHERE id = ANY(:ids)")
_PRODUCT = text("""
    SELECT p.sku, made.uom FROM manufacturing_orders m JOIN products p ON p.id = m.product_id
      JOIN parts made ON made.id = p.part_id WHERE m.id = :mo
""")


@dataclass
class _Batch:
    """One delivery of moves, and how far it has come."""

    session: Session
    request: ApplyMoves
    job: JobRow
    seq: int
    known: dict[UUID, Outcome]
    rows: dict[tuple[int, int], WorkOrderRow]
    parts_locked: bool = False
    written: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    missed: tuple[Missed, ...] = ()


class _Refused(Exception):  # noqa: N818 - carries a refusal, is not an error
    def __init__(self, refusal: Refusal, shortages: tuple[Shortage, ...] = ()) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal
        self.shortages = shortages


def apply(session: Session, request: ApplyMoves) -> Applied:
    """Write moves as the job's next facts, up to the first that fares otherwise than decided.

    A command decided before gives its stored fate again; facts the workflow does not know of are told to it. Raises
    StateSkew where the workflow is ahead of the database or of an older epoch, LookupError for an unknown job.
    """
    job = lock_job(session, request.job_id)
    if job.epoch != request.epoch:
        raise StateSkew(f"Job {job.code} was rebuilt; this workflow is of an older epoch.")
    wanted = {key for move in request.moves for key in _keys(move)}
    known, rows = fates_and_attempts(session, job.id, [move.command.id for move in request.moves], wanted)
    batch = _Batch(session, request, job, request.seq, known, rows)
    for move in request.moves:
        as_decided = _take(batch, move)
        if not as_decided:
            break
    return Applied(outcomes=tuple(batch.outcomes), missed=batch.missed)


def _take(batch: _Batch, move: Move) -> bool:
    """Settle one move; tell whether the following ones still stand on firm ground."""
    stored = batch.known.get(move.command.id)
    if _is_behind(batch, stored):
        batch.missed = missed(batch.session, batch.job, batch.seq)
        return False
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
        outcome = _refuse(batch, move, move.decision.refusal) if move.decision.refusal else _accept(batch, move)
    except _Refused as refused:
        outcome = _refuse(batch, move, refused.refusal, refused.shortages)
    batch.outcomes.append(outcome)
    batch.known[move.command.id] = outcome
    return outcome.state is CommandState.APPLIED or move.decision.refusal is not None


def _is_behind(batch: _Batch, stored: Outcome | None) -> bool:
    """Tell whether facts the workflow does not know of come before this move.

    A worker killed after its commit and before its answer leaves such facts. The commands are delivered again, but not
    always in the same order, nor all of them.
    """
    if stored is not None:
        return stored.seq is not None and stored.seq > batch.seq + 1
    return batch.seq < batch.job.seq + batch.written


def _refuse(batch: _Batch, move: Move, refusal: Refusal, shortages: tuple[Shortage, ...] = ()) -> Outcome:
    outcome = Outcome(
        command_id=move.command.id, state=CommandState.REFUSED, refusal=refusal, shortages=shortages,
        work_order_id=move.command.work_order_id,
    )  # fmt: skip
    write_refusal(batch.session, batch.request.tenant_id, batch.job.id, move.command, outcome)
    return outcome


def _accept(batch: _Batch, move: Move) -> Outcome:
    command, decision = move.command, move.decision
    if (lost := no_longer_allowed(batch.session, command)) is not None:
        raise _Refused(lost)
    rows = _rows(batch, move)
    row = rows.get((command.step, command.attempt)) if command.step is not None else None
    at = _when(move)
    data: dict[str, Value] = {}
    if row is not None:
        _check_person(batch, move, row)
        _check_skills(batch, move, row, at)
        _check_pieces(batch, move)
        data = _check_data(batch, move, row)
        _move_stock(batch, move, row, at)
    count = len(decision.openings)
    opened = codes.take(batch.session, batch.request.tenant_id, "WO", count) if count else []
    own = next((c.after for c in decision.changes if (c.step, c.attempt) == (command.step, command.attempt)), None)
    ready = [rows[c.step, c.attempt].code for c in decision.changes if c.after == "READY" and c.before != "READY"]
    outcome = Outcome(
        command_id=command.id, state=CommandState.APPLIED, work_order_id=row.id if row else None, work_order_state=own,
        seq=batch.seq + 1, ready=tuple(ready), opened=tuple(opened), job_ended=decision.ended,
    )  # fmt: skip
    fact = Fact(
        tenant_id=batch.request.tenant_id, job=batch.job, seq=batch.seq + 1, command=command, decision=decision,
        row=row, data=data, codes=tuple(opened), at=at,
    )  # fmt: skip
    write(batch.session, fact, outcome)
    batch.rows = {key: known for key, known in rows.items() if key not in _keys(move)}
    batch.seq += 1
    batch.written += 1
    return outcome


def _keys(move: Move) -> set[tuple[int, int]]:
    """Return the attempts a move reads and changes, by step and number."""
    keys = {(change.step, change.attempt) for change in move.decision.changes}
    return keys if move.command.step is None else keys | {(move.command.step, move.command.attempt)}


def _rows(batch: _Batch, move: Move) -> dict[tuple[int, int], WorkOrderRow]:
    """Return the rows a move needs; those its followers need are read with them, and kept until a move changes them."""
    if not _keys(move) <= batch.rows.keys():
        wanted = {key for each in batch.request.moves for key in _keys(each)} - batch.rows.keys()
        batch.rows |= fates_and_attempts(batch.session, batch.job.id, (), wanted)[1]
    return batch.rows


def _lock_parts(batch: _Batch) -> None:
    """Lock what several completions will take before the first one takes it, lest two deliveries wait in a circle."""
    if batch.parts_locked:
        return
    batch.parts_locked = True
    requests = [(move.command.step, move.command.request) for move in batch.request.moves]
    taking = [(step, request) for step, request in requests if isinstance(request, CompleteWorkOrder | ReportWorkOrder)]
    if len(taking) <= 1:
        return
    steps = plans.plan(batch.session, batch.request.tenant_id, batch.job.plan_hash).steps
    planned = {line.sku for step, _ in taking if step is not None and step < len(steps) for line in steps[step].parts}
    named = {part.part for _, request in taking for part in request.parts_used or ()}
    stock.lock(batch.session, planned | named)


def _when(move: Move) -> datetime:
    """Return when it happened: by the person's own clock where it acted offline, else when it reached us."""
    claimed = move.command.occurred_at
    if claimed is None:
        return move.command.received_at.astimezone(UTC)
    if claimed > move.command.received_at + _CLOCK_SLACK:
        told = f"{claimed:%Y-%m-%d %H:%M %Z}"
        detail = Sentence("It claims to have happened at {time}, which is still to come.", time=told)
        raise _Refused(Refusal.saying(RefusalKind.BAD_TIME, detail))
    return min(claimed, move.command.received_at).astimezone(UTC)


def _check_person(batch: _Batch, move: Move, row: WorkOrderRow) -> None:
    command = move.command
    someone_else = row.assignee_id not in (None, command.actor_id)
    if command.request.action in HANDS_ON and not command.may_act_for_others:
        if someone_else:
            detail = Sentence("{code} is assigned to somebody else; ask a manager to assign it to you.", code=row.code)
            raise _Refused(Refusal.saying(RefusalKind.NOT_YOURS, detail))
        if row.assignee_id is None and row.team_id is not None and not _is_member(batch, row.team_id, command.actor_id):
            detail = Sentence(
                "{code} is given to a team you are not in; ask a manager to assign it to you.", code=row.code
            )
            raise _Refused(Refusal.saying(RefusalKind.NOT_YOURS, detail))
    if isinstance(command.request, AssignWorkOrder):
        if not command.may_act_for_others and row.assignee_id != command.actor_id:
            detail = Sentence("{code} is not assigned to you; only what is yours can be handed over.", code=row.code)
            raise _Refused(Refusal.saying(RefusalKind.NOT_YOURS, detail))
        _check_assignment(batch, command.request)


def _check_skills(batch: _Batch, move: Move, row: WorkOrderRow, at: datetime) -> None:
    """Refuse work, or its assignment, to somebody whose certificates do not allow it then; managers are bound too."""
    request = move.command.request
    person = request.user_id if isinstance(request, AssignWorkOrder) else move.command.actor_id
    if not row.skills or person is None or request.action not in {*SKILLED, Action.ASSIGN}:
        return
    lacking = shortfall(certificates(batch.session, person, tuple(row.skills)), at)
    if lacking is not None:
        told = (
            Sentence("{code} is not for somebody {lacking}.", code=row.code, lacking=lacking)
            if isinstance(request, AssignWorkOrder)
            else Sentence("{code} may not be done by somebody {lacking}.", code=row.code, lacking=lacking)
        )
        raise _Refused(Refusal.saying(RefusalKind.NOT_QUALIFIED, told))


def _is_member(batch: _Batch, team_id: UUID, user_id: UUID) -> bool:
    return batch.session.execute(_MEMBER, {"team": team_id, "user": user_id}).first() is not None


def _check_assignment(batch: _Batch, request: AssignWorkOrder) -> None:
    if request.user_id is not None and batch.session.execute(_PERSON, {"id": request.user_id}).first() is None:
        raise _Refused(Refusal(RefusalKind.UNKNOWN_PERSON, "There is no such active person to assign the work to."))
    if request.team_id is not None and batch.session.execute(_TEAM, {"id": request.team_id}).first() is None:
        raise _Refused(Refusal(RefusalKind.UNKNOWN_PERSON, "There is no such team to give the work to."))


def _check_pieces(batch: _Batch, move: Move) -> None:
    """Refuse half a piece. What is left when `good` is not named is whole as long as all that is named is."""
    broken = [(name, amount) for name, amount in _named_pieces(move) if amount % PIECE_STEP]
    if not broken:
        return
    product = batch.session.execute(_PRODUCT, {"mo": batch.job.manufacturing_order_id}).one()
    step = precision(product.uom)
    for name, amount in broken:
        if amount % step:
            detail = Sentence(
                "{product} is counted in steps of {step} {uom}, so '{name}' cannot be {amount}.",
                product=product.sku, step=step, uom=word(product.uom), name=Sentence(name), amount=_plain(amount),
            )  # fmt: skip
            raise _Refused(Refusal.saying(RefusalKind.NOT_COUNTABLE, detail))


def _named_pieces(move: Move) -> list[tuple[str, Decimal]]:
    request = move.command.request
    if isinstance(request, CompleteWorkOrder | ReportWorkOrder):
        return [("good", request.good or _ZERO), ("scrapped", request.scrapped), ("rejected", request.rejected)]
    if isinstance(request, ReworkWorkOrder):
        return [("quantity", request.quantity or _ZERO)]
    return []


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
    # What a report does not name may follow; what it names must not speak against the pieces it calls good.
    named = {entry.key: values[entry.key] for entry in request.data}
    if move.decision.pieces.good > 0 and (failed := failing(step.data, named)) is not None:
        raise _Refused(failed)
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
    _lock_parts(batch)
    short = stock.post(batch.session, moves)
    if short:
        detail = Sentence("Not enough in stock (there / wanted): {parts}.", parts=named_shortages(short[:5]))
        raise _Refused(Refusal.saying(RefusalKind.STOCK_SHORT, detail), short)


def _plain(number: object) -> str:
    text_form = f"{number:f}"
    return text_form.rstrip("0").rstrip(".") if "." in text_form else text_form
