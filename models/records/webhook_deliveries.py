"""Events on their way to webhooks: made from the outbox, taken to be sent, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.connections.ids import new_id
from models.records import audit
from models.records.webhooks import end_waiting
from models.rules.webhooks import MOST_FAILURES, hears, pause_after
from models.tables.base import utc_now

_LONGEST_ANSWER = 500

_TENANTS = text("SELECT tenants_with_deliveries()")
_LISTENING = text("SELECT id, events, created_at FROM webhooks WHERE active")
_ADD = text("""
    INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, event_id, event, data, attempts, created_at, next_at,
        delivered)
    SELECT w.tenant_id, a.id, w.id, a.event_id, a.event, o.told, 0, now(), now(), false
      FROM unnest(CAST(:ids AS uuid[]), CAST(:webhooks AS uuid[]), CAST(:rows AS bigint[]), CAST(:event_ids AS text[]),
                  CAST(:events AS text[])) AS a (id, webhook_id, outbox_id, event_id, event)
      JOIN webhooks w ON w.id = a.webhook_id
      JOIN LATERAL (SELECT jsonb_build_object('type', a.event, 'timestamp', r.data->'timestamp', 'data',
                        r.data - 'action' - 'timestamp' - 'origin' - 'refused') AS told
                      FROM outbox r WHERE r.id = a.outbox_id) o ON true
    ON CONFLICT (webhook_id, event_id) DO NOTHING
""")
# The lease outlasts one batch of calls by far; a worker that dies in between leaves its deliveries to the next one.
_TAKE = text("""
    UPDATE webhook_deliveries d SET next_at = now() + interval '60 seconds', attempts = d.attempts + 1
      FROM webhooks w
     WHERE w.id = d.webhook_id AND d.id IN (
           SELECT id FROM webhook_deliveries WHERE ended_at IS NULL AND next_at <= now() ORDER BY next_at LIMIT :limit
              FOR UPDATE SKIP LOCKED)
    RETURNING d.id, d.webhook_id, d.event_id, CAST(d.data AS text) AS body, d.attempts, w.url, w.secret
""")
_ARRIVED = text("""
    UPDATE webhook_deliveries SET delivered = true, ended_at = now(), answer = :answer WHERE id = :id
""")
_FAILED = text("""
    UPDATE webhook_deliveries SET next_at = :next, ended_at = :ended, answer = :answer
     WHERE id = :id AND ended_at IS NULL
""")
_WELL = text("UPDATE webhooks SET failures = 0 WHERE id = :id AND failures > 0")
_UNWELL = text("UPDATE webhooks SET failures = failures + 1 WHERE id = :id RETURNING failures, active")
_DISABLE = text("""
    UPDATE webhooks SET active = false, disabled_reason = :reason, row_version = row_version + 1, updated_at = now()
     WHERE id = :id
""")
_PRUNE = text("DELETE FROM webhook_deliveries WHERE ended_at < now() - interval '30 days'")


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to make now: this text, to this address, signed with this secret."""

    id: UUID
    webhook_id: UUID
    event_id: str
    body: str
    attempt: int
    url: str
    sealed_secret: str


def tenants_waiting(session: Session) -> list[UUID]:
    """Return the tenants with deliveries that are due, whatever tenant the session is bound to."""
    return list(session.execute(_TENANTS).scalars())


def fan_out(session: Session, entries: Sequence[tuple[int, dict[str, Any]]]) -> int:
    """Make deliveries of audit entries (outbox number, content) for every webhook that hears of them.

    Runs in the transaction that marks the entries as sent. An entry that comes twice is delivered once: the index on
    webhook and event refuses the second. Refused attempts, and what is older than the webhook, are passed over.
    """
    listening = session.execute(_LISTENING).all()
    wanted = [
        (new_id(), webhook.id, number, entry["id"], entry["action"])
        for number, entry in entries
        for webhook in listening
        if not entry.get("refused") and hears(webhook.events, entry["action"])
        and datetime.fromisoformat(entry["timestamp"]) >= webhook.created_at
    ]  # fmt: skip
    if wanted:
        ids, webhooks, rows, event_ids, events = map(list, zip(*wanted, strict=True))
        session.execute(
            _ADD, {"ids": ids, "webhooks": webhooks, "rows": rows, "event_ids": event_ids, "events": events}
        )
    return len(wanted)


def take(session: Session, limit: int) -> list[Due]:
    """Take deliveries that are due, for a minute: whoever dies meanwhile leaves them to others."""
    return [Due(*row) for row in session.execute(_TAKE, {"limit": limit})]


def note_arrival(session: Session, due: Due, answer: str) -> None:
    """Note that the receiver took a delivery."""
    session.execute(_WELL, {"id": due.webhook_id})
    session.execute(_ARRIVED, {"id": due.id, "answer": answer[:_LONGEST_ANSWER]})


def note_failure(session: Session, tenant_id: UUID, due: Due, answer: str) -> None:
    """Note a failed try: it is repeated later and later, then given up; a webhook that only fails is switched off."""
    webhook = session.execute(_UNWELL, {"id": due.webhook_id}).one()  # first, so that two who fail wait in line
    pause, now = pause_after(due.attempt), utc_now()
    session.execute(_FAILED, {
        "id": due.id, "next": now if pause is None else now + pause, "ended": now if pause is None else None,
        "answer": answer[:_LONGEST_ANSWER],
    })  # fmt: skip
    if webhook.active and webhook.failures >= MOST_FAILURES:
        reason = f"{webhook.failures} calls in a row failed; the last one: {answer}"[:_LONGEST_ANSWER]
        session.execute(_DISABLE, {"id": due.webhook_id, "reason": reason})
        end_waiting(session, due.webhook_id)
        audit.record(
            session, tenant_id=tenant_id, action="webhooks:disabled", module="integrations", actor_id=None,
            subject_id=due.webhook_id, after={"failures": webhook.failures},
        )  # fmt: skip


def prune(session: Session) -> None:
    """Forget deliveries that ended a month ago."""
    session.execute(_PRUNE)
