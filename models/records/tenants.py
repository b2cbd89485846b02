from uuid import UUID

from sqlmodel import Session, select

from models.tables.tenants import Tenant


def all_ids(session: Session) -> list[UUID]:
    """Return every tenant, oldest first; the tenants' table may be read by all."""
    return list(session.exec(select(Tenant.id).order_by(Tenant.created_at, Tenant.id)))  # type: ignore[arg-type] # columns
