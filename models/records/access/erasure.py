"""Forgetting a person: everything that tells who they were goes, what they did stays under their id alone."""

from secrets import token_hex
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.people import PersonView
from models.records.access import users
from models.records.access.released_work import release_work
from models.records.refusals import Conflict
from models.records.versioned import change
from models.tables.base import utc_now

NOBODY = "Erased person"
_GONE = tuple(
    text(f"DELETE FROM {table} WHERE user_id = :id")  # noqa: S608 - our own names
    for table in ("sessions", "recovery_codes", "one_time_codes", "user_identities", "user_skills", "team_members")
)
_FILTERS = text("DELETE FROM saved_filters WHERE owner_id = :id")
_FAILURES = text("DELETE FROM failed_log_ins WHERE username = :name")
_KEYS = text("""
    UPDATE api_keys SET name = 'erased', secret_hash = '', revoked_at = coalesce(revoked_at, now()) WHERE user_id = :id
""")
# Each keeps something else in the place of the address: invitations that are open are told apart by it.
_INVITATIONS = text("""
    UPDATE invitations SET email = 'erased-' || id, token_hash = '', revoked_at = CASE
        WHEN accepted_at IS NULL THEN coalesce(revoked_at, now()) ELSE revoked_at END
     WHERE accepted_by = :id OR lower(email) = :email
""")
_LETTERS = text("DELETE FROM outbox WHERE topic = 'mail' AND lower(data->>'to') = :email")
# Stored answers repeat what was answered when the person was invited, added, changed or put into a team.
_ANSWERS = text("""
    DELETE FROM idempotency_keys WHERE user_id = :id OR position(CAST(:id AS text) IN body) > 0
        OR position(lower(CAST(:email AS text)) IN lower(body)) > 0
        OR position('"' || lower(CAST(:name AS text)) || '"' IN lower(body)) > 0
""")


def erase(session: Session, actor: Actor, identity: UUID) -> PersonView:
    """Forget who somebody was, for ever. Orders, work, times, ledger and audit trail keep the id and nothing else.

    Raises Missing, and Conflict for the last administrator, a service account and somebody already erased.
    """
    row = users.lock_person(session, identity)
    if row.kind != "person":
        raise Conflict("This is a service account and no person; deactivate it instead.")
    users.keep_an_administrator(session, row)
    if row.active:
        release_work(session, actor, identity)
    for statement in (*_GONE, _FILTERS, _KEYS):
        session.execute(statement, {"id": identity})
    session.execute(_ANSWERS, {"id": identity, "email": row.email, "name": row.username})
    session.execute(_FAILURES, {"name": row.username})
    session.execute(_INVITATIONS, {"id": identity, "email": row.email})
    session.execute(_LETTERS, {"email": row.email})
    now = utc_now()
    change(session, row, {
        "username": f"erased-{token_hex(4)}", "display_name": NOBODY, "email": None, "language": None,
        "time_zone": "UTC", "hourly_rate": None, "password_hash": None, "pin_hash": None, "totp_secret": None,
        "totp_confirmed_at": None, "totp_last_step": None, "password_changed_at": None, "last_log_in_at": None,
        "active": False, "deactivated_at": row.deactivated_at or now, "erased_at": now,
    })  # fmt: skip
    users.tell(session, actor, "erased", identity, after={"role": row.role, "active": False})
    return users.user(session, actor, identity)
