"""Human codes such as WO-000123: counted per factory and kind, without gaps inside a transaction's block."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

_TAKE = text("""
    INSERT INTO code_counters (tenant_id, kind, last) VALUES (:tenant, :kind, :count)
    ON CONFLICT (tenant_id, kind) DO UPDATE SET last = code_counters.last + excluded.last
    RETURNING last
""")


def take(session: Session, tenant_id: UUID, kind: str, count: int = 1) -> list[str]:
    """Return the next `count` codes of a kind, such as WO-000123; others wait for this transaction's end."""
    last: int = session.execute(_TAKE, {"tenant": tenant_id, "kind": kind, "count": count}).scalar_one()
    return [f"{kind}-{number:06d}" for number in range(last - count + 1, last + 1)]
