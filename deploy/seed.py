"""The demo factory: people, a published product, stock for ten machines and a first order. Safe to run again."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from sqlmodel import Session, select

from api import publishing
from deploy.log_ins import LogIn
from deploy.people import PEOPLE, Person
from models.connections.ids import new_id
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.orders import PlaceOrder
from models.messages.stock import Postings, StockPosting
from models.messages.template_library import TemplateImport
from models.messages.templates import Plan, TemplateView
from models.records import orders, stock_views
from models.records.access.passwords import hash_password
from models.rules.access import MATRIX, Role
from models.rules.boms import requirement
from models.rules.orders import OrderKind
from models.tables.access.people import User
from models.tables.base import utc_now
from models.tables.orders import Order
from models.tables.tenants import Tenant

SLUG = "demo"
_NOBODY = UUID(int=0)
_WORDS = (
    "anvil", "bolt", "chisel", "drill", "emery", "flange", "gauge", "hinge", "lathe", "mallet", "rivet", "spindle",
)  # fmt: skip
_STOCKED_MACHINES = 10


def demo_template() -> str:
    """Return the demo product's template file."""
    return Path(str(files("deploy") / "demo" / "pick_and_place.yaml")).read_text(encoding="utf-8")


def seed_demo_factory() -> list[LogIn]:
    """Fill an empty database with the demo factory, step by step; returns everybody's log-in, passwords made anew."""
    tenant_id = _tenant()
    log_ins, admin = _people(tenant_id)
    _unless(tenant_id, _has_orders, lambda session: _catalog_stock_and_order(session, admin))
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


def _people(tenant_id: UUID) -> tuple[list[LogIn], Actor]:
    passwords = {person.username: _password() for person in PEOPLE}
    hashes = {name: hash_password(password) for name, password in passwords.items()}
    with begin(tenant_id) as session:
        known = {user.username: user for user in session.exec(select(User))}
        for person in PEOPLE:
            user = known.get(person.username) or _new_user(tenant_id, person)
            user.password_hash = hashes[person.username]
            session.add(user)
            known[person.username] = user
        session.flush()
        boss = next(person for person in PEOPLE if person.role is Role.ADMIN)
        actor = Actor(
            tenant_id=tenant_id, user_id=known[boss.username].id, username=boss.username, display_name=boss.name,
            role=boss.role, permissions=MATRIX[boss.role],
        )  # fmt: skip
    log_ins = [LogIn(person.username, passwords[person.username], person.role.value) for person in PEOPLE]
    return log_ins, actor


def _new_user(tenant_id: UUID, person: Person) -> User:
    return User(
        tenant_id=tenant_id, username=person.username, display_name=person.name, role=person.role.value,
        password_hash="",
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


def _catalog_stock_and_order(session: Session, admin: Actor) -> None:
    template = publish_demo_template(session, admin)
    receive_parts(session, admin, publishing.plan_of(session, admin, template.id), Decimal(_STOCKED_MACHINES))
    orders.place(session, admin, PlaceOrder(
        kind=OrderKind.STOCK, product=template.product_sku, template_id=template.id, quantity=Decimal(2),
        lot_size=Decimal(1), due_at=utc_now() + timedelta(days=14), notes="Two machines for the showroom",
    ))  # fmt: skip


def publish_demo_template(session: Session, admin: Actor) -> TemplateView:
    """Import the demo product with its parts and work centres, and publish its template."""
    imported = publishing.import_yaml(session, admin, TemplateImport(yaml=demo_template(), create_missing=True))
    return publishing.publish(session, admin, imported.template.id, None)


def receive_parts(session: Session, admin: Actor, plan: Plan, machines: Decimal) -> None:
    """Receive what a number of machines needs, each made by itself."""
    needs: dict[str, Decimal] = {}
    for step in plan.steps:
        for line in step.parts:
            needs[line.sku] = needs.get(line.sku, Decimal(0)) + requirement(line, Decimal(1)) * machines
    lines = tuple(StockPosting(part=sku, quantity=quantity) for sku, quantity in sorted(needs.items()))
    stock_views.receive(session, admin, Postings(lines=lines))
