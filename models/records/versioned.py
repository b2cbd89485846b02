"""Rows that people edit: locked, compared with the version the person saw, then numbered on."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session, SQLModel

from models.messages.access import Actor
from models.messages.base import Message
from models.records import audit
from models.records.refusals import check_version, found
from models.tables.base import utc_now

Table = TypeVar("Table", bound=SQLModel)


def lock(session: Session, table: type[Table], what: str, identity: UUID, expected: int | None = None) -> Table:
    """Return a row, locked until the transaction ends. Raises Missing, and Stale for another version than expected."""
    row: Table = found(what, identity, session.get(table, identity, with_for_update=True, populate_existing=True))
    if expected is not None:
        check_version(what, expected, row.row_version)  # type: ignore[attr-defined]  # every versioned table has it
    return row


def change(session: Session, row: SQLModel, values: Mapping[str, Any]) -> bool:
    """Set a locked row's columns and number its version on; tell whether anything differed, else leave it alone."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(row, name, value)
    row.row_version += 1  # type: ignore[attr-defined]  # as above
    row.updated_at = utc_now()
    session.flush()
    return True


def tell(  # noqa: PLR0913 - an audit entry has this many parts
    session: Session,
    actor: Actor,
    tag: str,
    identity: UUID,
    *,
    module: str,
    before: Message | None = None,
    after: Message | None = None,
) -> None:
    """Put a change into the audit trail, as the thing was shown before and after; `tag` is such as `parts:updated`."""
    audit.record(
        session, tenant_id=actor.tenant_id, action=tag, module=module, actor_id=actor.user_id, subject_id=identity,
        before=before.model_dump(mode="json") if before is not None else None,
        after=after.model_dump(mode="json") if after is not None else None,
    )  # fmt: skip
