"""Where the history takes place: suppliers, skills, teams, stations and the four products of the demo factory."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from uuid import UUID

from sqlmodel import Session, col, select

from api import publishing
from deploy.history.pictures import hang_pictures
from models.messages.access import Actor
from models.messages.api_keys import KeyDraft
from models.messages.boms import BomLineEdit
from models.messages.calls import CallDraft
from models.messages.catalog import PartDraft, SupplierDraft
from models.messages.notes import NoteDraft
from models.messages.people import Certification
from models.messages.stations import StationDraft
from models.messages.stock import Postings, StockPosting
from models.messages.teams import SkillDraft, TeamDraft
from models.messages.template_library import TemplateImport
from models.messages.templates import Plan, TemplateView
from models.messages.tenants import SettingsDraft
from models.records import boms, calls, notes, stock_views, templates, tenants
from models.records.access import keys, skills, stations, teams
from models.records.catalog import parts, suppliers
from models.rules.access import Permission
from models.rules.boms import requirement
from models.rules.work_orders import WorkOrderState
from models.tables.catalog import Part
from models.tables.work_orders import WorkOrder

FILES = ("pick_and_place", "feeder", "controller", "nozzles")
_SUPPLIERS = {
    "MOTIONTEC": ("Motiontec GmbH", ("NEMA", "GT2", "LINEAR", "VSLOT", "FEEDER-MOTOR", "SPROCKET", "BEARING"), 9),
    "BOARDWORKS": ("Boardworks Kft.", ("PCB", "MCU", "STEPPER", "MOTHERBOARD", "PASSIVES", "TERMINAL", "LIMIT",
                                       "FEEDER-PCA", "RING", "THT"), 14),
    "AIRLINE": ("Airline Pneumatics", ("PNEU", "VACUUM", "SOLENOID", "TUBE", "CP40", "NOZZLE", "O-RING"), 7),
    "FASTENIX": ("Fastenix", ("SCREW", "NUT", "LOCKNUT", "CAPNUT", "TSLOT", "CORNER"), 3),
    "POLYPRINT": ("Polyprint", ("FILAMENT",), 4),
    "VISIONARY": ("Visionary Optics", ("USB-CAMERA",), 28),
    "PACKHAUS": ("Packhaus", ("BOX", "BAG", "CASE"), 5),
}  # fmt: skip
_TEAMS = {"MECHANICS": ("Mechanics", ("tom", "yusuf")), "ELECTRONICS": ("Electronics", ("lena", "olga"))}
_SKILLS = {"SOLDER": ("Soldering, IPC-A-610", ("lena", "olga", "yusuf")), "ESD": ("ESD-safe handling", ("lena",))}
_STATIONS = (("MECH-1", "Tablet at the mechanical bench", "MECH"), ("ELEC-1", "Tablet at the soldering place", "ELEC"),
             ("TEST-1", "Screen at the test bench", "TEST"))  # fmt: skip
# So many machines, feeders, boards and sets can be made of what lies there on the first day.
_FIRST_DELIVERY = {"PNP-V2": 5, "FEEDER-8": 110, "CTRL-4": 60, "NOZZLE-SET": 130}
_MINIMUM = Decimal("0.35")
_SPINDLE = ("SPINDLE-KIT", (("NEMA11-HOLLOW", 1), ("CP40-HOLDER", 1), ("PNEU-M5", 2)))
_OPEN_KEY = timedelta(days=180)


def people_and_places(session: Session, admin: Actor, people: Mapping[str, Actor], now: datetime) -> None:
    """Count in euros; make teams, skills with their certificates, and an API key as a connected factory has one."""
    tenants.change_settings(session, admin, SettingsDraft(currency="EUR"), 0)
    for code, (name, members) in _TEAMS.items():
        ids = tuple(people[member].user_id for member in members)
        teams.create_team(session, admin, TeamDraft(code=code, name=name, members=ids))
    for code, (name, holders) in _SKILLS.items():
        skill = skills.create_skill(session, admin, SkillDraft(code=code, name=name))
        for number, holder in enumerate(holders):
            given = Certification(
                certified_at=now - timedelta(days=200), expires_at=now + timedelta(days=40 + 150 * number)
            )
            skills.certify(session, admin, people[holder].user_id, skill.id, given)
    keys.create_key(session, admin, KeyDraft(
        name="Export to the ERP", scopes=(Permission.ORDERS_READ, Permission.STOCK_READ), expires_at=now + _OPEN_KEY,
    ))  # fmt: skip


def published(session: Session, admin: Actor) -> list[TemplateView]:
    """Import and publish the four products with their parts and work centres; then stations, for they stand there."""
    found = [publish_file(session, admin, name) for name in FILES]
    for code, name, center in _STATIONS:
        stations.create_station(session, admin, StationDraft(code=code, name=name, work_center=center))
    return found


def publish_file(session: Session, admin: Actor, name: str) -> TemplateView:
    """Import one of the demo's template files, with what it lacks in the catalog, illustrate it and publish it."""
    content = (files("deploy") / "demo" / f"{name}.yaml").read_text(encoding="utf-8")
    imported = publishing.import_yaml(session, admin, TemplateImport(yaml=content, create_missing=True))
    hang_pictures(session, admin, imported.template, name)
    return publishing.publish(session, admin, imported.template.id, None)


def next_versions(session: Session, admin: Actor, made: list[TemplateView]) -> None:
    """Publish a second version of the feeder, the same but for its notes, and begin a draft of the controller's."""
    feeder, controller = made[1], made[2]
    draft = templates.clone(session, admin, feeder.id)
    document = templates.document_of(draft).model_copy(update={"notes": "Since May the blade comes from Fastenix."})
    templates.change_draft(session, admin, draft.id, document, draft.row_version)
    publishing.publish(session, admin, draft.id, None)
    templates.clone(session, admin, controller.id)


def suppliers_of_parts(session: Session, admin: Actor, needs: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Give every bought part its supplier, its delivery time and its minimum stock; returns the minimums."""
    minimums = {sku: max((many * _MINIMUM).to_integral_value(), Decimal(1)) for sku, many in needs.items()}
    for code, (name, _, _) in _SUPPLIERS.items():
        host = code.lower()
        suppliers.create_supplier(session, admin, SupplierDraft(
            code=code, name=name, email=f"orders@{host}.example", phone="+49 30 5550 100", url=f"https://{host}.example",
        ))  # fmt: skip
    bought = session.exec(select(Part.id, Part.sku).where(col(Part.kind) == "bought").order_by(col(Part.sku)))
    for identity, sku in list(bought):
        supplier, days = next(
            ((code, days) for code, (_, begins, days) in _SUPPLIERS.items() if sku.startswith(begins)), ("MOTIONTEC", 9)
        )
        now = parts.part(session, identity)
        draft = PartDraft.model_validate({
            **now.model_dump(include=set(PartDraft.model_fields)), "supplier": supplier, "lead_time_days": days,
            "supplier_part": f"{supplier[:3]}-{sku}", "minimum_stock": minimums.get(sku, Decimal(0)),
        })  # fmt: skip
        parts.change_part(session, admin, identity, draft, now.row_version)
    return minimums


def spindle_kit(session: Session, admin: Actor) -> None:
    """Make a phantom part with a bill of materials, as engineers group what is always used together."""
    sku, lines = _SPINDLE
    kit = parts.create_part(
        session, admin, PartDraft.model_validate({"sku": sku, "name": "Spindle kit", "kind": "phantom"})
    )
    edits = tuple(BomLineEdit(part=part, quantity=Decimal(many)) for part, many in lines)
    boms.replace_lines(
        session, tenant_id=admin.tenant_id, actor_id=admin.user_id, parent_id=kit.id, edits=edits,
        expected_version=kit.row_version,
    )  # fmt: skip


def needs_of(plans: Mapping[str, Plan], pieces: Mapping[str, int]) -> dict[str, Decimal]:
    """Return what so many pieces of each product take, by part."""
    needs: dict[str, Decimal] = {}
    for product, many in pieces.items():
        for sku, amount in _lines(plans[product], Decimal(many)):
            needs[sku] = needs.get(sku, Decimal(0)) + amount
    return needs


def _lines(plan: Plan, pieces: Decimal) -> Iterator[tuple[str, Decimal]]:
    for step in plan.steps:
        for line in step.parts:
            yield line.sku, requirement(line, pieces)


def first_delivery(plans: Mapping[str, Plan]) -> dict[str, Decimal]:
    """Return what lies in the stores when the history begins."""
    return needs_of(plans, _FIRST_DELIVERY)


def receive(session: Session, actor: Actor, amounts: Mapping[str, Decimal]) -> None:
    """Take goods in, at the hour that is now."""
    lines = tuple(StockPosting(part=sku, quantity=many) for sku, many in sorted(amounts.items()) if many > 0)
    stock_views.receive(session, actor, Postings(lines=lines))


def correct(session: Session, actor: Actor, sku: str, by: Decimal, reason: str) -> None:
    """Correct the stock of a part after somebody counted it."""
    stock_views.adjust(session, actor, Postings(lines=(StockPosting(part=sku, quantity=by, reason=reason),)))


def plan_of(session: Session, admin: Actor, template_id: UUID) -> Plan:
    """Return the plan of a published template."""
    return publishing.plan_of(session, admin, template_id)


def talk(session: Session, people: Mapping[str, Actor]) -> None:
    """Leave at work that goes on a call for help nobody has answered yet, and a note for whoever comes next."""
    going_on = select(WorkOrder.id, WorkOrder.assignee_id).where(WorkOrder.state == WorkOrderState.IN_PROGRESS)
    hands = {actor.user_id: actor for actor in people.values()}
    work = [(each, hands[who]) for each, who in session.exec(going_on.order_by(col(WorkOrder.id)).limit(2)) if who]
    for work_order_id, actor in work[:1]:
        calls.raise_call(session, actor, CallDraft(work_order_id=work_order_id, reason="Machine trouble"))
    for work_order_id, actor in work[-1:]:
        notes.write_note(session, actor, work_order_id, NoteDraft(text="The clamp sits tight: warm it a little first."))
