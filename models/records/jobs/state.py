"""A job's whole state read back from its rows: what repair starts from, and what tests compare with."""

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.rules.jobs import Graph, Job, JobState, Pieces
from models.rules.jobs.state import CODES
from models.rules.orders import Status
from models.rules.work_orders import FINISHED, WorkOrderState

_ROWS = text("""
    SELECT step_index, attempt, state, held, quantity, returned, retrieved, good, scrapped, rejected
      FROM work_orders WHERE job_id = :job ORDER BY step_index, attempt
""")
_JOB = text("SELECT quantity, status, held FROM jobs WHERE id = :job")


def load_state(session: Session, job_id: UUID, graph: Graph) -> JobState:
    """Return the state a job's brain has, rebuilt from its work orders alone. Raises LookupError if unknown."""
    job = session.execute(_JOB, {"job": job_id}).first()
    if job is None:
        raise LookupError("There is no such job.")
    attempts: dict[int, list[Row[tuple[object, ...]]]] = defaultdict(list)
    for row in session.execute(_ROWS, {"job": job_id}):
        attempts[row.step_index].append(row)
    latest = [attempts[step][-1] for step in range(len(graph.keys))]
    state = JobState(
        quantity=job.quantity, states="".join(CODES[WorkOrderState(row.state)] for row in latest), job_held=job.held,
        status=Status(job.status), held=[row.step_index for row in latest if row.held],
    )  # fmt: skip
    for step, rows in sorted(attempts.items()):
        _note(state, step, rows)
    # A skipped step passes on what reached it; only the graph knows how much that was.
    job_again = Job(graph, state)
    job_again.settle_skipped()
    return job_again.state()


def _note(state: JobState, step: int, rows: list[Row[tuple[object, ...]]]) -> None:
    last = rows[-1]
    finished = WorkOrderState(last.state) in FINISHED
    if last.attempt > 1:
        state.attempts[step] = last.attempt
    made = sum((row.good - row.returned for row in rows), Decimal(0))
    if made != (state.quantity if last.state in ("COMPLETED", "SKIPPED") else 0):
        state.made[step] = made
    if not finished and (last.state != "WAITING" or last.attempt > 1):
        state.given[step] = last.quantity
    pieces = Pieces(last.good, last.scrapped, last.rejected)
    if not finished and pieces.total:
        state.progress[step] = pieces
    aside = _still_aside(rows)
    if aside:
        state.rejected[step] = aside


def _still_aside(rows: list[Row[tuple[object, ...]]]) -> Decimal:
    """Return the rejected pieces that no later attempt has retrieved."""
    return sum((row.rejected - row.retrieved for row in rows), Decimal(0))
