"""Whether who asked may still ask it: what had to wait is judged once more, by what holds when it is decided."""

from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session

from models.messages.commands import Command
from models.rules.access import acts_for_others, held, may_ask
from models.rules.commands import Refusal, RefusalKind
from models.tables.base import utc_now

_WAITED = timedelta(seconds=10)  # what is decided sooner costs no statement more; its rights were read by its request
_DETAIL = "Whoever asked this may not do it any more; if it is to be done, try it again in your own name."
_STANDING = text("""
    SELECT u.active, u.role, r.permissions FROM users u LEFT JOIN roles r ON r.name = u.role AND r.active
     WHERE u.id = :user
""")


def no_longer_allowed(session: Session, command: Command) -> Refusal | None:
    """Return the refusal of a command that waited, whose person was put out or lost the right to it; None otherwise."""
    if utc_now() - command.received_at < _WAITED:
        return None
    row = session.execute(_STANDING, {"user": command.actor_id}).first()
    permissions = held(row.role, row.permissions) if row is not None and row.active else frozenset()
    action = command.request.action
    lost = command.may_act_for_others and not acts_for_others(permissions, action)
    return Refusal(RefusalKind.NO_LONGER_ALLOWED, _DETAIL) if lost or not may_ask(permissions, action) else None
