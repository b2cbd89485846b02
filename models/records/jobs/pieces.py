"""Where the pieces of a job are, step by step: what came in is what was made, lost, put aside or is still open."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.pieces import JobPieces, StepPieces
from models.records.jobs.views import job

# Pieces that a later attempt takes up again had come in before: they are counted once, and told as rework beside it.
_STEPS = text("""
    SELECT step_index, step_key, min(name) AS name,
           sum(CASE WHEN state = 'SKIPPED' THEN 0 ELSE quantity - returned - retrieved END) AS entered,
           sum(good - returned) AS good, sum(scrapped) AS scrapped, sum(rejected - retrieved) AS aside,
           sum(CASE WHEN ended_at IS NULL THEN quantity - good - scrapped - rejected ELSE 0 END) AS still_open,
           sum(CASE WHEN state = 'CANCELLED' THEN quantity - good - scrapped - rejected ELSE 0 END) AS given_up,
           sum(returned + retrieved) AS reworked, bool_and(state = 'SKIPPED') AS skipped
      FROM work_orders WHERE job_id = :job GROUP BY step_index, step_key ORDER BY step_index
""")


def pieces(session: Session, job_id: UUID) -> JobPieces:
    """Return the pieces of every step of a job. Raises Missing."""
    view = job(session, job_id)
    steps = tuple(StepPieces.model_validate(dict(row)) for row in session.execute(_STEPS, {"job": job_id}).mappings())
    return JobPieces(
        job_id=job_id, quantity=view.quantity, produced=view.produced, steps=steps,
        scrapped=sum((step.scrapped for step in steps), Decimal(0)),
        aside=sum((step.aside for step in steps), Decimal(0)),
        reworked=sum((step.reworked for step in steps), Decimal(0)),
    )  # fmt: skip
