"""What a batch of moves must know of the job before it writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.commands import Outcome

# The job's row is locked first and alone: what is read afterwards sees every commit that held the lock before.
_LOCK_JOB = text("""
    SELECT id, code, order_id, manufacturing_order_id, epoch, seq - (ended_at IS NOT NULL)::int, status, plan_hash,
           quantity, ended_at IS NOT NULL
      FROM jobs WHERE id = :job FOR UPDATE
""")
_DECIDED = text("SELECT id, result FROM commands WHERE id = ANY(:ids) AND state <> 'PENDING'")
_ROWS = text("""
    SELECT w.id, w.code, w.name, w.step_index, w.attempt, w.state, w.held, w.assignee_id, w.quantity, w.good,
           w.scrapped, w.rejected
      FROM work_orders w
      JOIN unnest(CAST(:steps AS int[]), CAST(:attempts AS int[])) AS k(step, attempt)
        ON w.step_index = k.step AND w.attempt = k.attempt
     WHERE w.job_id = :job
""")


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job's row, locked. `seq` is its last fact but for the closing one, which no command causes."""

    id: UUID
    code: str
    order_id: UUID
    manufacturing_order_id: UUID
    epoch: int
    seq: int
    status: str
    plan_hash: str
    quantity: Decimal
    ended: bool


@dataclass(frozen=True, slots=True)
class WorkOrderRow:
    """One attempt as the database has it."""

    id: UUID
    code: str
    name: str
    step_index: int
    attempt: int
    state: str
    held: bool
    assignee_id: UUID | None
    quantity: Decimal
    good: Decimal
    scrapped: Decimal
    rejected: Decimal

    @property
    def processed(self) -> Decimal:
        """All pieces that came out so far."""
        return self.good + self.scrapped + self.rejected


def lock_job(session: Session, job_id: UUID) -> JobRow:
    """Lock and return a job. Raises LookupError where this tenant has none."""
    row = session.execute(_LOCK_JOB, {"job": job_id}).first()
    if row is None:
        raise LookupError("There is no such job.")
    return JobRow(*row)


def decided(session: Session, command_ids: Sequence[UUID]) -> dict[UUID, Outcome]:
    """Return the stored fates of those commands that have one."""
    rows = session.execute(_DECIDED, {"ids": list(command_ids)})
    return {row.id: Outcome.model_validate(row.result) for row in rows}


def attempts(session: Session, job_id: UUID, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], WorkOrderRow]:
    """Return the named (step, attempt) rows of a job."""
    steps, numbers = [step for step, _ in keys], [attempt for _, attempt in keys]
    rows = session.execute(_ROWS, {"job": job_id, "steps": steps, "attempts": numbers})
    return {(row.step_index, row.attempt): WorkOrderRow(*row) for row in rows}
