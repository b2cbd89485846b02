"""What people are told without asking, of the outbox's facts and of what stands badly: once per fact and person."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlmodel import Session, col

from models.connections.ids import new_id
from models.messages.access import Actor
from models.messages.notifications import NotificationFilters, NotificationView, Unread
from models.messages.paging import Page
from models.records import dashboard
from models.records.paging import Listing, page
from models.records.refusals import found
from models.rules.notifications import HEARS, Notice, NotificationKind, notice_of, roles_hearing
from models.tables.base import utc_now
from models.tables.notifications import Notification

_MOST_TOLD = 50  # of each kind at one look; the rest is seen where these lead
_LISTING = Listing("notifications", Notification.id, sorts={"created_at": Notification.created_at})
# Whoever holds the permission by a built-in role or one of the factory's own, and whose fact it is.
_HEARERS = text("""
    SELECT n.key, u.id FROM jsonb_to_recordset(CAST(:notices AS jsonb))
             AS n(key text, roles text[], permission text, person uuid, by uuid)
      JOIN users u ON u.active AND u.kind = 'person' AND u.id IS DISTINCT FROM n.by
       AND (u.id = n.person OR u.role = ANY(n.roles)
            OR EXISTS (SELECT FROM roles r WHERE r.name = u.role AND r.active AND n.permission = ANY(r.permissions)))
     WHERE NOT EXISTS (SELECT FROM notifications o WHERE o.user_id = u.id AND o.key = n.key)
""")
_TELL = text("""
    INSERT INTO notifications (tenant_id, id, user_id, kind, key, data, created_at)
    SELECT u.tenant_id, t.id, u.id, t.kind, t.key, t.data, now()
      FROM jsonb_to_recordset(CAST(:told AS jsonb)) AS t(id uuid, user_id uuid, kind text, key text, data jsonb)
      JOIN users u ON u.id = t.user_id
    ON CONFLICT (user_id, key) DO NOTHING
""")
_QUEUED = text("SELECT id FROM commands WHERE id = ANY(:ids) AND door = 'signal'")
_GIVEN_UP = text("""
    SELECT id, data ->> 'template' AS letter, failure FROM outbox WHERE topic = 'mail' AND given_up
     ORDER BY id DESC LIMIT :most
""")
_UNREAD = text("""
    SELECT count(*) FROM (SELECT FROM notifications WHERE user_id = :user AND read_at IS NULL LIMIT 100) few
""")
_READ = text("UPDATE notifications SET read_at = now() WHERE user_id = :user AND read_at IS NULL")
_PRUNE = text("DELETE FROM notifications WHERE created_at < now() - interval '90 days'")


def tell_facts(session: Session, entries: Sequence[Mapping[str, Any]]) -> int:
    """Tell people of audit entries that are their business; returns how many were told.

    Runs in the transaction that marks the entries as sent; an entry that comes twice is told once, by its key.
    """
    notices = [notice for entry in entries if (notice := notice_of(entry)) is not None]
    refused = [notice.data["command_id"] for notice in notices if notice.kind is NotificationKind.REFUSED_LATE]
    queued = {str(row.id) for row in session.execute(_QUEUED, {"ids": refused})} if refused else set()
    return _tell(session, [
        notice for notice in notices
        if notice.kind is not NotificationKind.REFUSED_LATE or notice.data["command_id"] in queued
    ])  # fmt: skip


def tell_states(session: Session, now: datetime) -> int:
    """Tell people what stands badly now: late and endangered jobs, short stock, mail given up."""
    late = dashboard.endangered(session, now, _MOST_TOLD).jobs
    notices = [
        Notice(
            NotificationKind.LATE if job.late else NotificationKind.AT_RISK,
            f"{'late' if job.late else 'at_risk'}:{job.id}:{job.due_at:%Y%m%dT%H%M}",
            {"code": job.code, "subject_id": str(job.id), "step": job.step, "person": job.person, "reason": job.reason},
        )
        for job in late
    ]
    week = now.isocalendar()
    notices += [
        Notice(
            NotificationKind.STOCK_SHORT, f"short:{part.id}:{week.year}-{week.week}",
            {"code": part.sku, "name": part.name, "subject_id": str(part.id), "on_hand": str(part.on_hand),
             "needed": str(max(part.needed, part.minimum)), "uom": part.uom},
        )
        for part in dashboard.short(session, _MOST_TOLD)
    ]  # fmt: skip
    notices += [
        Notice(NotificationKind.MAIL_FAILED, f"mail:{row.id}", {"letter": row.letter, "failure": row.failure})
        for row in session.execute(_GIVEN_UP, {"most": _MOST_TOLD})
    ]
    return _tell(session, notices)


def _tell(session: Session, notices: Sequence[Notice]) -> int:
    if not notices:
        return 0
    by_key = {notice.key: notice for notice in notices}
    asked = [
        {"key": one.key, "roles": roles_hearing(one.kind), "permission": HEARS[one.kind], "person": one.person,
         "by": one.by}
        for one in by_key.values()
    ]  # fmt: skip
    told = [
        {"id": str(new_id()), "user_id": str(row.id), "kind": by_key[row.key].kind, "key": row.key,
         "data": dict(by_key[row.key].data)}
        for row in session.execute(_HEARERS, {"notices": json.dumps(asked)})
    ]  # fmt: skip
    if told:
        session.execute(_TELL, {"told": json.dumps(told)})
    return len(told)


def notifications(session: Session, actor: Actor, filters: NotificationFilters) -> Page[NotificationView]:
    """Return one page of somebody's own notifications."""
    statement = select(Notification).where(col(Notification.user_id) == actor.user_id)
    if filters.unread is not None:
        statement = statement.where(col(Notification.read_at).is_(None) == filters.unread)
    return page(session, statement, _LISTING, filters, _shown)


def unread(session: Session, actor: Actor) -> Unread:
    """Return how many one has not read."""
    return Unread(unread=session.execute(_UNREAD, {"user": actor.user_id}).scalar_one())


def mark_read(session: Session, actor: Actor, identity: UUID) -> NotificationView:
    """Note that one has read a notification of one's own; doing so twice changes nothing. Raises Missing."""
    row = session.get(Notification, identity)
    own = found("notification", identity, row if row is not None and row.user_id == actor.user_id else None)
    if own.read_at is None:
        own.read_at = utc_now()
        session.flush()
    return _view(own)


def mark_all_read(session: Session, actor: Actor) -> Unread:
    """Note that one has read all there is."""
    session.execute(_READ, {"user": actor.user_id})
    return unread(session, actor)


def prune(session: Session) -> None:
    """Forget what was told three months ago."""
    session.execute(_PRUNE)


def _shown(row: Row[Any]) -> NotificationView:
    return _view(row.Notification)


def _view(row: Notification) -> NotificationView:
    return NotificationView.model_validate(row.model_dump(exclude={"tenant_id", "user_id", "key"}))
