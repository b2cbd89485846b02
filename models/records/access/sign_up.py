"""A new factory with its first administrator."""

from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session, col

from models.connections.links import home
from models.connections.postgres import unbound
from models.messages.credentials import SignUp
from models.messages.mail import WelcomeLetter
from models.records import audit, mail
from models.records.access.joining import join
from models.records.access.log_in import Person
from models.records.refusals import SignUpClosed, Taken, Unfit
from models.rules.access import Role
from models.rules.tenants import usable_slug
from models.tables.tenants import Tenant

_ANYBODY = text("SELECT anybody_here()")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('sign-up', 0))")


def refuse_if_closed() -> None:
    """Raise SignUpClosed where an installation for one factory has its people already."""
    with unbound() as connection:
        if connection.execute(_ANYBODY).scalar_one():
            raise SignUpClosed


def sign_up(session: Session, tenant_id: UUID, asked: SignUp, password_hash: str, *, only_one: bool) -> Person:
    """Make the factory, its administrator and their mail, in a transaction bound to the new factory.

    Raises Unfit for a short name that cannot be one, Taken for one that is a factory's already, and SignUpClosed where
    there shall be only one factory, also to whoever comes second of two at the same time.
    """
    if not usable_slug(asked.slug):
        raise Unfit("A short name has 3 to 40 letters a-z, digits and hyphens, and is not a reserved word.", "/slug")
    if only_one:
        session.execute(_ONE_AT_A_TIME)
        if session.execute(_ANYBODY).scalar_one():
            raise SignUpClosed
    if session.scalars(select(col(Tenant.id)).where(col(Tenant.slug) == asked.slug)).first():
        raise Taken("factory", asked.slug)
    session.add(Tenant(id=tenant_id, slug=asked.slug, name=asked.factory))
    session.flush()
    person = join(
        session, tenant_id, username=asked.username, display_name=asked.display_name, email=asked.email,
        role=Role.ADMIN.value, password_hash=password_hash,
    )  # fmt: skip
    letter = WelcomeLetter(factory=asked.factory, slug=asked.slug, username=asked.username, link=home(asked.slug))
    mail.post(session, tenant_id=tenant_id, key=f"welcome:{person.user_id}", to=asked.email, letter=letter)
    audit.record(
        session, tenant_id=tenant_id, action="tenants:signed_up", module="tenants", actor_id=person.user_id,
        subject_id=tenant_id, after={"slug": asked.slug},
    )  # fmt: skip
    return person
