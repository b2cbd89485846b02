"""What waits to be carried to other systems."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.live import LiveEvent

NO_TENANT = UUID(int=0)  # a session bound to it sees no tenant's rows, only which tenants have work

_TAKE = text("""
    SELECT id, topic, data FROM outbox WHERE sent_at IS NULL AND topic = :topic
     ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_SENT = text("UPDATE outbox SET sent_at = now() WHERE id = ANY(:ids)")
_NEWEST = text("SELECT coalesce(max(id), 0) FROM outbox")
# What was refused, and who comes and goes, is the auditors' business.
_AFTER = text("""
    SELECT id, data FROM outbox
     WHERE id > :number AND topic = 'audit' AND data ->> 'refused' IS DISTINCT FROM 'true'
       AND data ->> 'module' NOT IN ('access', 'audit')
     ORDER BY id LIMIT 1000
""")
_TENANTS = text("SELECT tenants_with_outbox()")
_PRUNE = (
    text("DELETE FROM outbox WHERE sent_at < now() - interval '7 days'"),
    text("DELETE FROM idempotency_keys WHERE created_at < now() - interval '30 days'"),
)
_KNOWN = text("SELECT key FROM outbox WHERE key = ANY(:keys)")
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


def take(session: Session, limit: int, topic: str) -> list[Waiting]:
    """Lock and return this tenant's oldest unsent rows of a topic; other relays pass over them meanwhile."""
    return [Waiting(*row) for row in session.execute(_TAKE, {"limit": limit, "topic": topic})]


def mark_sent(session: Session, ids: Sequence[int]) -> None:
    """Note that rows have arrived."""
    session.execute(_SENT, {"ids": list(ids)})


def known_entries(session: Session, entry_ids: Iterable[str]) -> set[str]:
    """Return which audit entries this tenant's facts were written with, as far as the outbox remembers."""
    by_key = {key: entry_id for entry_id in entry_ids for key in _keys(entry_id)}
    return {by_key[key] for key in session.execute(_KNOWN, {"keys": list(by_key)}).scalars()}


def _keys(entry_id: str) -> tuple[str, str]:
    return f"audit:{entry_id}", f"audit:refused:{entry_id}"


def newest(session: Session) -> int:
    """Return the number of this tenant's last row."""
    return int(session.execute(_NEWEST).scalar_one())


def after(session: Session, number: int) -> list[LiveEvent]:
    """Return what this tenant's people did after a row, oldest first, at most a thousand."""
    return [_event(row.id, row.data) for row in session.execute(_AFTER, {"number": number})]


def _event(number: int, entry: dict[str, Any]) -> LiveEvent:
    result = entry.get("after") or {}
    return LiveEvent(
        id=number, action=entry["action"], subject_id=entry["subject_id"], subject_code=result.get("code"),
        job=result.get("job"), state=result.get("state"), user_id=entry.get("user_id"), timestamp=entry["timestamp"],
    )  # fmt: skip


def prune(session: Session) -> None:
    """Forget what has served its time: rows sent a week ago, answers of repeated requests after thirty days."""
    for statement in _PRUNE:
        session.execute(statement)


def waiting_count(session: Session) -> int:
    """Return how many rows of this tenant have not been sent."""
    return int(session.execute(_WAITING).scalar_one())
