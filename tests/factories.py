"""A fresh factory for each test: its own tenant with one person per role, so that tests never meet."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from api.tokens import issue
from deploy.stack.plan import Plan
from models.connections.ids import new_id
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.records.access import hash_password
from models.rules.access import Role
from models.tables.access import User
from models.tables.tenants import Tenant

PASSWORD = "a password for tests only"


@lru_cache(maxsize=1)
def password_hash() -> str:
    return hash_password(PASSWORD)


@dataclass(frozen=True)
class Factory:
    """A tenant, and its people by role."""

    id: UUID
    slug: str
    people: dict[Role, Actor] = field(default_factory=dict)

    def actor(self, role: Role | str = Role.ADMIN) -> Actor:
        return self.people[Role(role)]

    def token(self, role: Role | str = Role.ADMIN) -> str:
        return issue(self.actor(role))[0]

    def headers(self, role: Role | str = Role.ADMIN, **more: str) -> dict[str, str]:
        """Headers of a request by this role; `idempotency_key="x"` becomes Idempotency-Key."""
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token(role)}", **named}

    def begin(self) -> Any:
        return begin(self.id)

    def read(self) -> Any:
        return read(self.id)


def make_tenant() -> Factory:
    identity = new_id()
    slug = f"t{identity.hex[-20:]}"
    people: dict[Role, Actor] = {}
    with begin(identity) as session:
        session.add(Tenant(id=identity, slug=slug, name="Test factory", created_at=datetime.now(UTC)))
        session.flush()
        for role in Role:
            people[role] = _person(session, identity, role)
    return Factory(identity, slug, people)


def _person(session: Session, tenant_id: UUID, role: Role) -> Actor:
    user = User(
        tenant_id=tenant_id, username=role.value, display_name=f"The {role.value}", role=role.value,
        password_hash=password_hash(),
    )  # fmt: skip
    session.add(user)
    session.flush()
    return Actor(
        tenant_id=tenant_id, user_id=user.id, username=user.username, display_name=user.display_name, role=role
    )


@pytest.fixture
def tenant(servers: Plan) -> Factory:  # noqa: ARG001 - the servers must run
    return make_tenant()


@pytest.fixture
def other_tenant(servers: Plan) -> Factory:  # noqa: ARG001 - the servers must run
    return make_tenant()
