"""Everything that is kept about one person, for the person to take along. Secrets and their hashes are left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel import Session

from models.connections.mongo import mongo
from models.records.refusals import found

_AT_ONCE = 1000  # rows in memory
_AUDIT_SECONDS = 60
_PROFILE = text("""
    SELECT id, username, display_name, kind, role, email, language, time_zone, hourly_rate, active,
           password_hash IS NOT NULL AS has_password, pin_hash IS NOT NULL AS has_pin,
           totp_confirmed_at AS second_factor_since, created_at, updated_at, password_changed_at, last_log_in_at,
           deactivated_at, erased_at
      FROM users WHERE id = :id
""")
_LISTS: dict[str, TextClause] = {
    "teams": text("""
        SELECT t.code, t.name FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = :id ORDER BY t.code
    """),
    "skills": text("""
        SELECT s.code, s.name, k.certified_at, k.expires_at, k.recorded_by
          FROM user_skills k JOIN skills s ON s.id = k.skill_id WHERE k.user_id = :id ORDER BY s.code
    """),
    "sessions": text("""
        SELECT s.id, s.kind, s.address, s.agent, t.code AS station, s.created_at, s.last_used_at, s.expires_at,
               s.ended_at, s.ended_reason
          FROM sessions s LEFT JOIN stations t ON t.id = s.station_id WHERE s.user_id = :id ORDER BY s.created_at
    """),
    "api_keys": text("""
        SELECT id, name, scopes, per_minute, created_by, created_at, expires_at, last_used_at, revoked_at
          FROM api_keys WHERE user_id = :id ORDER BY created_at
    """),
    "identities": text("""
        SELECT p.code AS provider, i.subject, i.created_at
          FROM user_identities i JOIN identity_providers p ON p.id = i.provider_id WHERE i.user_id = :id
    """),
    "invitations": text("""
        SELECT id, email, role, created_at, expires_at, accepted_at, revoked_at,
               accepted_by = :id AS accepted_by_this_person, invited_by = :id AS sent_by_this_person
          FROM invitations WHERE accepted_by = :id ORDER BY created_at
    """),
    "time_entries": text("""
        SELECT w.code AS work_order, w.name, t.started_at, t.ended_at, t.minutes, t.stated
          FROM time_entries t JOIN work_orders w ON w.id = t.work_order_id WHERE t.user_id = :id ORDER BY t.started_at
    """),
    "work_orders": text("""
        SELECT w.code, w.name, j.code AS job, w.attempt, w.state, w.assignee_id = :id AS assigned_now, w.good,
               w.scrapped, w.rejected, w.started_at, w.ended_at
          FROM work_orders w JOIN jobs j ON j.id = w.job_id
         WHERE w.assignee_id = :id OR w.id IN (SELECT work_order_id FROM time_entries WHERE user_id = :id)
         ORDER BY w.code
    """),
    "recorded_data": text("""
        SELECT w.code AS work_order, d.key, d.value, d.recorded_at
          FROM collected_data d JOIN work_orders w ON w.id = d.work_order_id
         WHERE d.recorded_by = :id ORDER BY d.recorded_at
    """),
    "rejections": text("""
        SELECT w.code AS work_order, r.quantity, r.kind, r.reason, r.recorded_at
          FROM rejections r JOIN work_orders w ON w.id = r.work_order_id
         WHERE r.recorded_by = :id ORDER BY r.recorded_at
    """),
    "orders": text("""
        SELECT o.code, o.kind, p.sku AS product, o.quantity, o.status, o.due_at, o.customer_name,
               o.customer_reference, o.notes, o.created_at
          FROM orders o JOIN products p ON p.id = o.product_id WHERE o.created_by = :id ORDER BY o.created_at
    """),
    "commands": text("""
        SELECT c.id, c.action, j.code AS job, w.code AS work_order, c.data, c.door, c.state, c.origin, c.occurred_at,
               c.received_at, c.decided_at
          FROM commands c JOIN jobs j ON j.id = c.job_id LEFT JOIN work_orders w ON w.id = c.work_order_id
         WHERE c.actor_id = :id ORDER BY c.received_at
    """),
    "stock_movements": text("""
        SELECT e.kind, p.sku AS part, e.location, e.quantity, e.uom, e.posted_at
          FROM stock_entries e JOIN parts p ON p.id = e.part_id WHERE e.actor_id = :id ORDER BY e.posted_at
    """),
    "saved_filters": text("""
        SELECT list, name, query, shared, created_at FROM saved_filters WHERE owner_id = :id ORDER BY list, name
    """),
    "order_changes": text("""
        SELECT o.code AS "order", c.reason, c.before, c.after, c.changed_at
          FROM order_changes c JOIN orders o ON o.id = c.order_id WHERE c.changed_by = :id ORDER BY c.changed_at
    """),
    "templates": text("""
        SELECT code, title, status, created_by = :id AS created, published_by = :id AS published, created_at,
               published_at FROM templates WHERE created_by = :id OR published_by = :id ORDER BY created_at
    """),
    "files": text("""
        SELECT id, name, media_type, size, uploaded_at FROM files WHERE uploaded_by = :id ORDER BY uploaded_at
    """),
}
_TOLD = ("action", "module", "timestamp", "user_id", "subject_id", "command_id", "before", "after", "refused", "origin")


@dataclass(frozen=True, slots=True)
class Table:
    """One list of what is kept, to be read once, in order."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[dict[str, Any]]


def profile(session: Session, identity: UUID) -> dict[str, Any]:
    """Return what is kept of the person themselves. Raises Missing."""
    row = session.execute(_PROFILE, {"id": identity}).mappings().first()
    return dict(found("user", identity, row))


def tables(session: Session, tenant_id: UUID, identity: UUID) -> Iterator[Table]:
    """Yield every list there is about a person, a thousand rows in memory at most.

    Raises PyMongoError where the audit trail is away: what is handed over must not lack it in silence.
    """
    for name, statement in _LISTS.items():
        result = session.execute(statement, {"id": identity}, execution_options={"yield_per": _AT_ONCE})
        columns = tuple(result.keys())
        yield Table(name, columns, (dict(zip(columns, row, strict=True)) for row in result))
    yield Table("audit_entries", ("id", *_TOLD), _audit_entries(tenant_id, identity))


def _audit_entries(tenant_id: UUID, identity: UUID) -> Iterator[dict[str, Any]]:
    """Yield what the trail tells of what the person did and of what was done to them, oldest first."""
    person = str(identity)
    wanted = {"tenant_id": str(tenant_id), "$or": [{"user_id": person}, {"subject_id": person}]}
    documents = mongo()["audit_logs"].find(wanted, batch_size=_AT_ONCE).sort([("timestamp", 1), ("_id", 1)])
    for document in documents.allow_disk_use(True).max_time_ms(_AUDIT_SECONDS * 1000):
        yield {"id": document["_id"], **{name: document.get(name) for name in _TOLD}}
