"""The PIN with which a person steps up to a station."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.access import Actor
from models.records import audit
from models.records.access.log_in import forget_failures
from models.records.refusals import Missing, WeakSecret
from models.rules.pins import weakness

_SET = text("""
    UPDATE users SET pin_hash = :hash, updated_at = now() WHERE id = :user AND active AND kind = 'person'
    RETURNING username
""")


def check_pin(pin: str) -> None:
    """Raise WeakSecret for a PIN that is none or too easily guessed."""
    why = weakness(pin)
    if why is not None:
        raise WeakSecret(why, "/pin")


def set_pin(session: Session, actor: Actor, user_id: UUID, pin_hash: str | None) -> None:
    """Set or clear somebody's PIN. Raises Missing for nobody active here."""
    person = session.execute(_SET, {"user": user_id, "hash": pin_hash}).first()
    if person is None:
        raise Missing("user", user_id)
    forget_failures(session, person.username, "pin")
    audit.record(
        session, tenant_id=actor.tenant_id, action="access:pin_set" if pin_hash else "access:pin_cleared",
        module="access", actor_id=actor.user_id, subject_id=user_id,
    )  # fmt: skip
