"""A fresh factory for each test: its own tenant with one person per role, so that tests never meet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from api.tokens import issue
from deploy.stack.plan import Plan
from models.connections.ids import new_id
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.records.access import sessions
from models.records.access.passwords import hash_password
from models.rules.access import MATRIX, Role
from models.tables.access.people import User
from models.tables.tenants import Tenant

PASSWORD = "a password for tests only"
_TOKEN_SECONDS = 600  # a module's factory may live longer than the fifteen minutes of a token
# What a worker that still runs has locked is about to be carried, and nobody waits for it here.
_NOTHING_WAITS = text("""
    WITH told AS (UPDATE outbox SET sent_at = now() WHERE id IN (
             SELECT id FROM outbox WHERE sent_at IS NULL FOR UPDATE SKIP LOCKED)),
         called AS (UPDATE webhook_deliveries SET ended_at = now() WHERE id IN (
             SELECT id FROM webhook_deliveries WHERE ended_at IS NULL FOR UPDATE SKIP LOCKED)),
         heard AS (UPDATE jobs SET heard = seq WHERE id IN (
             SELECT id FROM jobs WHERE heard < seq FOR UPDATE SKIP LOCKED))
    UPDATE orders SET launched_at = coalesce(launched_at, now()), date_untold = false WHERE id IN (
        SELECT id FROM orders WHERE launched_at IS NULL OR date_untold FOR UPDATE SKIP LOCKED)
""")


@lru_cache(maxsize=1)
def password_hash() -> str:
    return hash_password(PASSWORD)


@dataclass(frozen=True)
class Factory:
    """A tenant, and its people by role."""

    id: UUID
    slug: str
    people: dict[Role, Actor] = field(default_factory=dict)
    tokens: dict[Role, tuple[str, float]] = field(default_factory=dict)

    def actor(self, role: Role | str = Role.ADMIN) -> Actor:
        return self.people[Role(role)]

    def token(self, role: Role | str = Role.ADMIN) -> str:
        person = Role(role)
        token, end = self.tokens.get(person, ("", 0.0))
        if monotonic() > end:
            token, end = log_in(self.people[person]), monotonic() + _TOKEN_SECONDS
            self.tokens[person] = token, end
        return token

    def headers(self, role: Role | str = Role.ADMIN, **more: str) -> dict[str, str]:
        """Headers of a request by this role; `idempotency_key="x"` becomes Idempotency-Key."""
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token(role)}", **named}

    def begin(self) -> Any:
        return begin(self.id)

    def read(self) -> Any:
        return read(self.id)


def log_in(actor: Actor, life: timedelta = timedelta(hours=8)) -> str:
    """Open a session for somebody and return its access token."""
    with begin(actor.tenant_id) as session:
        opened = sessions.open_session(session, tenant_id=actor.tenant_id, user_id=actor.user_id, kind="api", life=life)
    return issue(opened.id, actor.user_id)[0]


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
        tenant_id=tenant_id, user_id=user.id, username=user.username, display_name=user.display_name, role=role,
        permissions=MATRIX[role],
    )  # fmt: skip


def leave_nothing_waiting(factory: Factory) -> None:
    """Take what a test leaves behind away from the relays of later ones, that would carry all of it before theirs."""
    with factory.begin() as session:
        session.execute(_NOTHING_WAITS)


@pytest.fixture
def tenant(servers: Plan) -> Iterator[Factory]:  # noqa: ARG001 - the servers must run
    made = make_tenant()
    yield made
    leave_nothing_waiting(made)


@pytest.fixture
def other_tenant(servers: Plan) -> Iterator[Factory]:  # noqa: ARG001 - the servers must run
    made = make_tenant()
    yield made
    leave_nothing_waiting(made)
