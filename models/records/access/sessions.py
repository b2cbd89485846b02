"""Log-ins as rows: opened, renewed and ended, so that signing out works at once and everywhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from models.connections.ids import new_id
from models.connections.secrets import digest, keyed_digest, new_secret, same
from models.messages.access import SessionView
from models.messages.origin import origin
from models.tables.access.credentials import LogInSession
from models.tables.base import utc_now

_GRACE = timedelta(seconds=20)  # an answer may get lost on the way; then the token before it is good once more
_STALE = timedelta(minutes=1)  # a session's last use is noted this exactly
_LONGEST_AGENT, _LONGEST_ADDRESS = 200, 64

_FIND = text("""
    SELECT s.id, s.user_id, s.secret_hash, s.previous_hash, s.rotated_at, s.expires_at, s.ended_at, u.active
      FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = :id AND s.kind = 'api' FOR UPDATE OF s
""")
_ROTATE = text("""
    UPDATE sessions SET previous_hash = :previous, secret_hash = :hash, rotated_at = :now, last_used_at = :now,
        expires_at = :expires WHERE id = :id
""")
_END = text("""
    UPDATE sessions SET ended_at = now(), ended_reason = :reason WHERE id = :id AND ended_at IS NULL RETURNING user_id
""")
_END_ALL = text("""
    UPDATE sessions SET ended_at = now(), ended_reason = :reason
     WHERE user_id = :user AND ended_at IS NULL AND id IS DISTINCT FROM :spared RETURNING id
""")
_USED = text("UPDATE sessions SET last_used_at = now() WHERE id = :id")
_KEY_USED = text("UPDATE api_keys SET last_used_at = now() WHERE id = :id")
_OPEN = text("""
    SELECT s.id, s.kind, s.address, s.agent, s.created_at, s.last_used_at, s.expires_at, t.code AS station
      FROM sessions s LEFT JOIN stations t ON t.id = s.station_id
     WHERE s.user_id = :user AND s.ended_at IS NULL AND s.expires_at > now() ORDER BY s.last_used_at DESC LIMIT 200
""")
_PRUNE = text("DELETE FROM sessions WHERE greatest(expires_at, ended_at) < now() - interval '90 days'")


@dataclass(frozen=True, slots=True)
class Opened:
    """A session and the secret that its holder keeps; here only the digest remains."""

    id: UUID
    user_id: UUID
    secret: str
    expires_at: datetime


class RefreshRefused(Exception):  # noqa: N818 - names the refusal
    """A refresh token that is unknown, used up or ended."""


def open_session(  # noqa: PLR0913 - a session has this many parts
    session: Session, *, tenant_id: UUID, user_id: UUID, kind: str, life: timedelta, station_id: UUID | None = None
) -> Opened:
    """Begin a session of a kind: 'browser', 'api' or 'station'."""
    identity, here = new_id(), origin.get()
    secret = _new_secret(identity)
    row = LogInSession(
        id=identity, tenant_id=tenant_id, user_id=user_id, kind=kind, secret_hash=digest(secret), station_id=station_id,
        address=(here.address or "")[:_LONGEST_ADDRESS] if here else "",
        agent=(here.agent or "")[:_LONGEST_AGENT] if here else "", expires_at=utc_now() + life,
    )  # fmt: skip
    session.add(row)
    return Opened(row.id, user_id, secret, row.expires_at)


def refresh(session: Session, session_id: UUID, secret: str, life: timedelta) -> Opened | None:
    """Replace a session's secret. Raises RefreshRefused; returns None where an old secret came back.

    A secret that was replaced is in wrong hands, or its successor is; the session is ended for both. Only the one just
    before is forgiven, for a moment and once: the answer to it may have got lost, and then nobody holds its successor.
    """
    row = session.execute(_FIND, {"id": session_id}).first()
    now = utc_now()
    if row is None or row.ended_at is not None or row.expires_at <= now or not row.active:
        raise RefreshRefused
    offered = digest(secret)
    current = same(offered, row.secret_hash)
    if not current and not _was_ours(session_id, secret):
        raise RefreshRefused
    if not current and not _is_forgiven(row, offered, now):
        end(session, session_id, "stolen")
        return None
    fresh = _new_secret(session_id)
    session.execute(_ROTATE, {
        "id": session_id, "hash": digest(fresh), "previous": offered if current else None, "now": now,
        "expires": now + life,
    })  # fmt: skip
    return Opened(session_id, row.user_id, fresh, now + life)


def _new_secret(session_id: UUID) -> str:
    """Return a secret that proves for ever that it was this session's, though only its last digest is kept."""
    word = new_secret()
    return f"{word}.{_seal(session_id, word)}"


def _was_ours(session_id: UUID, secret: str) -> bool:
    word, _, seal = secret.partition(".")
    return same(seal, _seal(session_id, word))


def _seal(session_id: UUID, word: str) -> str:
    return keyed_digest("session", str(session_id), word)


def _is_forgiven(row: Row[Any], offered: str, now: datetime) -> bool:
    """Tell whether a replaced secret is the one just before, so lately that its answer may have got lost."""
    just_before = row.previous_hash is not None and same(offered, row.previous_hash)
    return just_before and row.rotated_at + _GRACE >= now


def end(session: Session, session_id: UUID, reason: str) -> bool:
    """End one session; False where it had ended."""
    return session.execute(_END, {"id": session_id, "reason": reason}).first() is not None


def end_all(session: Session, user_id: UUID, reason: str, spared: UUID | None = None) -> int:
    """End every session of a person but one; returns how many there were."""
    rows = session.execute(_END_ALL, {"user": user_id, "reason": reason, "spared": spared}).all()
    return len(rows)


def is_stale(last_used_at: datetime | None, now: datetime) -> bool:
    """Tell whether a credential's last use should be noted anew."""
    return last_used_at is None or now - last_used_at > _STALE


def note_use(session: Session, credential_id: UUID, *, is_key: bool) -> None:
    """Note that a session or key was used."""
    session.execute(_KEY_USED if is_key else _USED, {"id": credential_id})


def open_sessions(session: Session, user_id: UUID, current: UUID | None) -> tuple[SessionView, ...]:
    """Return where a person is logged in, last used first."""
    rows = session.execute(_OPEN, {"user": user_id}).mappings()
    return tuple(SessionView(current=row["id"] == current, **row) for row in rows)


def prune(session: Session) -> None:
    """Forget what ended a season ago."""
    session.execute(_PRUNE)
