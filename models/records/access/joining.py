"""Somebody new: by invitation, or as the first of a factory."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from models.records.access.log_in import Person
from models.records.licensing import take_seat
from models.records.refusals import Taken, WeakSecret
from models.rules.passwords import weakness
from models.tables.access.people import User
from models.tables.base import utc_now


def check_password(password: str, username: str, pointer: str = "/password") -> None:
    """Raise WeakSecret for a password that is too easily guessed."""
    why = weakness(password, username)
    if why is not None:
        raise WeakSecret(why, pointer)


def join(  # noqa: PLR0913 - a person has this many parts
    session: Session, tenant_id: UUID, *, username: str, display_name: str, email: str, role: str, password_hash: str
) -> Person:
    """Make a person who logs in with a password.

    Raises Taken for a name or address that is somebody's already, and NoSeatLeft.
    """
    for column, value in ((User.username, username), (User.email, email)):
        if session.scalars(select(col(User.id)).where(col(column) == value)).first():
            raise Taken("user", value)
    take_seat(session, tenant_id)
    user = User(
        tenant_id=tenant_id, username=username, display_name=display_name, email=email, role=role,
        password_hash=password_hash, password_changed_at=utc_now(),
    )  # fmt: skip
    session.add(user)
    session.flush()
    return Person(tenant_id, user.id, user.username, second_factor=False)
