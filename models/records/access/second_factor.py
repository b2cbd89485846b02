"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for a lost one."""

from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import text
from sqlmodel import Session

from models.connections.postgres import begin
from models.connections.secrets import keyed_digest, same, seal, unseal
from models.records.access.log_in import Person, count_failure, forget_failures, refuse_if_locked
from models.records.refusals import LogInRefused, SecondFactorNeeded
from models.tables.base import utc_now

PURPOSE = "totp"
_STEP_SECONDS = 30
_FACTOR = "second_factor"

_SECRET = text(
    "SELECT totp_secret, totp_last_step FROM users WHERE id = :user AND totp_confirmed_at IS NOT NULL FOR UPDATE"
)
_STEP = text("UPDATE users SET totp_last_step = :step WHERE id = :user")
_USE = text("""
    UPDATE recovery_codes SET used_at = now() WHERE user_id = :user AND code_hash = :hash AND used_at IS NULL
    RETURNING user_id
""")


def check_second_factor(person: Person, code: str | None) -> None:
    """Let a person pass who has the code of now, or an unused recovery code; each works once.

    Raises SecondFactorNeeded without a code, LogInRefused for a wrong one, TooManyTries after several.
    """
    if code is None:
        raise SecondFactorNeeded
    with begin(person.tenant_id) as session:
        refuse_if_locked(session, person.username, _FACTOR)
        right = is_right(session, person.user_id, code, utc_now())
        if right:
            forget_failures(session, person.username, _FACTOR)
        else:
            count_failure(session, person.tenant_id, person.username, _FACTOR, person.user_id)
    if not right:
        raise LogInRefused


def is_right(session: Session, user_id: UUID, code: str, now: datetime) -> bool:
    """Tell whether a code is that of the app or an unused recovery code, and use it up; the person's row is locked."""
    code = _plain(code)
    row = session.execute(_SECRET, {"user": user_id}).first()
    if row is not None:
        step = matching_step(unseal(row.totp_secret, PURPOSE), code, now)
        if step is not None and step > (row.totp_last_step or 0):
            session.execute(_STEP, {"user": user_id, "step": step})
            return True
    used = session.execute(_USE, {"user": user_id, "hash": recovery_hash(user_id, code)}).first()
    return used is not None


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step a code belongs to: the present one or a neighbour, for clocks that go wrong."""
    totp = pyotp.TOTP(secret, interval=_STEP_SECONDS)
    present = int(now.timestamp()) // _STEP_SECONDS
    steps = [step for step in (present - 1, present, present + 1) if same(totp.at(step * _STEP_SECONDS), code)]
    return steps[-1] if steps else None


def recovery_hash(user_id: UUID, code: str) -> str:
    """Return what is stored of a recovery code."""
    return keyed_digest("recovery", str(user_id), _plain(code))


def _plain(code: str) -> str:
    """Return a code without what people put between its signs."""
    return code.replace(" ", "").replace("-", "").upper()


def sealed(secret: str) -> str:
    """Return the seed of a second factor as it is stored."""
    return seal(secret, PURPOSE)
