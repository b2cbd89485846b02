"""What a page must know of the person it is drawn for, beside what they may do."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

_VIEWER = text("""
    SELECT coalesce(b.name, t.name) AS factory, t.slug, u.language, s.language AS factory_language,
           coalesce(u.time_zone, s.time_zone), t.id, b.accent, b.logo_hash, s.currency,
           (SELECT count(*) FROM (SELECT FROM notifications n
                                   WHERE n.user_id = u.id AND n.read_at IS NULL LIMIT 100) few) AS unread
      FROM tenants t
      LEFT JOIN users u ON u.tenant_id = t.id AND u.id = :user
      LEFT JOIN brands b ON b.tenant_id = t.id
      LEFT JOIN tenant_settings s ON s.tenant_id = t.id
     WHERE t.id = :tenant
""")


@dataclass(frozen=True, slots=True)
class Viewer:
    """How the factory looks and counts, and a person's own language and time zone, else the factory's zone."""

    factory: str
    slug: str
    language: str | None
    factory_language: str | None
    time_zone: str | None
    tenant_id: UUID
    accent: str | None = None
    logo_hash: str | None = None
    currency: str | None = None
    unread: int = 0


def viewer(session: Session, tenant_id: UUID, user_id: UUID | None) -> Viewer | None:
    """Return what a page needs of a factory and a person; None where there is no such factory."""
    row = session.execute(_VIEWER, {"tenant": tenant_id, "user": user_id}).first()
    return None if row is None else Viewer(*row)
