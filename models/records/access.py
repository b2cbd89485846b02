"""Who may log in."""

from functools import lru_cache
from threading import BoundedSemaphore
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from sqlalchemy import select
from sqlmodel import col

from models.connections.postgres import read
from models.messages.access import Actor
from models.rules.access import Role
from models.tables.access import User
from models.tables.tenants import Tenant

_NOBODY = UUID(int=0)  # the tenants table may be read by everybody, so that a log-in can find its tenant


# One hash takes 64 MB and a core: a crowd at the door must not take the machine away from the floor.
_AT_ONCE = BoundedSemaphore(4)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _dummy() -> str:
    return hash_password("nobody's password")


def hash_password(password: str) -> str:
    """Return the Argon2 hash of a password; takes a good part of a second by design."""
    return _hasher().hash(password)


def actor_for(tenant: str | None, username: str, password: str) -> Actor | None:
    """Return who logs in, or None. Without a tenant's short name the oldest tenant is meant.

    Somebody unknown is verified against a dummy hash, so that the time taken tells nothing. No connection is held
    while the hash is computed.
    """
    tenant_id = _tenant_id(tenant)
    known = _person(tenant_id, username) if tenant_id is not None else None
    actor, password_hash = known or (None, _dummy())
    try:
        with _AT_ONCE:
            matches = _hasher().verify(password, password_hash)
    except PwdlibError:
        return None
    return actor if matches else None


def _person(tenant_id: UUID, username: str) -> tuple[Actor, str] | None:
    statement = select(User).where(
        col(User.tenant_id) == tenant_id, col(User.username) == username, col(User.active).is_(True)
    )
    with read(tenant_id) as session:
        user = session.scalars(statement).first()
        if user is None:
            return None
        actor = Actor(
            tenant_id=user.tenant_id, user_id=user.id, username=user.username, display_name=user.display_name,
            role=Role(user.role),
        )  # fmt: skip
        return actor, user.password_hash


def _tenant_id(slug: str | None) -> UUID | None:
    statement = select(col(Tenant.id)).order_by(col(Tenant.created_at), col(Tenant.id)).limit(1)
    if slug is not None:
        statement = statement.where(col(Tenant.slug) == slug)
    with read(_NOBODY) as session:
        return session.scalars(statement).first()
