"""Jobs that fell quiet, and whether Temporal knows their last fact."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

_QUIET = text("""
    SELECT j.id, j.code, j.seq FROM orders o JOIN jobs j ON j.order_id = o.id
     WHERE o.status IN ('PLANNED', 'IN_PROGRESS', 'ON_HOLD') AND j.heard < j.seq
       AND NOT EXISTS (SELECT 1 FROM job_events e WHERE e.job_id = j.id AND e.recorded_at > now() - :quiet)
     ORDER BY j.id LIMIT :limit
""")
_HEARD = text("UPDATE jobs SET heard = greatest(heard, :seq) WHERE id = :job")


@dataclass(frozen=True, slots=True)
class QuietJob:
    """A job without a new fact for a while, whose last one Temporal has not been seen to know."""

    id: UUID
    code: str
    seq: int


def quiet_jobs(session: Session, quiet: timedelta, limit: int = 20) -> list[QuietJob]:
    """Return this tenant's quiet jobs in unfinished orders."""
    return [QuietJob(*row) for row in session.execute(_QUIET, {"quiet": quiet, "limit": limit})]


def note_heard(session: Session, job_id: UUID, seq: int) -> None:
    """Note which fact Temporal knows."""
    session.execute(_HEARD, {"job": job_id, "seq": seq})
