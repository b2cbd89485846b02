from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, select

from models.messages.access import Actor
from models.messages.tenants import SettingsDraft, SettingsView
from models.records.refusals import Conflict
from models.records.versioned import change, lock, tell
from models.tables.tenants import Tenant, TenantSettings

_HAS_SECOND_FACTOR = text("SELECT totp_confirmed_at IS NOT NULL FROM users WHERE id = :user")
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


def _view(row: TenantSettings) -> SettingsView:
    return SettingsView.model_validate(row.model_dump(exclude={"tenant_id"}))
