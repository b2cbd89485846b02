"""A factory for a storm: a manager, technicians, a template with everything in it, and plenty of stock."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from uuid import UUID

from api import publishing
from models.connections.postgres import begin
from models.messages.access import Actor
from models.messages.stock import Postings, StockPosting
from models.messages.template_library import TemplateImport
from models.records import stock_views
from models.rules.access import MATRIX, Role
from models.tables.access.people import User
from tests.factories import log_in, make_tenant, password_hash

PRODUCT = "LAMP"
STOCK = {"PLATE": Decimal(50_000), "SCREW": Decimal(500_000), "WIRE": Decimal(50_000), "BOX": Decimal(50_000)}
GATE, FIRST = "inspect", "cut"
TEMPLATE = """
product: {sku: LAMP, name: Lamp}
work_centers:
  BENCH: {name: Bench, machines: 9, cost_per_hour: 30}
parts:
  PLATE: {name: Plate, cost: 4}
  SCREW: {name: Screw, cost: 0.10}
  WIRE: {name: Wire, uom: m, cost: 1.25}
  BOX: {name: Box, cost: 0.80}
steps:
- {key: cut, name: Cut, work_center: BENCH, run_min: 1, parts: {PLATE: 1}}
- {key: frame, name: Frame, work_center: BENCH, run_min: 2, after: [cut], parts: {SCREW: 4}}
- {key: wiring, name: Wiring, work_center: BENCH, run_min: 3, after: [cut], parts: {WIRE: 0.35}}
- {key: join, name: Join, work_center: BENCH, run_min: 1, after: [frame, wiring], parts: {SCREW: 2}}
- {key: polish, name: Polish, work_center: BENCH, run_min: 1, after: [join], optional: true}
- key: inspect
  name: Inspect
  work_center: BENCH
  run_min: 1
  after: [polish]
  quality_gate: true
  rework_to: join
  data: [{key: volts, label: Volts, type: number, min: 1, max: 5, required: true}]
- {key: label, name: Label, work_center: BENCH, run_min: 1, after: [inspect]}
- {key: pack, name: Pack, work_center: BENCH, run_min: 1, after: [inspect], parts: {BOX: 1}}
- {key: ship, name: Ship, work_center: BENCH, run_min: 1, after: [label, pack]}
"""


@dataclass(frozen=True)
class Workshop:
    """One tenant ready to be ordered from."""

    tenant_id: UUID
    manager: Actor
    technicians: tuple[Actor, ...]


def open_workshop(technicians: int = 6) -> Workshop:
    """Found a tenant with its people, publish the template and receive stock."""
    factory = make_tenant()
    admin = factory.actor(Role.ADMIN)
    with begin(factory.id) as session:
        imported = publishing.import_yaml(session, admin, TemplateImport(yaml=TEMPLATE, create_missing=True))
        publishing.publish(session, admin, imported.template.id, None)
        lines = tuple(StockPosting(part=sku, quantity=quantity) for sku, quantity in STOCK.items())
        stock_views.receive(session, admin, Postings(lines=lines))
    people = tuple(_technician(factory.id, number) for number in range(technicians))
    shop = Workshop(factory.id, factory.actor(Role.MANAGER), people)
    for person in (shop.manager, *people):
        bearer(person)  # logged in now, while nothing is being killed
    return shop


def _technician(tenant_id: UUID, number: int) -> Actor:
    name = f"hand{number}"
    user = User(
        tenant_id=tenant_id, username=name, display_name=name, role=Role.TECHNICIAN.value,
        password_hash=password_hash(),
    )  # fmt: skip
    with begin(tenant_id) as session:
        session.add(user)
        session.flush()
        identity = user.id
    return Actor(
        tenant_id=tenant_id, user_id=identity, username=name, display_name=name, role=Role.TECHNICIAN,
        permissions=MATRIX[Role.TECHNICIAN],
    )  # fmt: skip


@cache
def _token(actor: Actor) -> str:
    return log_in(actor)


def bearer(actor: Actor) -> dict[str, str]:
    """Return the header this person's requests carry."""
    return {"Authorization": f"Bearer {_token(actor)}"}
