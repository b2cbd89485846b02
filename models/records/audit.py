"""The outbox: what must reach the audit trail is written with the fact it tells of."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from models.connections.ids import new_id
from models.messages.audit import AuditEntry
from models.messages.origin import origin
from models.tables.base import utc_now
from models.tables.jobs import OutboxRow


def record(  # noqa: PLR0913 - an audit entry has this many parts
    session: Session,
    *,
    tenant_id: UUID,
    action: str,
    module: str,
    actor_id: UUID | None,
    subject_id: UUID,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    command_id: UUID | None = None,
    refused: bool = False,
) -> None:
    """Add one audit entry to this transaction; a relay carries it to MongoDB. `action` is an audit tag.

    Where the request came from is taken from the request's own context.
    """
    entry = AuditEntry(
        id=command_id or new_id(), action=action, module=module, user_id=actor_id, timestamp=utc_now(),
        subject_id=subject_id, command_id=command_id, before=before, after=after, refused=refused, origin=origin.get(),
    )  # fmt: skip
    session.add(
        OutboxRow(tenant_id=tenant_id, key=f"audit:{entry.id}", topic="audit", data=entry.model_dump(mode="json"))
    )
