"""What waits to be carried to other systems."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

NO_TENANT = UUID(int=0)  # a session bound to it sees no tenant's rows, only which tenants have work

_TAKE = text("""
    SELECT id, topic, data FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_SENT = text("UPDATE outbox SET sent_at = now() WHERE id = ANY(:ids)")
_TENANTS = text("SELECT tenants_with_outbox()")
_PRUNE = (
    text("DELETE FROM outbox WHERE sent_at < now() - interval '7 days'"),
    text("DELETE FROM idempotency_keys WHERE created_at < now() - interval '30 days'"),
)
_WAITING = text("SELECT count(*) FROM outbox WHERE sent_at IS NULL")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row that has not been sent."""

    id: int
    topic: str
    data: dict[str, Any]


def tenants_waiting(session: Session) -> list[UUID]:
    """Return the tenants that have rows to send, whatever tenant the session is bound to."""
    return list(session.execute(_TENANTS).scalars())


def take(session: Session, limit: int) -> list[Waiting]:
    """Lock and return the oldest unsent rows of this tenant; other relays pass over them meanwhile."""
    return [Waiting(*row) for row in session.execute(_TAKE, {"limit": limit})]


def mark_sent(session: Session, ids: Sequence[int]) -> None:
    """Note that rows have arrived."""
    session.execute(_SENT, {"ids": list(ids)})


def prune(session: Session) -> None:
    """Forget what has served its time: rows sent a week ago, answers of repeated requests after thirty days."""
    for statement in _PRUNE:
        session.execute(statement)


def waiting_count(session: Session) -> int:
    """Return how many rows of this tenant have not been sent."""
    return int(session.execute(_WAITING).scalar_one())
