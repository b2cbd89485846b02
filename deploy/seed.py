"""The demo factory: its people, and two weeks of what they did. Safe to run again."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from sqlmodel import Session, select

from api import publishing
from deploy.history.days import write_history
from deploy.log_ins import LogIn
from deploy.people import PEOPLE, Person
from models.connections.ids import new_id
from models.connections.past import writing_history
from models.connections.postgres import begin, read
from models.connections.settings import settings
from models.messages.access import Actor
from models.messages.template_library import TemplateImport
from models.messages.templates import TemplateView
from models.records.access.passwords import hash_password
from models.rules.access import MATRIX, Role
from models.tables.access.people import User
from models.tables.orders import Order
from models.tables.tenants import Tenant

SLUG = "demo"
DEMO_PIN = "2580"  # of those who step up to shared stations
_AT_STATIONS = (Role.TECHNICIAN, Role.OUTSOURCED_TECHNICIAN)
_NOBODY = UUID(int=0)
_WORDS = (
    "anvil", "bolt", "chisel", "drill", "emery", "flange", "gauge", "hinge", "lathe", "mallet", "rivet", "spindle",
)  # fmt: skip


def demo_template() -> str:
    """Return the demo product's template file."""
    return Path(str(files("deploy") / "demo" / "pick_and_place.yaml")).read_text(encoding="utf-8")


def seed_demo_factory(told: Callable[[int, int], None] = lambda _day, _of: None) -> list[LogIn]:
    """Fill an empty database with the demo factory and two weeks of its history, all of it or nothing.

    Returns everybody's log-in, passwords made anew. `told` hears of each day written. What is open goes on by itself:
    whoever relays launches starts its workflows from where the history left them.
    """
    tenant_id = _tenant()
    log_ins, people = _people(tenant_id)
    owner_url = settings().database_owner_url
    if owner_url is None:
        raise RuntimeError("The demo factory's history needs DATABASE_OWNER_URL: the owner of the tables.")
    with writing_history(owner_url):
        _unless(tenant_id, _has_orders, lambda session: write_history(session, people, datetime.now(UTC), told))
    return log_ins


def seed_people() -> list[LogIn]:
    """Make the demo factory with its people and nothing else; returns everybody's log-in, passwords made anew."""
    log_ins, _ = _people(_tenant())
    return log_ins


def _tenant() -> UUID:
    with read(_NOBODY) as session:
        known = session.exec(select(Tenant.id).where(Tenant.slug == SLUG)).first()
    if known is not None:
        return known
    tenant_id = new_id()
    with begin(tenant_id) as session:
        session.add(Tenant(id=tenant_id, slug=SLUG, name="Demo factory", site="MAIN"))
    return tenant_id


def _people(tenant_id: UUID) -> tuple[list[LogIn], dict[str, Actor]]:
    passwords = {person.username: _password() for person in PEOPLE}
    hashes = {name: hash_password(password) for name, password in passwords.items()}
    pin = hash_password(DEMO_PIN)
    with begin(tenant_id) as session:
        known = {user.username: user for user in session.exec(select(User))}
        for person in PEOPLE:
            user = known.get(person.username) or _new_user(tenant_id, person, pin)
            user.password_hash = hashes[person.username]
            session.add(user)
            known[person.username] = user
        session.flush()
        people = {
            person.username: Actor(
                tenant_id=tenant_id, user_id=known[person.username].id, username=person.username,
                display_name=person.name, role=person.role, permissions=MATRIX[person.role],
            )
            for person in PEOPLE
        }  # fmt: skip
    log_ins = [LogIn(person.username, passwords[person.username], person.role.value) for person in PEOPLE]
    return log_ins, people


def _new_user(tenant_id: UUID, person: Person, pin: str) -> User:
    return User(
        tenant_id=tenant_id, username=person.username, display_name=person.name, role=person.role.value,
        email=f"{person.username}@demo.example", password_hash="",
        pin_hash=pin if person.role in _AT_STATIONS else None,
    )  # fmt: skip


def _password() -> str:
    """Return a password one can type: two tools and a number, some thirty bits, for a factory that is only a demo."""
    return f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(9_000_000) + 1_000_000}"


def _unless(tenant_id: UUID, done: Callable[[Session], bool], act: Callable[[Session], object]) -> None:
    with begin(tenant_id) as session:
        if not done(session):
            act(session)


def _has_orders(session: Session) -> bool:
    return session.exec(select(Order.id).limit(1)).first() is not None


def publish_demo_template(session: Session, admin: Actor) -> TemplateView:
    """Import the demo product with its parts and work centres, and publish its template."""
    imported = publishing.import_yaml(session, admin, TemplateImport(yaml=demo_template(), create_missing=True))
    return publishing.publish(session, admin, imported.template.id, None)
