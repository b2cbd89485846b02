"""Mail to a person about their own door, where an address of theirs is known."""

from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.connections.ids import new_id
from models.connections.links import home
from models.messages.mail import SecurityLetter
from models.records import mail
from models.tables.base import utc_now

Happened = Literal["password-changed", "password-reset", "second-factor-on", "second-factor-off"]
_PERSON = text("""
    SELECT u.username, u.email, t.slug FROM users u JOIN tenants t ON t.id = u.tenant_id
     WHERE u.id = :user AND u.email IS NOT NULL
""")


def notify(session: Session, tenant_id: UUID, user_id: UUID, happened: Happened) -> None:
    """Tell a person that something of theirs was changed, so that they notice when it was not them."""
    person = session.execute(_PERSON, {"user": user_id}).first()
    if person is None:
        return
    letter = SecurityLetter(username=person.username, happened=happened, at=utc_now(), link=home(person.slug))
    mail.post(session, tenant_id=tenant_id, key=f"notice:{new_id()}", to=person.email, letter=letter)
