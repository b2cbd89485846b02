"""What was asked of one job and is not decided yet."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.messages.commands import Command
from models.rules.commands import Door

_MOST = 200  # what a workflow's input easily holds; the relay carries what is beyond
_OPEN = text("""
    SELECT c.id, c.data, c.actor_id, c.work_order_id, c.door, c.occurred_at, c.received_at, c.acts_for_others,
           w.step_index, w.attempt, coalesce(w.code || ' ' || w.name, '') AS label
      FROM commands c LEFT JOIN work_orders w ON w.id = c.work_order_id
     WHERE c.job_id = :job AND c.state = 'PENDING' ORDER BY c.received_at, c.id LIMIT :most
""")
_HANDED_OVER = text("""
    UPDATE commands SET signalled_at = CASE WHEN id = ANY(:ids) THEN now() END
     WHERE job_id = :job AND state = 'PENDING'
""")


def hand_over(session: Session, job_id: UUID) -> tuple[Command, ...]:
    """Return the undecided commands of a job, oldest first, and note that they are on their way."""
    found = tuple(_command(row) for row in session.execute(_OPEN, {"job": job_id, "most": _MOST}))
    session.execute(_HANDED_OVER, {"job": job_id, "ids": [command.id for command in found]})
    return found


def _command(row: Row[Any]) -> Command:
    return Command(
        id=row.id, request=row.data, actor_id=row.actor_id, work_order_id=row.work_order_id, step=row.step_index,
        attempt=row.attempt or 1, label=row.label, occurred_at=row.occurred_at, received_at=row.received_at,
        door=Door(row.door), may_act_for_others=row.acts_for_others,
    )  # fmt: skip
