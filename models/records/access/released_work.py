"""What becomes of the work of somebody who is put out: it goes back to where others can take it."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.connections.ids import new_id
from models.messages.access import Actor
from models.messages.commands import AssignWorkOrder, PauseWorkOrder, Request
from models.records import commands
from models.records.commands import Asked
from models.rules.access import Permission
from models.rules.commands import Door
from models.rules.work_orders import OPEN, WorkOrderState
from models.tables.base import utc_now

_WHY = "The person who worked on it was deactivated."
_STEP = timedelta(microseconds=1)  # commands of one job are decided in the order they were received
_ASSIGNED = text("""
    SELECT w.id, w.state, t.id AS team FROM work_orders w LEFT JOIN teams t ON t.id = w.team_id AND t.active
     WHERE w.assignee_id = :user AND w.state = ANY(:open) ORDER BY w.id
""")


def release_work(session: Session, actor: Actor, user_id: UUID) -> int:
    """Put commands into the inbox that pause a person's running work and give all of it back; returns how much it was.

    Work that a team had goes back to the team, all other work to everybody. The commands stand or fall with the
    caller's transaction; a relay hands them to the jobs, and each is told in the audit trail as any other.
    """
    assigned = session.execute(_ASSIGNED, {"user": user_id, "open": sorted(OPEN)}).all()
    wishes: list[tuple[UUID, Request]] = []
    for work in assigned:
        if work.state == WorkOrderState.IN_PROGRESS:
            wishes.append((work.id, PauseWorkOrder(reason=_WHY)))
        wishes.append((work.id, AssignWorkOrder(team_id=work.team)))
    if wishes:
        # It follows from putting somebody out, whatever the one who does so may do on the floor.
        boss = actor.model_copy(update={"permissions": frozenset(Permission)})
        now = utc_now()
        asked = [_asked(work, request, now + place * _STEP) for place, (work, request) in enumerate(wishes)]
        commands.accept(session, boss, Door.SIGNAL, asked)
    return len(assigned)


def _asked(work_order_id: UUID, request: Request, received_at: datetime) -> Asked:
    """Return a command of its own: the transaction it is part of happens once, so nobody repeats it."""
    return Asked(
        id=new_id(), request=request, request_hash=sha256(request.model_dump_json().encode()).hexdigest(),
        work_order_id=work_order_id, job_id=None, occurred_at=None, received_at=received_at,
    )  # fmt: skip
