"""Facts a workflow does not know of: written by a worker that was killed before its answer reached Temporal."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.commands import Command, Missed, Outcome
from models.records.errors import StateSkew
from models.records.work_orders.rows import JobRow
from models.rules.commands import Door

_MISSED = text("""
    SELECT e.seq, c.id, c.data, c.actor_id, c.work_order_id, c.door, c.occurred_at, c.received_at, c.result,
           w.step_index, w.attempt, coalesce(w.code || ' ' || w.name, '') AS label
      FROM job_events e JOIN commands c ON c.id = e.command_id
      LEFT JOIN work_orders w ON w.id = c.work_order_id
     WHERE e.job_id = :job AND e.seq > :seq ORDER BY e.seq
""")


def missed(session: Session, job: JobRow, seq: int) -> tuple[Missed, ...]:
    """Return the commands whose facts follow `seq`, in order. Raises StateSkew where another hand wrote one of them."""
    facts = facts_after(session, job.id, seq)
    if [fact.outcome.seq for fact in facts] != list(range(seq + 1, job.seq + 1)):
        raise StateSkew(f"Job {job.code} is at fact {job.seq}, the workflow at {seq}.")
    return facts


def facts_after(session: Session, job_id: UUID, seq: int) -> tuple[Missed, ...]:
    """Return the commands whose facts follow `seq`, in order; facts without a command are passed over."""
    rows = session.execute(_MISSED, {"job": job_id, "seq": seq}).all()
    return tuple(
        Missed(
            command=Command(
                id=row.id, request=row.data, actor_id=row.actor_id, work_order_id=row.work_order_id,
                step=row.step_index, attempt=row.attempt or 1, label=row.label, occurred_at=row.occurred_at,
                received_at=row.received_at, door=Door(row.door),
            ),
            outcome=Outcome.model_validate(row.result),
        )
        for row in rows
    )  # fmt: skip
