"""What waiting work waits for, and who has that in hand."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.work_orders import WaitsFor

# The latest attempt of each step that comes before, unless it is through.
_BEFORE = text("""
    SELECT w.id, p.id AS work_order_id, p.code, p.name, p.state, p.held, c.name AS work_center,
           u.display_name AS assignee
      FROM work_orders w JOIN jobs j ON j.id = w.job_id
      JOIN plan_snapshots s ON s.tenant_id = j.tenant_id AND s.content_hash = j.plan_hash
     CROSS JOIN LATERAL jsonb_array_elements(s.document -> 'steps' -> w.step_index -> 'predecessors') e
     CROSS JOIN LATERAL (SELECT b.* FROM work_orders b WHERE b.job_id = w.job_id
            AND b.step_index = CAST(e ->> 'step' AS int) ORDER BY b.attempt DESC LIMIT 1) p
      JOIN work_centers c ON c.id = p.work_center_id LEFT JOIN users u ON u.id = p.assignee_id
     WHERE w.id = ANY(:ids) AND w.state = 'WAITING' AND p.state NOT IN ('COMPLETED', 'SKIPPED', 'CANCELLED')
     ORDER BY w.id, p.step_index
""")


def waits_for(session: Session, work_orders: Collection[UUID]) -> dict[UUID, tuple[WaitsFor, ...]]:
    """Return for each waiting work order among some what must be finished first; one statement."""
    found: dict[UUID, list[WaitsFor]] = defaultdict(list)
    for row in session.execute(_BEFORE, {"ids": list(work_orders)}).mappings():
        values = dict(row)
        found[values.pop("id")].append(WaitsFor.model_validate(values))
    return {identity: tuple(steps) for identity, steps in found.items()}
