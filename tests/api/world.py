"""A factory that has one of everything a path can name, so that strangers can try their hands on it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.api_keys import KeyDraft
from models.messages.calls import CallDraft
from models.messages.catalog import SupplierDraft
from models.messages.files import AttachmentDraft
from models.messages.filters import SavedFilterDraft
from models.messages.identity_providers import ProviderDraft
from models.messages.integrations import UploadDraft
from models.messages.invitations import InvitationDraft
from models.messages.notes import NoteDraft
from models.messages.people import Certification
from models.messages.roles import RoleDraft
from models.messages.stations import StationDraft
from models.messages.teams import SkillDraft, TeamDraft
from models.messages.walls import WallDraft
from models.messages.webhooks import WebhookDraft
from models.records import attachments, calls, files, filters, notes, notifications, walls, webhooks
from models.records.access import invitations, keys, providers, roles, skills, stations, teams
from models.records.catalog import suppliers
from models.records.integrations import uploads
from models.rules.access import Permission, Role
from models.rules.filters import FilteredList
from tests.factories import Factory
from tests.floor import lamp_job

# How each path parameter finds a real one. A new parameter without an entry fails the test that reads this.
REAL = {
    "product_id": "SELECT id FROM products LIMIT 1",
    "part_id": "SELECT id FROM parts LIMIT 1",
    "import_id": "SELECT id FROM imports LIMIT 1",
    "supplier_id": "SELECT id FROM suppliers LIMIT 1",
    "work_center_id": "SELECT id FROM work_centers LIMIT 1",
    "template_id": "SELECT id FROM templates LIMIT 1",
    "other_id": "SELECT id FROM templates LIMIT 1",
    "order_id": "SELECT id FROM orders LIMIT 1",
    "manufacturing_order_id": "SELECT id FROM manufacturing_orders LIMIT 1",
    "job_id": "SELECT id FROM jobs LIMIT 1",
    "work_order_id": "SELECT id FROM work_orders WHERE state = 'READY' LIMIT 1",
    "command_id": "SELECT id FROM commands LIMIT 1",
    "file_id": "SELECT id FROM files LIMIT 1",
    "saved_filter_id": "SELECT id FROM saved_filters LIMIT 1",
    "session_id": "SELECT id FROM sessions LIMIT 1",
    "key_id": "SELECT id FROM api_keys LIMIT 1",
    "webhook_id": "SELECT id FROM webhooks LIMIT 1",
    "delivery_id": "SELECT id FROM webhook_deliveries LIMIT 1",
    "provider_id": "SELECT id FROM identity_providers LIMIT 1",
    "station_id": "SELECT id FROM stations LIMIT 1",
    "invitation_id": "SELECT id FROM invitations LIMIT 1",
    "user_id": "SELECT id FROM users WHERE username = 'technician'",
    "role_id": "SELECT id FROM roles LIMIT 1",
    "team_id": "SELECT id FROM teams LIMIT 1",
    "notification_id": "SELECT id FROM notifications WHERE kind = 'mail_failed' LIMIT 1",
    "wall_id": "SELECT id FROM wall_links LIMIT 1",
    "skill_id": "SELECT id FROM skills LIMIT 1",
    "call_id": "SELECT id FROM calls LIMIT 1",
    "attachment_id": "SELECT id FROM attachments LIMIT 1",
    "code": "SELECT code FROM work_orders WHERE state = 'READY' LIMIT 1",
}


def build(factory: Factory) -> None:
    """Fill a factory with one of everything."""
    job = lamp_job(factory, "4")
    job.work("cut")
    boss = factory.actor(Role.ADMIN)
    with factory.begin() as session:
        filters.save(session, boss, SavedFilterDraft(list=FilteredList.ORDERS, name="Urgent", query="sort=due_at"))
        suppliers.create_supplier(session, boss, SupplierDraft(code="ACME", name="Acme"))
        photo = files.store_file(session, boss, "x.png", "image/png", b"\x89PNG\r\n\x1a\n")
        _talk(session, boss, job.work_order("mount").id, photo.id)
    staff(factory)


def staff(factory: Factory) -> None:
    """Give a factory a role of its own, a team, a skill somebody holds, and one of each thing that opens its door."""
    boss, technician = factory.actor(Role.ADMIN), factory.actor(Role.TECHNICIAN).user_id
    factory.token(Role.ADMIN)
    with factory.begin() as session:
        uploads.keep(session, boss, UploadDraft(), file="x.csv", content=b"sku;name\nA;B\n", shape="x")
        roles.create_role(session, boss, RoleDraft(name="shift_lead", title="Lead", permissions=()))
        teams.create_team(session, boss, TeamDraft(code="NIGHT", name="Night shift", members=(technician,)))
        skill = skills.create_skill(session, boss, SkillDraft(code="WELD", name="Welding"))
        skills.certify(session, boss, technician, skill.id, Certification(certified_at=datetime.now(UTC)))
        _connect(session, boss)
        mails = "UPDATE outbox SET given_up = true, sent_at = now(), failure = 'no such address' WHERE topic = 'mail'"
        session.execute(text(mails))
        notifications.tell_states(session, datetime.now(UTC))


def _talk(session: Session, boss: Actor, work_order_id: UUID, photo_id: UUID) -> None:
    """Leave at a work order what people on the floor tell each other."""
    attachments.attach(session, boss, AttachmentDraft(file_id=photo_id, work_order_id=work_order_id))
    calls.raise_call(session, boss, CallDraft(work_order_id=work_order_id, reason="Machine trouble"))
    notes.write_note(session, boss, work_order_id, NoteDraft(text="Warm the clamp first"))


def _connect(session: Session, boss: Actor) -> None:
    """Give the factory a station, somebody invited, a key, a webhook with something to send, and a log-in server."""
    stations.create_station(session, boss, StationDraft(code="MECH-1", name="Screen at the bench"))
    invitations.invite(session, boss, InvitationDraft(email="new@example.com", role=Role.VIEWER.value))
    keys.create_key(session, boss, KeyDraft(name="ERP", scopes=(Permission.CATALOG_READ,)))
    hook = webhooks.create_webhook(session, boss, WebhookDraft(url="https://erp.example/hook", events=("orders:*",)))
    webhooks.send_test(session, boss, hook.id)
    walls.create_wall(session, boss, WallDraft(name="Hall"))
    provider = ProviderDraft(
        code="company", name="Company", issuer="https://login.example", client_id="factoryos",
        client_secret=SecretStr("of a test"),
    )  # fmt: skip
    providers.create_provider(session, boss, provider)


def real_ids(factory: Factory, *names: str) -> dict[str, UUID]:
    """Each path parameter's real value in this factory, or only those named; it must hold one of each."""
    with factory.read() as session:
        return {name: session.execute(text(REAL[name])).scalar_one() for name in names or REAL}


def fill(path: str, values: dict[str, Any]) -> str:
    """A route's path with its parameters in place."""
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", str(value))
    return path
