from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, select

from models.connections.ids import new_id
from models.connections.links import home
from models.messages.access import Actor
from models.messages.mail import TestLetter
from models.messages.tenants import MailPosted, SettingsDraft, SettingsView
from models.records import mail
from models.records.refusals import Conflict
from models.records.versioned import change, lock, tell
from models.tables.base import utc_now
from models.tables.tenants import Tenant, TenantSettings

_HAS_SECOND_FACTOR = text("SELECT totp_confirmed_at IS NOT NULL FROM users WHERE id = :user")
_OWN_ADDRESS = text("""
    SELECT u.email, t.name AS factory, t.slug FROM users u JOIN tenants t ON t.id = u.tenant_id WHERE u.id = :user
""")
_DEFAULTS = text("""
    INSERT INTO tenant_settings (tenant_id, second_factor_required, row_version, updated_at)
    VALUES (:tenant, false, 0, now()) ON CONFLICT DO NOTHING
""")


def all_ids(session: Session) -> list[UUID]:
    """Return every tenant, oldest first; the tenants' table may be read by all."""
    return list(session.exec(select(Tenant.id).order_by(Tenant.created_at, Tenant.id)))  # type: ignore[arg-type] # columns


def slugs(session: Session) -> dict[str, UUID]:
    """Return every tenant by its slug, oldest first."""
    rows = session.exec(select(Tenant.slug, Tenant.id).order_by(Tenant.created_at, Tenant.id))  # type: ignore[arg-type] # columns
    return {row[0]: row[1] for row in rows}


def settings(session: Session, tenant_id: UUID) -> SettingsView:
    """Return what a tenant has decided, or the defaults."""
    row = session.get(TenantSettings, tenant_id)
    return SettingsView() if row is None else _view(row)


def currency(session: Session, tenant_id: UUID) -> str | None:
    """Return what a tenant counts money in, where it has named that."""
    return settings(session, tenant_id).currency


def change_settings(session: Session, actor: Actor, draft: SettingsDraft, expected: int) -> SettingsView:
    """Replace a tenant's settings.

    Raises Stale, and Conflict where a second factor is asked of all by somebody who has none: they could not take it
    back.
    """
    if draft.second_factor_required and not session.execute(_HAS_SECOND_FACTOR, {"user": actor.user_id}).scalar():
        raise Conflict("Set up a second factor of your own first; then ask it of everybody.")
    session.execute(_DEFAULTS, {"tenant": actor.tenant_id})
    row = lock(session, TenantSettings, "factory's settings", actor.tenant_id, expected)
    before = _view(row)
    if change(session, row, draft.model_dump()):
        tell(session, actor, "settings:changed", actor.tenant_id, module="tenants", before=before, after=_view(row))
    return _view(row)


def post_test(session: Session, actor: Actor) -> MailPosted:
    """Send a mail to oneself, to see that mail arrives. Raises Conflict for somebody without an address."""
    person = session.execute(_OWN_ADDRESS, {"user": actor.user_id}).first()
    if person is None or not person.email:
        raise Conflict("Your own profile holds no mail address; enter one there first.")
    letter = TestLetter(factory=person.factory, asked_by=actor.display_name, at=utc_now(), link=home(person.slug))
    mail.post(session, tenant_id=actor.tenant_id, key=f"test:{new_id()}", to=person.email, letter=letter)
    return MailPosted(to=person.email)


def _view(row: TenantSettings) -> SettingsView:
    return SettingsView.model_validate(row.model_dump(exclude={"tenant_id"}))
