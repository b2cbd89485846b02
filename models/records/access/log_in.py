"""The door: a name with a password, or with a PIN at a station, and what happens to those who fail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session, col

from models.connections.postgres import begin, read
from models.records import audit
from models.records.access.passwords import matches
from models.records.access.sessions import Opened, open_session
from models.records.refusals import LogInRefused, TooManyTries
from models.rules.lockout import counted, wait
from models.tables.access.people import User
from models.tables.base import utc_now
from models.tables.tenants import Tenant

_NOBODY = UUID(int=0)  # the tenants table may be read by everybody, so that a log-in can find its tenant
_FAILED = text(
    "SELECT failures, last_failed_at, locked_until FROM failed_log_ins WHERE username = :name AND factor = :factor"
)
_HOLD = text("""
    INSERT INTO failed_log_ins (tenant_id, username, factor, failures, last_failed_at)
    VALUES (:tenant, :name, :factor, 0, :now)
    ON CONFLICT (tenant_id, username, factor) DO UPDATE SET factor = excluded.factor RETURNING failures, last_failed_at
""")
_COUNT = text("""
    UPDATE failed_log_ins SET failures = :failures, last_failed_at = :now, locked_until = :locked
     WHERE username = :name AND factor = :factor
""")
_PRUNE = text("DELETE FROM failed_log_ins WHERE last_failed_at < now() - interval '7 days'")
_FORGET = text("DELETE FROM failed_log_ins WHERE username = :name AND factor = :factor")
_LOGGED_IN = text("UPDATE users SET last_log_in_at = now() WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who proved who they are by one factor; `second_factor` tells that another one is needed."""

    tenant_id: UUID
    user_id: UUID
    username: str
    second_factor: bool


def tenant_of(slug: str | None) -> UUID | None:
    """Return the active tenant of a short name; without one the oldest tenant."""
    statement = (
        select(col(Tenant.id)).where(col(Tenant.active).is_(True)).order_by(col(Tenant.created_at), col(Tenant.id))
    )
    if slug is not None:
        statement = statement.where(col(Tenant.slug) == slug)
    with read(_NOBODY) as session:
        return session.scalars(statement.limit(1)).first()


def prove(tenant_id: UUID | None, username: str, secret: str, *, factor: str = "password") -> Person:
    """Return who a name and secret belong to. Raises LogInRefused, and TooManyTries while the name must wait.

    Somebody unknown is verified against a dummy hash and made to wait as well, so that neither time nor lock tells who
    exists. No connection is held while the hash is computed. `factor` is "password" or "pin".
    """
    name = username.strip().lower()
    user = None
    if tenant_id is not None:
        with read(tenant_id) as session:
            refuse_if_locked(session, name, factor)
            user = _user(session, name)
    stored = None if user is None else (user.password_hash if factor == "password" else user.pin_hash)
    if not matches(secret, stored) or user is None or tenant_id is None:
        if tenant_id is not None:
            with begin(tenant_id) as session:
                count_failure(session, tenant_id, name, factor, user.id if user else None)
        raise LogInRefused(factor)
    return Person(tenant_id, user.id, user.username, second_factor=user.totp_confirmed_at is not None)


def _user(session: Session, name: str) -> User | None:
    statement = select(User).where(col(User.username) == name, col(User.active).is_(True), col(User.kind) == "person")
    return session.scalars(statement).first()


def refuse_if_locked(session: Session, username: str, factor: str) -> None:
    """Raise TooManyTries while a name must wait before its next try."""
    row = session.execute(_FAILED, {"name": username, "factor": factor}).first()
    now = utc_now()
    if row is not None and row.locked_until is not None and row.locked_until > now:
        raise TooManyTries(row.locked_until - now)


def count_failure(session: Session, tenant_id: UUID, username: str, factor: str, user_id: UUID | None) -> None:
    """Note a failed try, and from the fifth on let the name wait ever longer."""
    now = utc_now()
    names = {"tenant": tenant_id, "name": username, "factor": factor, "now": now}
    row = session.execute(_HOLD, names).one()
    failures = 1 + counted(row.failures, row.last_failed_at, now)
    session.execute(_COUNT, {**names, "failures": failures, "locked": _until(now, wait(failures))})
    audit.record(
        session, tenant_id=tenant_id, action="access:log_in_refused", module="access", actor_id=user_id,
        subject_id=user_id or tenant_id, refused=True, after={"factor": factor, "failures": failures},
    )  # fmt: skip


def _until(now: datetime, pause: timedelta) -> datetime | None:
    return now + pause if pause else None


def forget_failures(session: Session, username: str, factor: str) -> None:
    """Begin counting anew after a success."""
    session.execute(_FORGET, {"name": username, "factor": factor})


def prune(session: Session) -> None:
    """Forget failures of last week."""
    session.execute(_PRUNE)


def come_in(  # noqa: PLR0913 - a log-in has this many parts
    session: Session, person: Person, *, kind: str, life: timedelta, factor: str = "password",
    station_id: UUID | None = None,
) -> Opened:  # fmt: skip
    """Open a session for somebody who proved who they are, and tell the audit trail."""
    forget_failures(session, person.username, factor)
    session.execute(_LOGGED_IN, {"id": person.user_id})
    opened = open_session(
        session, tenant_id=person.tenant_id, user_id=person.user_id, kind=kind, life=life, station_id=station_id
    )
    audit.record(
        session, tenant_id=person.tenant_id, action="access:logged_in", module="access", actor_id=person.user_id,
        subject_id=person.user_id, after={"session": str(opened.id), "kind": kind, "factor": factor},
    )  # fmt: skip
    return opened
