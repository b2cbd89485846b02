"""Who a provider's subject is here: known, found by a vouched-for e-mail address, made anew, or refused."""

import re
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.connections.ids import new_id
from models.messages.identity_providers import Claims
from models.records import audit
from models.records.access.log_in import Person
from models.records.licensing import take_seat
from models.records.refusals import NotKnownHere
from models.tables.access.credentials import IdentityProvider, UserIdentity
from models.tables.access.people import User

_UNUSABLE = re.compile(r"[^a-z0-9._-]+")
_LONGEST_NAME, _MOST_NAMESAKES = 48, 1000


def person_of(session: Session, provider: IdentityProvider, claims: Claims) -> Person:
    """Return the person a provider's subject is, linked or made at their first log-in.

    Raises NotKnownHere, and NoSeatLeft for somebody new.
    """
    known = session.get(UserIdentity, (provider.id, claims.subject))
    user = session.get(User, known.user_id) if known is not None else _newly_linked(session, provider, claims)
    if user is None or not user.active or user.kind != "person":
        raise NotKnownHere
    return Person(user.tenant_id, user.id, user.username, second_factor=False)


def _newly_linked(session: Session, provider: IdentityProvider, claims: Claims) -> User | None:
    """Link a subject to somebody. An e-mail address that a deactivated person has makes nobody new."""
    namesakes = _with_email(session, claims.email)
    if not namesakes and provider.default_role is not None:
        user = _made(session, provider, provider.default_role, claims)
    elif len(namesakes) == 1 and _may_be_linked(session, provider, namesakes[0]):
        user = namesakes[0]
    else:
        return None
    session.add(
        UserIdentity(
            tenant_id=provider.tenant_id, provider_id=provider.id, subject=claims.subject, user_id=user.id
        )
    )  # fmt: skip
    session.flush()
    _tell(session, provider, "users:linked", user.id)
    return user


def _may_be_linked(session: Session, provider: IdentityProvider, user: User) -> bool:
    """Tell whether a subject may become this user; who is known as another subject there is somebody else.

    Companies give an address to the next employee: that one must not get the log-in of the one before.
    """
    other = select(UserIdentity).where(
        col(UserIdentity.provider_id) == provider.id, col(UserIdentity.user_id) == user.id
    )
    return user.active and user.kind == "person" and session.scalars(other).first() is None


def _with_email(session: Session, email: str | None) -> list[User]:
    if email is None:
        return []
    return list(session.scalars(select(User).where(func.lower(col(User.email)) == email.lower()).limit(2)))


def _made(session: Session, provider: IdentityProvider, role: str, claims: Claims) -> User:
    take_seat(session, provider.tenant_id)
    wanted = claims.username or (claims.email or "").partition("@")[0] or provider.code
    username = _free_name(session, _UNUSABLE.sub("-", wanted.lower()).strip("-._")[:_LONGEST_NAME] or provider.code)
    user = User(
        id=new_id(), tenant_id=provider.tenant_id, username=username, display_name=(claims.name or username)[:200],
        role=role, email=claims.email.lower() if claims.email else None,
    )  # fmt: skip
    session.add(user)
    session.flush()
    _tell(session, provider, "users:created", user.id)
    return user


def _free_name(session: Session, wanted: str) -> str:
    taken = set(
        session.scalars(select(col(User.username)).where(col(User.username).startswith(wanted, autoescape=True)))
    )
    candidates = (wanted, *(f"{wanted}-{number}" for number in range(2, _MOST_NAMESAKES)))
    return next(name for name in candidates if name not in taken)


def _tell(session: Session, provider: IdentityProvider, action: str, user_id: UUID) -> None:
    audit.record(
        session, tenant_id=provider.tenant_id, action=action, module="access", actor_id=user_id, subject_id=user_id,
        after={"provider": provider.code, "role": provider.default_role} if action == "users:created"
        else {"provider": provider.code},
    )  # fmt: skip
