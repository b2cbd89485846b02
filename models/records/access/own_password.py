"""A person's password: changed by who knows the old one, or set anew with a code that came by mail."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.connections.ids import new_id
from models.connections.postgres import begin
from models.connections.secrets import keyed_digest, new_digits, same
from models.messages.access import Actor
from models.messages.mail import PasswordCodeLetter
from models.records import audit, mail
from models.records.access import sessions
from models.records.access.log_in import forget_failures, prove
from models.records.access.notices import notify
from models.records.access.passwords import hash_password
from models.records.refusals import LogInRefused, PasswordWrong, ResetRefused
from models.tables.access.credentials import OneTimeCode
from models.tables.base import utc_now

CODE_MINUTES = 10
_DIGITS = 6
_MOST_TRIES = 5
# A name gets so many codes an hour: guessing has 25 tries at a million numbers, and a letterbox is not flooded.
_MOST_CODES = 5
_FACTORS = ("password", "second_factor")

_PERSON = text("""
    SELECT id, username, email FROM users
     WHERE username = :name AND active AND kind = 'person' FOR UPDATE
""")
_RECENT = text("""
    SELECT count(*) FROM one_time_codes WHERE user_id = :user AND created_at > now() - interval '1 hour'
""")
_NEWEST = text("""
    SELECT id, code_hash, tries, expires_at, used_at FROM one_time_codes
     WHERE user_id = :user ORDER BY created_at DESC, id DESC LIMIT 1
""")
_TRY = text("UPDATE one_time_codes SET tries = tries + 1 WHERE id = :id")
_USE = text("UPDATE one_time_codes SET used_at = :now WHERE user_id = :user AND used_at IS NULL")
_SET = text("""
    UPDATE users SET password_hash = :hash, password_changed_at = :now, updated_at = :now WHERE id = :user
""")
_PRUNE = text("DELETE FROM one_time_codes WHERE expires_at < now() - interval '1 day'")


def prove_again(actor: Actor, password: str) -> None:
    """Let somebody who is logged in pass who knows their password.

    Raises PasswordWrong, and TooManyTries after several, lest a stolen session be used to find it.
    """
    try:
        prove(actor.tenant_id, actor.username, password)
    except LogInRefused as refusal:
        raise PasswordWrong from refusal
    with begin(actor.tenant_id) as session:
        forget_failures(session, actor.username, "password")


def change(session: Session, actor: Actor, password_hash: str) -> int:
    """Set a person's own new password and end their other sessions; returns how many those were."""
    _set(session, actor.user_id, password_hash)
    ended = sessions.end_all(session, actor.user_id, "password changed", spared=actor.session_id)
    _tell(session, actor.tenant_id, actor.user_id, "access:password_changed", {"sessions_ended": ended})
    notify(session, actor.tenant_id, actor.user_id, "password-changed")
    return ended


def mail_code(tenant_id: UUID | None, username: str) -> None:
    """Mail six digits to whoever bears a name, if anybody does and has an address; says nothing of it."""
    if tenant_id is None:
        return
    with begin(tenant_id) as session:
        person = session.execute(_PERSON, {"name": _name(username)}).first()
        if person is None or person.email is None:
            return
        if session.execute(_RECENT, {"user": person.id}).scalar_one() >= _MOST_CODES:
            return
        row, code = OneTimeCode(tenant_id=tenant_id, user_id=person.id, code_hash=""), new_digits(_DIGITS)
        row.code_hash = _hash(row.id, code)
        row.expires_at = row.created_at + timedelta(minutes=CODE_MINUTES)
        session.add(row)
        letter = PasswordCodeLetter(username=person.username, code=code, minutes=CODE_MINUTES)
        mail.post(
            session, tenant_id=tenant_id, key=f"password_code:{row.id}", to=person.email, letter=letter,
            useful_until=row.expires_at,
        )  # fmt: skip
        _tell(session, tenant_id, person.id, "access:password_code_sent", {})


def reset(tenant_id: UUID | None, username: str, code: str, password: str) -> None:
    """Set a new password by the newest code, once; ends every session. Raises ResetRefused for any other code.

    The slow hash is computed in every case, so that the time does not tell whether a name or code exists.
    """
    hashed = hash_password(password)
    if tenant_id is None:
        raise ResetRefused
    with begin(tenant_id) as session:
        done = _reset(session, tenant_id, username, code.strip(), hashed)
    if not done:
        raise ResetRefused


def _reset(session: Session, tenant_id: UUID, username: str, code: str, password_hash: str) -> bool:
    person = session.execute(_PERSON, {"name": _name(username)}).first()  # locked: tries are counted one by one
    user_id = person.id if person else new_id()
    row = session.execute(_NEWEST, {"user": user_id}).first()
    row_id = row.id if row else new_id()
    right = same(_hash(row_id, code), row.code_hash if row else "")
    alive = row is not None and row.used_at is None and row.expires_at > utc_now() and row.tries < _MOST_TRIES
    session.execute(_TRY, {"id": row_id})
    if person is None or not right or not alive:
        audit.record(
            session, tenant_id=tenant_id, action="access:password_reset_refused", module="access",
            actor_id=person.id if person else None, subject_id=person.id if person else tenant_id, refused=True,
        )  # fmt: skip
        return False
    session.execute(_USE, {"user": user_id, "now": utc_now()})
    _set(session, user_id, password_hash)
    for factor in _FACTORS:
        forget_failures(session, person.username, factor)
    ended = sessions.end_all(session, user_id, "password reset")
    _tell(session, tenant_id, user_id, "access:password_reset", {"sessions_ended": ended})
    notify(session, tenant_id, user_id, "password-reset")
    return True


def prune(session: Session) -> None:
    """Forget codes that nobody can use any more."""
    session.execute(_PRUNE)


def _name(username: str) -> str:
    return username.strip().lower()


def _hash(row_id: UUID, code: str) -> str:
    return keyed_digest("password code", str(row_id), code)


def _set(session: Session, user_id: UUID, password_hash: str) -> None:
    session.execute(_SET, {"user": user_id, "hash": password_hash, "now": utc_now()})


def _tell(session: Session, tenant_id: UUID, user_id: UUID, action: str, after: dict[str, int]) -> None:
    audit.record(
        session, tenant_id=tenant_id, action=action, module="access", actor_id=user_id, subject_id=user_id, after=after
    )  # fmt: skip
