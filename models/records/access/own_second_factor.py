"""A person's second factor: set up, confirmed, taken away, and its recovery codes."""

import secrets
from uuid import UUID

import pyotp
from sqlalchemy import text
from sqlmodel import Session

from models.connections.postgres import begin
from models.connections.secrets import unseal
from models.messages.access import Actor
from models.messages.credentials import SecondFactorStarted
from models.records import audit
from models.records.access import sessions
from models.records.access.log_in import count_failure, forget_failures, refuse_if_locked
from models.records.access.notices import notify
from models.records.access.second_factor import PURPOSE, is_right, matching_step, recovery_hash, sealed
from models.records.refusals import CodeWrong, Conflict, Missing
from models.tables.base import utc_now
from models.tables.tenants import Tenant

_ISSUER = "FactoryOS"
_FACTOR = "second_factor"
_CODES, _SIGNS = 10, 10
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # nothing that is taken for something else when read from paper

_STATE = text("SELECT totp_secret, totp_confirmed_at FROM users WHERE id = :user FOR UPDATE")
_START = text("UPDATE users SET totp_secret = :secret, totp_last_step = NULL, updated_at = now() WHERE id = :user")
_CONFIRM = text(
    "UPDATE users SET totp_confirmed_at = now(), totp_last_step = :step, updated_at = now() WHERE id = :user"
)
_REMOVE = text("""
    UPDATE users SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL, updated_at = now()
     WHERE id = :user AND totp_secret IS NOT NULL RETURNING id
""")
_FORGET_CODES = text("DELETE FROM recovery_codes WHERE user_id = :user")
_KEEP_CODE = text("INSERT INTO recovery_codes (tenant_id, user_id, code_hash) VALUES (:tenant, :user, :hash)")


def start(session: Session, actor: Actor) -> SecondFactorStarted:
    """Give a person a new seed; it guards nothing before it is confirmed. Raises Conflict where one is in use."""
    row = session.execute(_STATE, {"user": actor.user_id}).one()
    if row.totp_confirmed_at is not None:
        raise Conflict("You have a second factor already; take it away first.")
    secret = pyotp.random_base32()
    session.execute(_START, {"user": actor.user_id, "secret": sealed(secret)})
    uri = pyotp.TOTP(secret).provisioning_uri(name=actor.username, issuer_name=_issuer(session, actor))
    return SecondFactorStarted(secret=secret, uri=uri)


def _issuer(session: Session, actor: Actor) -> str:
    """Return what the app shows above the codes; a colon would end it."""
    name = session.get_one(Tenant, actor.tenant_id).name
    return f"{_ISSUER} ({name.replace(':', ' ')})"


def confirm(actor: Actor, code: str) -> tuple[str, ...]:
    """Turn the second factor on by its first code; returns the recovery codes.

    Raises Conflict without a seed or where it is on already, CodeWrong, and TooManyTries after several.
    """
    with begin(actor.tenant_id) as session:
        refuse_if_locked(session, actor.username, _FACTOR)
        row = session.execute(_STATE, {"user": actor.user_id}).one()
        if row.totp_secret is None or row.totp_confirmed_at is not None:
            raise Conflict("There is no second factor to confirm; begin with setting one up.")
        step = matching_step(unseal(row.totp_secret, PURPOSE), code.replace(" ", ""), utc_now())
        if step is not None:
            session.execute(_CONFIRM, {"user": actor.user_id, "step": step})
            codes = _new_codes(session, actor)
            forget_failures(session, actor.username, _FACTOR)
            _tell(session, actor, actor.user_id, "access:second_factor_on")
            notify(session, actor.tenant_id, actor.user_id, "second-factor-on")
            return codes
        count_failure(session, actor.tenant_id, actor.username, _FACTOR, actor.user_id)
    raise CodeWrong


def check_code(actor: Actor, code: str) -> None:
    """Let somebody pass who has the second factor at hand, and use the code up.

    Raises Conflict for a person without one, CodeWrong, and TooManyTries after several.
    """
    with begin(actor.tenant_id) as session:
        refuse_if_locked(session, actor.username, _FACTOR)
        if session.execute(_STATE, {"user": actor.user_id}).one().totp_confirmed_at is None:
            raise Conflict("You have no second factor.")
        right = is_right(session, actor.user_id, code, utc_now())
        if right:
            forget_failures(session, actor.username, _FACTOR)
        else:
            count_failure(session, actor.tenant_id, actor.username, _FACTOR, actor.user_id)
    if not right:
        raise CodeWrong


def remove(session: Session, actor: Actor) -> None:
    """Take a person's own second factor away; they have shown password and code."""
    _remove(session, actor, actor.user_id, "access:second_factor_off")


def renew_codes(session: Session, actor: Actor) -> tuple[str, ...]:
    """Replace a person's recovery codes, used or not."""
    codes = _new_codes(session, actor)
    _tell(session, actor, actor.user_id, "access:recovery_codes_renewed")
    return codes


def reset_for(session: Session, actor: Actor, user_id: UUID) -> None:
    """Take another person's second factor away and end their sessions. Raises Missing where there is none."""
    if not _remove(session, actor, user_id, "access:second_factor_reset"):
        raise Missing("second factor of a user", user_id)
    sessions.end_all(session, user_id, "second factor reset")


def _remove(session: Session, actor: Actor, user_id: UUID, action: str) -> bool:
    if session.execute(_REMOVE, {"user": user_id}).first() is None:
        return False
    session.execute(_FORGET_CODES, {"user": user_id})
    _tell(session, actor, user_id, action)
    notify(session, actor.tenant_id, user_id, "second-factor-off")
    return True


def _new_codes(session: Session, actor: Actor) -> tuple[str, ...]:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_SIGNS)) for _ in range(_CODES)]
    session.execute(_FORGET_CODES, {"user": actor.user_id})
    session.execute(_KEEP_CODE, [
        {"tenant": actor.tenant_id, "user": actor.user_id, "hash": recovery_hash(actor.user_id, code)} for code in codes
    ])  # fmt: skip
    return tuple(f"{code[:5]}-{code[5:]}" for code in codes)


def _tell(session: Session, actor: Actor, user_id: UUID, action: str) -> None:
    audit.record(
        session, tenant_id=actor.tenant_id, action=action, module="access", actor_id=actor.user_id, subject_id=user_id
    )  # fmt: skip
