"""How somebody new is let in, for tests: an open invitation and its token, as only the letter holds it."""

from sqlalchemy import text

from models.messages.invitations import InvitationDraft
from models.records.access import invitations
from models.rules.access import Role
from tests.factories import Factory

NEWCOMER = "tom.becker@people.example.com"
_LETTER = text("SELECT data #>> '{letter,link}' FROM outbox WHERE topic = 'mail' ORDER BY id DESC LIMIT 1")
_CODE = text("SELECT data #>> '{letter,code}' FROM outbox WHERE topic = 'mail' ORDER BY id DESC LIMIT 1")


def invited(factory: Factory, email: str = NEWCOMER, role: Role = Role.TECHNICIAN) -> str:
    """Invite somebody, and return the token of the link in their letter, before a relay wipes it."""
    with factory.begin() as session:
        invitations.invite(session, factory.actor(Role.ADMIN), InvitationDraft(email=email, role=role.value))
        session.flush()
        return str(session.execute(_LETTER).scalar_one()).rpartition("/")[2]


def code_mailed_to(factory: Factory) -> str | None:
    """Return the six digits of the newest letter that waits; None without any."""
    with factory.read() as session:
        return session.execute(_CODE).scalar_one_or_none()
