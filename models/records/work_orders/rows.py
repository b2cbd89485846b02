"""What a batch of moves must know of the job before it writes."""

from collections.abc import Collection, Sequence
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
# Both in one round trip: the fates there are already, once per row, and the rows.
_READ = text("""
    SELECT d.fates, w.*
      FROM (SELECT jsonb_agg(result) AS fates FROM commands WHERE id = ANY(:ids) AND state <> 'PENDING') d
      LEFT JOIN (
        SELECT w.id, w.code, w.name, w.step_index, w.attempt, w.state, w.held, w.assignee_id, w.team_id, w.quantity,
               w.good, w.scrapped, w.rejected, w.skills
          FROM work_orders w
          JOIN unnest(CAST(:steps AS int[]), CAST(:attempts AS int[])) AS k(step, attempt)
            ON w.step_index = k.step AND w.attempt = k.attempt
         WHERE w.job_id = :job) w ON true
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
    team_id: UUID | None
    quantity: Decimal
    good: Decimal
    scrapped: Decimal
    rejected: Decimal
    skills: Sequence[str]

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


def fates_and_attempts(
    session: Session, job_id: UUID, command_ids: Sequence[UUID], keys: Collection[tuple[int, int]]
) -> tuple[dict[UUID, Outcome], dict[tuple[int, int], WorkOrderRow]]:
    """Return the stored fates of those commands that have one, and the named (step, attempt) rows of a job."""
    ordered = sorted(keys)
    rows = session.execute(_READ, {
        "job": job_id, "ids": list(command_ids),
        "steps": [step for step, _ in ordered], "attempts": [attempt for _, attempt in ordered],
    }).all()  # fmt: skip
    fates = [Outcome.model_validate(fate) for fate in rows[0].fates or ()]
    found = [WorkOrderRow(*values) for _, *values in rows if values[0] is not None]
    return {fate.command_id: fate for fate in fates}, {(row.step_index, row.attempt): row for row in found}
